# The project's own dependencies. npm writes its copy of the lock file after every install, so an older one means that
# something has changed since.
. hack/setup/progress.sh

if ! [ -e node_modules/.package-lock.json ] || ! cmp -s package-lock.json .tools/package-lock.json; then
  if ! [ -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    with_progress "npm packages" npm ci --no-audit --no-fund
  fi
  cp package-lock.json .tools/package-lock.json
fi
