// Preloaded into the operator (`--node-options=--require=./bench/operator/loop-probe.cjs`), it tells where the longest blocks
// of the event loop come from: each of more than 40 ms becomes a line in loop-probe-PID.jsonl in the system's temporary
// directory. "run" is what the thread worked in it, "wait" what it stood in line for a processor (schedstat of proc(5)),
// which other processes had, or other threads of its own. Milliseconds. Linux only.
const { appendFileSync, readFileSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");

const file = join(tmpdir(), `loop-probe-${process.pid}.jsonl`);
const everyMs = 10;
const leastMs = 40;

const look = () => {
  const [run = 0, wait = 0] = readFileSync("/proc/self/schedstat", "utf8").split(" ").map(Number);
  return { at: performance.now(), run: run / 1e6, wait: wait / 1e6 };
};

let last = look();
setInterval(() => {
  const now = look();
  const ms = now.at - last.at;
  if (ms >= leastMs) {
    const block = { seconds: last.at / 1000, ms, run: now.run - last.run, wait: now.wait - last.wait };
    appendFileSync(
      file,
      `${JSON.stringify(block, (_key, value) => (typeof value === "number" ? Math.round(value) : value))}\n`,
    );
  }
  last = now;
}, everyMs).unref();
