# Sourced by the parts of hack/setup.sh.

# need COMMAND WHAT-FOR: fails with what is missing.
need() {
  command -v "$1" >/dev/null 2>&1 && return
  echo "setup: \"$1\" is missing; it is needed $2" >&2
  exit 1
}

# with_progress NAME COMMAND…: runs the command, its output in .tools/logs/NAME.log; says every 15 s that it still runs
# and what it printed last; on a failure shows the end of the log. On Ctrl-C the command ends too.
with_progress() {
  name=$1
  shift
  log=$PWD/.tools/logs/$(echo "$name" | tr ' /' '--').log
  start=$(date +%s)
  echo "setup: $name …"
  "$@" >"$log" 2>&1 </dev/null &
  job=$!
  trap 'kill "$job" 2>/dev/null; exit 130' INT TERM
  ticks=0
  while kill -0 "$job" 2>/dev/null; do
    sleep 0.5
    ticks=$((ticks + 1))
    [ $((ticks % 30)) -ne 0 ] || echo "setup: $name … $(elapsed)$(last_line)"
  done
  status=0
  wait "$job" || status=$?
  trap - INT TERM
  if [ "$status" -ne 0 ]; then
    echo "setup: $name failed after $(elapsed); the end of $log:" >&2
    tail -n 30 "$log" >&2
    exit "$status"
  fi
  echo "setup: $name: done in $(elapsed)"
}

elapsed() {
  seconds=$(($(date +%s) - start))
  echo "$((seconds / 60)) min $((seconds % 60)) s"
}

# Go prints a line for each package that it compiles.
last_line() {
  line=$(tail -n 1 "$log" | cut -c 1-80)
  [ -z "$line" ] || echo ", $(wc -l <"$log" | tr -d ' ') lines, now: $line"
}
