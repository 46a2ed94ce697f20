import { type ChildProcess, spawn } from "node:child_process";

/**
 * Ends what this process started, whatever becomes of this process. A shell waits at the other end of a pipe; when this
 * process is gone, even by SIGKILL, the kernel closes the pipe, the shell reads the end of its input, ends every process
 * group that it was told of, and removes the temporary directories. In normal life everything is stopped in order and
 * the shell finds nothing left to do.
 */

// Process groups, since a server may fork. A group that has ended is forgotten, so that a reused id is never hit.
const script = `
groups=" "
directories=
while read -r verb what; do
  case "$verb" in
    watch) groups="$groups$what " ;;
    forget) groups="\${groups%% $what *} \${groups#* $what }" ;;
    remove) directories="$directories $what" ;;
  esac
done
for group in $groups; do kill -TERM "-$group"; done
tries=0
while [ "$tries" -lt 10 ]; do
  alive=
  for group in $groups; do kill -0 "-$group" && alive=1; done
  [ -n "$alive" ] || break
  sleep 0.1
  tries=$((tries + 1))
done
for group in $groups; do kill -KILL "-$group"; done
for directory in $directories; do rm -rf "$directory"; done
`;

let shell: ChildProcess | undefined;

function tell(line: string): void {
  // Its own session: a Ctrl-C in the terminal must not end it before its work is done.
  shell ??= spawn("/bin/sh", ["-c", script], { stdio: ["pipe", "ignore", "ignore"], detached: true });
  shell.unref();
  const pipe = shell.stdin as (NodeJS.WritableStream & { unref?: () => void }) | null;
  pipe?.unref?.();
  pipe?.write(`${line}\n`);
}

/** The process group is ended when this process ends. `processGroup` is the id of a process started `detached`. */
export function reapOnExit(processGroup: number): void {
  tell(`watch ${processGroup}`);
}

/** The process group has ended: its id may come to mean another. */
export function forget(processGroup: number): void {
  tell(`forget ${processGroup}`);
}

/** The directory is removed when this process ends. */
export function removeOnExit(directory: string): void {
  tell(`remove ${directory}`);
}
