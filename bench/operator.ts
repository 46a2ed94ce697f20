import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import type { OperatorAdapter } from "./operator/adapter.ts";
import { adapter as externalValues } from "./operator/adapters/external-values.ts";
import { writeRun, writeScale } from "./operator/pages.ts";
import { type Phase, phases, type RunOptions, runBenchmark } from "./operator/run.ts";
import type { Sized } from "./operator/scale.ts";
import { asTable, isWithinLimit, type Row } from "./reading/report.ts";

// The whole operator on a real API server and the fake AWS: bench/README.md. Exit code 1: a limit was not kept.
const { values } = parseArgs({
  allowNegative: true,
  options: {
    resources: { type: "string", default: "1000" },
    namespaces: { type: "string", default: "10" },
    /** Seconds. */
    interval: { type: "string", default: "60" },
    /** Milliseconds before each answer of AWS. */
    latency: { type: "string", default: "8" },
    /** Parameter reads a second that AWS grants. Default: any number. */
    quota: { type: "string" },
    cycles: { type: "string", default: "2" },
    /** New resources, and deleted Secrets. */
    samples: { type: "string", default: "100" },
    /** `--no-floor` leaves the bare writes out. */
    floor: { type: "boolean", default: true },
    /** What follows the cold start. */
    phases: { type: "string", default: phases.join(",") },
    /** A module with an adapter of another operator. */
    operator: { type: "string" },
    /** Leaves CPU profiles of the operator here. */
    profile: { type: "string" },
    /** Further options of Node.js for the operator's process. */
    "node-options": { type: "string", default: "" },
    json: { type: "string" },
    /** Runs once for each of these numbers of resources: 100,1000,5000,10000. */
    scale: { type: "string" },
    /** What follows the cold start at all of these sizes but that of --resources. */
    "scale-phases": { type: "string", default: "quiet,create,change" },
    /**
     * Writes what was found into docs/benchmarks.md: the section "operator", with --quota "quota", with --scale "scale",
     * and "operator" too where the size of --resources is among them.
     */
    write: { type: "boolean", default: false },
  },
});

const options: Omit<RunOptions, "work"> = {
  adapter: await loadAdapter(values.operator),
  latencyMs: Number(values.latency),
  quota: values.quota === undefined ? undefined : Number(values.quota),
  cycles: Number(values.cycles),
  floor: values.floor,
  phases: phasesOf(values.phases),
  profileDirectory: values.profile === undefined ? undefined : resolve(values.profile),
  nodeOptions: values["node-options"].split(" ").filter((each) => each !== ""),
  report: (line) => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`),
};

const command = `node bench/operator.ts ${process.argv.slice(2).join(" ")}`.replace(/ --(?:write|json \S+)/g, "");
const rows = values.scale === undefined ? await one() : await several(values.scale.split(",").map(Number));
process.exitCode = rows.every(isWithinLimit) ? 0 : 1;

async function one(): Promise<readonly Row[]> {
  const found = await runBenchmark({ ...options, work: workOf(Number(values.resources)) });
  process.stdout.write(asTable(found));
  writeJson(found);
  if (values.write) writeRun(values.quota === undefined ? "operator" : "quota", found, command);
  return found;
}

async function several(sizes: readonly number[]): Promise<readonly Row[]> {
  const found: Sized[] = [];
  for (const resources of sizes) {
    const isStandard = resources === Number(values.resources);
    const phases = isStandard ? options.phases : phasesOf(values["scale-phases"]);
    const rows = await runBenchmark({ ...options, phases, work: workOf(resources) });
    process.stdout.write(`${resources} resources\n${asTable(rows)}\n`);
    found.push({ resources, rows });
    // After each, so that what was found is not lost with a later one.
    writeJson(found);
    if (values.write && isStandard) writeRun("operator", rows, command);
    if (values.write) writeScale(found, command);
  }
  return found.flatMap(({ rows }) => rows);
}

function workOf(resources: number) {
  return {
    resources,
    namespaces: Number(values.namespaces),
    intervalSeconds: Number(values.interval),
    samples: Number(values.samples),
  };
}

function phasesOf(names: string): ReadonlySet<Phase> {
  return new Set(names.split(",").map(phaseOf));
}

function phaseOf(name: string): Phase {
  const found = phases.find((phase) => phase === name);
  if (found === undefined) throw new RangeError(`no phase "${name}": some of ${phases.join(", ")}`);
  return found;
}

async function loadAdapter(path: string | undefined): Promise<OperatorAdapter> {
  if (path === undefined) return externalValues;
  const { adapter } = (await import(pathToFileURL(resolve(path)).href)) as { adapter: OperatorAdapter };
  return adapter;
}

function writeJson(found: unknown): void {
  if (values.json === undefined) return;
  mkdirSync(dirname(values.json), { recursive: true });
  writeFileSync(values.json, `${JSON.stringify(found, undefined, 2)}\n`);
}
