#!/bin/sh
# Compiles requirements.in into requirements.txt: every package at one version, every file by its hash, for every
# Python from 3.10 on. Run it after an edit of requirements.in.
set -eu
cd "$(dirname "$0")"
venv=$(mktemp -d)
trap 'rm -rf "$venv"' EXIT
python3 -m venv "$venv"
"$venv/bin/pip" install --quiet uv
"$venv/bin/uv" pip compile --quiet --universal --generate-hashes --python-version 3.10 \
  --custom-compile-command hack/tools/python/compile.sh requirements.in -o requirements.txt
