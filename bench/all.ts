import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

// Every benchmark, one after another, with what they find written into docs/benchmarks.md: `make bench`. Each runs
// whether or not the one before kept its limits; exit code 1 where any did not.
const commands: Readonly<Record<string, readonly string[]>> = {
  operator: ["bench/operator.ts", "--scale", "100,1000,5000,10000", "--cycles", "1", "--write"],
  quota: [
    "bench/operator.ts",
    ...["--resources", "3000", "--quota", "40", "--cycles", "1", "--phases", "quiet,create", "--write"],
  ],
  reading: [
    "bench/reading.ts",
    ...["--cycles", "1", "--quiet-seconds", "300", "--saturated-seconds", "220", "--write"],
  ],
  rules: ["bench/crd-status-cost/main.ts"],
  shaping: ["bench/shaping.ts"],
};

const { values } = parseArgs({ options: { only: { type: "string", default: Object.keys(commands).join(",") } } });

const results = values.only.split(",").map(run);
process.stderr.write(`\n${results.map(({ line }) => line).join("\n")}\n`);
process.exitCode = results.every(({ isKept }) => isKept) ? 0 : 1;

function run(name: string): { readonly isKept: boolean; readonly line: string } {
  const args = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (args === undefined) throw new RangeError(`no benchmark "${name}": one of ${Object.keys(commands).join(", ")}`);
  process.stderr.write(`\n${name}: node ${args.join(" ")}\n`);
  const begun = performance.now();
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
  const minutes = ((performance.now() - begun) / 60_000).toFixed(1);
  return { isKept: status === 0, line: `${name}: ${status === 0 ? "ok" : `exit code ${status}`}, ${minutes} min` };
}
