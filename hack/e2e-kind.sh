#!/usr/bin/env bash
# The end-to-end tests on a real node: builds the image, loads it into a kind cluster of its own, and runs the suite with
# the operator as the pod of the chart. Without a Docker engine it says so and leaves it out.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! docker info >/dev/null 2>&1; then
  cat >&2 <<'TEXT'
****************************************************************************
*  LEFT OUT: the end-to-end tests on kind. There is no Docker engine here. *
*  The same tests run without one by "make e2e".                           *
****************************************************************************
TEXT
  exit 0
fi

hack/setup.sh
hack/setup.sh kind
export PATH="$PWD/.tools/node/node_modules/.bin:$PWD/node_modules/.bin:$PWD/.tools/bin:$PATH"
cluster=external-values-e2e-$$
image=external-values:e2e
kubeconfig=$(mktemp)
trap 'kind delete cluster --name "$cluster" >/dev/null 2>&1; rm -f "$kubeconfig"' EXIT

docker build --tag "$image" .
kind create cluster --name "$cluster" --kubeconfig "$kubeconfig" --wait 180s
kind load docker-image "$image" --name "$cluster"

# The bridge's own address is this machine, for the pods and for the tests alike.
host=$(docker network inspect kind --format '{{range .IPAM.Config}}{{println .Gateway}}{{end}}' | grep -m 1 '\.')
mkdir -p .tools/results
EXTERNAL_VALUES_KIND_KUBECONFIG=$kubeconfig EXTERNAL_VALUES_KIND_IMAGE=$image EXTERNAL_VALUES_KIND_HOST=$host \
  NODE_OPTIONS="--experimental-vm-modules --disable-warning=ExperimentalWarning" \
  jest --selectProjects e2e --runInBand --json --outputFile=.tools/results/e2e-kind.json "$@"
