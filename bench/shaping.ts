import { monitorEventLoopDelay } from "node:perf_hooks";
import { parseArgs } from "node:util";
import type { DataFromItem, TargetModel } from "../src/api/model.ts";
import type { SourceValue } from "../src/api/source.ts";
import { createTurns } from "../src/event-loop/turns.ts";
import { composeTarget } from "../src/values/compose-target.ts";
import type { Result, ShapedKey } from "../src/values/contract.ts";
import { createSandbox } from "../src/values/sandbox/sandbox.ts";
import { shapeFrom } from "../src/values/shape-from.ts";

// Shaping and rendering alone, without AWS and without an API server:
//   node bench/shaping.ts [--keys 10000] [--templates 1000]
// Exit code 1: the event loop was blocked for 50 ms or more.
const { values } = parseArgs({
  options: { keys: { type: "string", default: "10000" }, templates: { type: "string", default: "1000" } },
});
const keyCount = Number(values.keys);
const templateCount = Number(values.templates);
const mostBlockedMs = 50;

const sandbox = createSandbox({ workerUrl: new URL("../src/values/sandbox/worker-thread.ts", import.meta.url) });
const turns = createTurns({ now: () => performance.now() });
const context = { sandbox, turns, allowDeclassification: true };

const find: DataFromItem = {
  field: "spec.dataFrom[0]",
  to: "Secret",
  store: { kind: "ClusterValueStore", name: "default" },
  ref: { kind: "parametersByPath", path: "/shop", recursive: true },
  decode: "None",
  optional: false,
  keys: {
    format: "Env",
    include: ["^SERVICE_"],
    exclude: ["_LEGACY$"],
    rewrite: [{ match: "^SERVICE_(.*)", replace: "$1" }],
    onConflict: "Fail",
  },
};

const target: TargetModel = {
  kind: "Secret",
  name: "bench",
  type: "Opaque",
  creationPolicy: "Owner",
  deletionPolicy: "Retain",
  immutable: false,
  labels: {},
  annotations: {},
};

/** A parameter of 100 bytes. */
function parameter(index: number): SourceValue {
  const name = `/shop/service/key-${index}`;
  const arn = `arn:aws:ssm:eu-west-1:123456789012:parameter${name}`;
  const content = `${index}`.padStart(100, "x");
  return { service: "parameterStore", name, arn, type: "SecureString", version: "1", versionKey: `${index}`, content };
}

/** One secret of a JSON object of 100-byte members. */
function jsonSecret(members: number): SourceValue {
  const content = JSON.stringify(
    Object.fromEntries(
      Array.from({ length: members }, (_, index) => [`service_key_${index}`, `${index}`.padStart(100, "x")]),
    ),
  );
  const identity = { name: "shop/all", arn: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/all-AbCdEf" };
  return { service: "secretsManager", ...identity, type: "Secret", version: "v1", versionKey: "v1", content };
}

function unwrap<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}

/** Measures a scenario, cold and then warm; true where the event loop was never blocked for long. */
async function measure(name: string, scenario: () => Promise<unknown>): Promise<boolean> {
  const cold = await measureOnce(`${name}, cold`, scenario);
  return (await measureOnce(`${name}, warm`, scenario)) && cold;
}

async function measureOnce(name: string, scenario: () => Promise<unknown>): Promise<boolean> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const cpu = process.cpuUsage();
  const started = performance.now();
  await scenario();
  const took = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  // The histogram notes a block when the loop turns again.
  await new Promise((resolve) => setTimeout(resolve, 5));
  delay.disable();
  const blocked = delay.max / 1e6;
  const figures = [
    `${took.toFixed(0)} ms`,
    `${((user + system) / 1000).toFixed(0)} ms CPU here`,
    `longest block ${blocked.toFixed(1)} ms`,
  ];
  process.stdout.write(`${name}: ${figures.join(", ")}\n`);
  return blocked < mostBlockedMs;
}

const parameters = Array.from({ length: keyCount }, (_, index) => parameter(index));
const secret = jsonSecret(keyCount);
const keysOfSecret: ShapedKey[] = Array.from({ length: 8 }, (_, index) => ({
  key: `KEY_${index}`,
  to: "Secret",
  content: `value/${index}`.padStart(100, "x"),
  sensitive: true,
  field: "spec.data[0]",
  source: "secretsmanager:prod/db",
  version: "v1",
}));

/** A tenth of the keys at a time, as much as a target holds. */
async function composeAll(keys: readonly ShapedKey[]): Promise<void> {
  const size = Math.max(1, Math.min(9000, keys.length));
  for (let start = 0; start < keys.length; start += size) {
    const part = keys.slice(start, start + size);
    unwrap(await composeTarget(target, part, { sandbox, turns, uid: "uid", templatesFrom: {} }));
  }
}

async function renderAll(): Promise<void> {
  const url = "postgres://{{ KEY_0 | url_encode }}:{{ KEY_1 | url_encode }}@{{ KEY_2 }}:5432/";
  const renders = Array.from({ length: templateCount }, async (_, index) => {
    const template = { data: { DATABASE_URL: `${url}${index}` }, from: [], mergePolicy: "Merge" as const };
    return unwrap(
      await composeTarget({ ...target, template }, keysOfSecret, {
        sandbox,
        turns,
        uid: `${index}`,
        templatesFrom: {},
      }),
    );
  });
  await Promise.all(renders);
}

const kept = [
  await measure(`${keyCount} parameters of 100 bytes, shaped and composed`, async () => {
    await composeAll(unwrap(await shapeFrom(find, parameters, context)));
  }),
  await measure(`one JSON object of ${keyCount} members of 100 bytes, shaped and composed`, async () => {
    const item: DataFromItem = { ...find, ref: { kind: "secret", secretId: "shop/all" } };
    await composeAll(unwrap(await shapeFrom(item, [secret], context)));
  }),
  await measure(`${templateCount} templates, rendered into targets of 9 keys`, renderAll),
];
await sandbox.close();
process.exitCode = kept.every(Boolean) ? 0 : 1;
