# etcd, kube-apiserver, kube-controller-manager and kubectl. From KUBEBUILDER_ASSETS where it is set; else downloaded,
# where the network allows it; else built from the module in hack/tools/kubernetes, whose go.sum pins every byte. A build
# from an empty cache takes some 8 minutes on 2 cores.
. hack/setup/progress.sh
kubernetes_version=v1.36.3

missing() {
  for binary in etcd kube-apiserver kube-controller-manager kubectl; do
    [ -x "${KUBEBUILDER_ASSETS:-/nonexistent}/$binary" ] || [ -x ".tools/kubernetes/$binary" ] ||
      { [ "$binary" = kubectl ] && command -v kubectl >/dev/null; } || echo "$binary"
  done
}

# verified_download URL FILE CHECKSUM-URL SHA-BITS: quietly false where any of it cannot be had.
verified_download() {
  curl --fail --silent --location --connect-timeout 5 --max-time 300 --output "$2" "$1" || return 1
  sum=$(curl --fail --silent --location --connect-timeout 5 --max-time 30 "$3" | cut -d ' ' -f 1)
  [ -n "$sum" ] && [ "$(checksum "$4" "$2")" = "$sum" ]
}

checksum() {
  if command -v "sha$1sum" >/dev/null; then "sha$1sum" "$2"; else shasum -a "$1" "$2"; fi | cut -d ' ' -f 1
}

platform() {
  case "$(uname -m)" in aarch64 | arm64) cpu=arm64 ;; *) cpu=amd64 ;; esac
  echo "$(uname -s | tr '[:upper:]' '[:lower:]')-$cpu"
}

# The archive that controller-runtime's envtest uses. It lacks the controller manager.
download_envtest() {
  archive=envtest-$kubernetes_version-$(platform).tar.gz
  base=https://github.com/kubernetes-sigs/controller-tools/releases/download/envtest-$kubernetes_version
  verified_download "$base/$archive" "$downloads/$archive" "$base/$archive.sha512" 512 &&
    tar -xzf "$downloads/$archive" -C "$downloads" &&
    mv "$downloads"/controller-tools/envtest/* .tools/kubernetes/
}

download_controller_manager() {
  url=https://dl.k8s.io/release/$kubernetes_version/bin/$(platform | tr - /)/kube-controller-manager
  verified_download "$url" "$downloads/kube-controller-manager" "$url.sha256" 256 &&
    chmod +x "$downloads/kube-controller-manager" &&
    mv "$downloads/kube-controller-manager" .tools/kubernetes/
}

download() {
  command -v curl >/dev/null || return 0
  downloads=$(mktemp -d .tools/download.XXXXXX)
  echo "setup: looking for Kubernetes $kubernetes_version to download …"
  if ! { download_envtest && download_controller_manager; }; then
    echo "setup: not everything could be downloaded; the rest is built from source, which takes minutes, once"
  fi
  rm -rf "$downloads"
}

# The version goes where Kubernetes' own build puts it: without it the API server would call itself v0.0.0.
compile() {
  version=k8s.io/component-base/version
  minor=${kubernetes_version#v1.}
  flags="-s -w -X $version.gitVersion=$kubernetes_version -X $version.gitMajor=1 -X $version.gitMinor=${minor%%.*}"
  package=k8s.io/kubernetes/cmd/$1
  [ "$1" != etcd ] || package=go.etcd.io/etcd/server/v3
  output=$PWD/.tools/kubernetes/$1
  (cd hack/tools/kubernetes && CGO_ENABLED=0 go build -v -trimpath -ldflags "$flags" -o "$output.new" "$package") &&
    mv "$output.new" "$output"
}

mkdir -p .tools/kubernetes
if [ "$(cat .tools/kubernetes/.version 2>/dev/null)" != "$kubernetes_version" ]; then
  rm -f .tools/kubernetes/*
  echo "$kubernetes_version" >.tools/kubernetes/.version
fi
if [ -n "$(missing)" ]; then
  download
  for binary in $(missing); do
    need go "to build $binary"
    with_progress "build $binary" compile "$binary"
  done
fi
