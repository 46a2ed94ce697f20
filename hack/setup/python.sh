# The AWS emulators, in a virtual environment, every file checked by its hash.
. hack/setup/progress.sh

install_python() {
  rm -rf .tools/venv
  python3 -m venv .tools/venv
  .tools/venv/bin/pip install --disable-pip-version-check --progress-bar off --require-hashes --only-binary :all: \
    -r hack/tools/python/requirements.txt
  cp hack/tools/python/requirements.txt .tools/venv/requirements.txt
}

if ! cmp -s hack/tools/python/requirements.txt .tools/venv/requirements.txt; then
  need python3 "to run the AWS emulators"
  with_progress "AWS emulators" install_python
fi
