#!/bin/sh
# Gets what this project is built and tested with, into .tools/ and nowhere else: hack/setup.sh [part …], by default
# every part. Needs some Node.js with npm, Go and Python 3. A part that is already there is left alone.
set -eu
cd "$(dirname "$0")/.."
mkdir -p .tools/bin .tools/logs
export PATH="$PWD/.tools/node/node_modules/.bin:$PATH"

[ $# -gt 0 ] || set -- node packages helm python kubernetes
for part in "$@"; do
  case "$part" in
    node | packages | helm | python | kubernetes | kind) . "hack/setup/$part.sh" ;;
    *) echo "setup: there is no part \"$part\"" >&2 && exit 2 ;;
  esac
done
