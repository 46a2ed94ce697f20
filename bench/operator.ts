import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import type { OperatorAdapter } from "./operator/adapter.ts";
import { adapter as externalValues } from "./operator/adapters/external-values.ts";
import { type Phase, phases, type RunOptions, runBenchmark } from "./operator/run.ts";
import { asMarkdown, asTable, isWithinLimit } from "./reading/report.ts";

// The whole operator on a real API server and the fake AWS: bench/README.md. Exit code 1: a limit was not kept.
const { values } = parseArgs({
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
    /** What follows the cold start. */
    phases: { type: "string", default: phases.join(",") },
    /** A module with an adapter of another operator. */
    operator: { type: "string" },
    /** Leaves CPU profiles of the operator here. */
    profile: { type: "string" },
    json: { type: "string" },
    markdown: { type: "string" },
  },
});

const options: Omit<RunOptions, "work"> = {
  adapter: await loadAdapter(values.operator),
  latencyMs: Number(values.latency),
  quota: values.quota === undefined ? undefined : Number(values.quota),
  cycles: Number(values.cycles),
  phases: new Set(values.phases.split(",").map(phaseOf)),
  profileDirectory: values.profile && resolve(values.profile),
  report: (line) => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`),
};

const rows = await runBenchmark({ ...options, work: workOf(Number(values.resources)) });
process.stdout.write(asTable(rows));
write(values.json, `${JSON.stringify(rows, undefined, 2)}\n`);
write(values.markdown, asMarkdown(rows));
process.exitCode = rows.every(isWithinLimit) ? 0 : 1;

function workOf(resources: number) {
  return {
    resources,
    namespaces: Number(values.namespaces),
    intervalSeconds: Number(values.interval),
    samples: Number(values.samples),
  };
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

function write(path: string | undefined, text: string): void {
  if (path === undefined) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
