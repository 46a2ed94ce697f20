# kind, for `make e2e-kind`, built from source.
. hack/setup/progress.sh
kind_version=v0.33.0

if ! [ -x .tools/bin/kind ] || [ "$(cat .tools/bin/.kind 2>/dev/null)" != "$kind_version" ]; then
  need go "to build kind"
  with_progress "kind $kind_version" \
    env "GOBIN=$PWD/.tools/bin" CGO_ENABLED=0 go install -v -trimpath "sigs.k8s.io/kind@$kind_version"
  echo "$kind_version" >.tools/bin/.kind
fi
