# Node.js and npm, by the lock file in hack/tools/node, from npm's packages that carry the binary itself: the package
# `node` only picks one of them by an install script, and this project runs no install scripts.
. hack/setup/progress.sh

install_node() {
  mkdir -p .tools/node
  cp hack/tools/node/package.json hack/tools/node/package-lock.json .tools/node/
  npm ci --prefix .tools/node --ignore-scripts --no-audit --no-fund
}

usable_node() {
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 24 || (a === 24 && b >= 0) ? 0 : 1)'
}

if ! cmp -s hack/tools/node/package-lock.json .tools/node/package-lock.json ||
  ! [ -x .tools/node/node_modules/.bin/npm ]; then
  need npm "to fetch the Node.js of this project (any Node.js will do)"
  with_progress "Node.js and npm" install_node
fi
# Where npm has no package of the version for this platform, the machine's own Node.js has to be new enough.
if ! usable_node; then
  echo "setup: there is no packaged Node.js for this platform: install Node.js 24 or later" >&2
  exit 1
fi
