import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it, test } from "@jest/globals";
import { canaryMark, secretValue } from "../support/canary.ts";
import { eventually } from "../support/eventually.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { isFull } from "./support/extent.ts";
import { type FaultBench, type Place, startFaultBench } from "./support/fault-bench.ts";
import { recordFault, secondsSince } from "./support/fault-record.ts";

// The process itself: what its probes say of it, and that it ends in order whatever its servers do.

let bench: FaultBench;
let place: Place;
const secretId = () => `${place.namespace}/db`;
const spec = () => `  refreshInterval: 5s\n  data:\n    - { key: DB, secretsManager: { secretId: ${secretId()} } }\n`;

beforeAll(async () => {
  bench = await startFaultBench();
  place = await bench.createPlace();
  await bench.fake.putSecret({ name: secretId(), value: secretValue("first") });
  await place.apply("app", spec());
  await place.until("app", "True");
}, 120_000);
afterAll(() => bench?.stop());

/** As the kubelet asks: by timeoutSeconds of the chart. */
async function asTheKubelet(): Promise<number | "no answer"> {
  const url = `${bench.operator().local?.healthUrl}/healthz`;
  try {
    const { status } = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    return status;
  } catch {
    return "no answer";
  }
}

it("answers no probe while its event loop makes no progress, and does again afterwards", async () => {
  expect(await asTheKubelet()).toBe(200);
  bench.operator().local?.process.signal("SIGSTOP");
  try {
    expect(await asTheKubelet()).toBe("no answer");
  } finally {
    bench.operator().local?.process.signal("SIGCONT");
  }
  await eventually(async () => (await asTheKubelet()) === 200 || undefined, { what: "the operator answers again" });
}, 60_000);

describe("ends with a report that quotes nothing, at", () => {
  const directory = temporaryDirectory("crash");
  const error = `new Error("${secretValue("in a message")}")`;
  test.each([
    { reason: "an exception that nobody catches", event: "uncaughtException", code: `throw ${error}` },
    { reason: "a rejection that nobody handles", event: "unhandledRejection", code: `Promise.reject(${error})` },
  ])("$reason", async ({ event, code }) => {
    // A file: the frames of a stack name it, where they would quote the code of a data URL.
    const file = join(directory, `${event}.mjs`);
    writeFileSync(file, `setTimeout(() => { ${code} }, 1500)`);
    const before = bench.operator();
    const crashing = await bench.start({ env: { NODE_OPTIONS: `--import=${pathToFileURL(file)}` }, awaitReady: false });
    const exit = await eventually(() => crashing.local?.process.exit, { what: "the operator has ended" });
    expect(exit).toEqual({ code: 1, signal: null });
    const output = await crashing.output();
    expect(output).toContain(event);
    expect(output).toContain("crashed: an error was caught by nobody");
    expect(output).not.toContain(canaryMark);
    await before.stop();
    await bench.start();
  });
});

// Takes the better part of its grace.
if (isFull) {
  it("is alive and ready while no server answers, and ends in order within its grace", endsInOrder, 120_000);
}

async function endsInOrder(): Promise<void> {
  bench.aws.setRules([{ fault: { kind: "hang" } }]);
  await place.apply("next", spec());
  await bench.cluster.patch(place.ref("app"), { metadata: { annotations: { "externalvalues.dev/refresh": "now" } } });
  await eventually(() => bench.aws.entries().some(({ fault }) => fault === "hang") || undefined, {
    what: "a read hangs",
  });
  bench.api.setRules([{ fault: { kind: "hang" } }]);
  bench.api.cutWatches();
  await eventually(() => bench.api.entries().some(({ fault }) => fault === "hang") || undefined, {
    what: "a request to the API server hangs",
  });
  expect([await bench.operator().probe("/healthz"), await bench.operator().probe("/readyz")]).toEqual([200, 200]);
  const begun = performance.now();
  const exit = await bench.operator().stop();
  const seconds = secondsSince(begun);
  expect(exit).toEqual({ code: 0, signal: null });
  // terminationGracePeriodSeconds of the chart.
  expect(seconds).toBeLessThan(30);
  bench.aws.setRules([]);
  bench.api.setRules([]);
  await bench.start();
  await place.until("next", "True", { timeoutMs: 30_000 });
  recordFault({
    suite: "Process",
    fault: "SIGTERM while neither AWS nor the API server answers",
    injected: 1,
    seen: `ended with code 0 after ${seconds} s, /healthz 200 until then; served again after the next start`,
  });
}
