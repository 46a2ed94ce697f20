import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { writeRun } from "./operator/pages.ts";
import { identityPerNamespace, sharedIdentity, withPins } from "./reading/calls-per-cycle.ts";
import { boundedMemory } from "./reading/memory.ts";
import { underQuota } from "./reading/quota.ts";
import { defaultWorkers } from "./reading/reading-bench.ts";
import { asMarkdown, asTable, isWithinLimit, type Row } from "./reading/report.ts";
import { spreadOfBatches } from "./reading/spread.ts";
import { tokensPerRecipe } from "./reading/tokens.ts";

// The reading plane alone, with its real SDK clients, against the fake AWS in another process:
//   node bench/reading.ts [--only one-identity,pins] [--interval 30] [--json FILE] [--markdown FILE]
// Each scenario runs in a process of its own, so that CPU and memory are its own. Exit code 1: a limit was not kept.
const { values } = parseArgs({
  options: {
    only: { type: "string" },
    resources: { type: "string", default: "1000" },
    interval: { type: "string", default: "30" },
    cycles: { type: "string", default: "2" },
    /** Resources that are worked on at a time in the cold starts: the operator's --concurrency. */
    workers: { type: "string", default: String(defaultWorkers) },
    "quota-resources": { type: "string", default: "5000" },
    "quiet-seconds": { type: "string", default: "300" },
    "saturated-seconds": { type: "string", default: "240" },
    secrets: { type: "string", default: "5000" },
    json: { type: "string" },
    markdown: { type: "string" },
    /** Writes what was found into the section "reading" of docs/benchmarks.md. */
    write: { type: "boolean", default: false },
    /** Of a child: runs this scenario here and prints its rows as JSON. */
    run: { type: "string" },
  },
});

const common = {
  resources: Number(values.resources),
  intervalSeconds: Number(values.interval),
  cycles: Number(values.cycles),
  workers: Number(values.workers),
};

const scenarios: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  "one-identity": () => sharedIdentity(common),
  pins: () => withPins(common),
  identities: () => identityPerNamespace(common),
  spread: () => spreadOfBatches(common),
  tokens: () => tokensPerRecipe(common),
  quota: () =>
    underQuota({
      resources: Number(values["quota-resources"]),
      quietSeconds: Number(values["quiet-seconds"]),
      saturatedSeconds: Number(values["saturated-seconds"]),
    }),
  memory: () => boundedMemory({ secrets: Number(values.secrets), intervalSeconds: common.intervalSeconds }),
};

if (values.run !== undefined) {
  process.stdout.write(JSON.stringify(await scenario(values.run)()));
} else {
  report((values.only?.split(",") ?? Object.keys(scenarios)).flatMap(inChild));
}

function scenario(name: string): () => Promise<readonly Row[]> {
  const found = Object.hasOwn(scenarios, name) ? scenarios[name] : undefined;
  if (!found) {
    throw new RangeError(`no scenario "${name}": one of ${Object.keys(scenarios).join(", ")}`);
  }
  return found;
}

function inChild(name: string): readonly Row[] {
  scenario(name);
  process.stderr.write(`${name} …\n`);
  // As the bundle sets it on its first line: a small young generation keeps the memory low.
  const args = ["--max-semi-space-size=2", import.meta.filename, ...process.argv.slice(2), "--run", name];
  const child = spawnSync(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"], encoding: "utf8" });
  if (child.status !== 0) {
    throw new Error(`scenario ${name} failed`);
  }
  return JSON.parse(child.stdout) as Row[];
}

function report(rows: readonly Row[]): void {
  process.stdout.write(asTable(rows));
  write(values.json, `${JSON.stringify(rows, undefined, 2)}\n`);
  write(values.markdown, asMarkdown(rows));
  if (values.write) writeRun("reading", rows, ["node bench/reading.ts", ...settings()].join(" "));
  process.exitCode = rows.every(isWithinLimit) ? 0 : 1;
}

/** What was asked for, but for where to write it. */
function settings(): readonly string[] {
  return process.argv.slice(2).filter((argument) => argument !== "--write");
}

function write(path: string | undefined, text: string): void {
  if (path !== undefined) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}
