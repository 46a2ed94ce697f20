# helm, built from source: Go checks it against its checksum database.
. hack/setup/progress.sh
helm_version=v3.22.0

if ! [ -x .tools/bin/helm ] || [ "$(cat .tools/bin/.helm 2>/dev/null)" != "$helm_version" ]; then
  need go "to build helm"
  with_progress "helm $helm_version" \
    env "GOBIN=$PWD/.tools/bin" CGO_ENABLED=0 go install -v -trimpath -ldflags '-s -w' "helm.sh/helm/v3/cmd/helm@$helm_version"
  echo "$helm_version" >.tools/bin/.helm
fi
