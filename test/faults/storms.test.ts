import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { apiRequest } from "../support/api-request.ts";
import { type ControlPlane, startControlPlane } from "../support/control-plane.ts";
import { eventually } from "../support/eventually.ts";
import type { ManagedProcess } from "../support/managed-process.ts";
import { inRepository } from "../support/repository.ts";
import { stopAll } from "../support/stop-all.ts";
import { sized } from "./support/extent.ts";
import { type FaultBench, type Place, startFaultBench } from "./support/fault-bench.ts";
import { recordFault, secondsSince } from "./support/fault-record.ts";
import { arrangeMany, type ManyResources } from "./support/many-resources.ts";
import { commandLineOf, residentMiB, startAgain } from "./support/process-facts.ts";

// A control plane of its own, since its API server is killed: in the middle of many first syncs, with etcd compacted
// meanwhile; stopped; and with one request in ten cut on both sides while everything changes.

let controlPlane: ControlPlane;
let apiServer: ManagedProcess;
let bench: FaultBench;
let place: Place;
let many: ManyResources;
const count = sized(100, 1_000);

beforeAll(async () => {
  controlPlane = await startControlPlane({ customResourceDefinitions: inRepository("crds") });
  apiServer = processOf("kube-apiserver");
  bench = await startFaultBench({ environment: controlPlane });
  place = await bench.createPlace();
  many = await arrangeMany(bench, place, { count, interval: "10s" });
}, 120_000);
afterAll(async () => {
  // A test that failed may have left it stopped, and then nothing could be uninstalled.
  apiServer?.signal("SIGCONT");
  await stopAll([
    async () => await bench?.stop(),
    async () => void (await apiServer?.stop(500)),
    async () => await controlPlane?.stop(),
  ]);
}, 120_000);

function processOf(name: string): ManagedProcess {
  const found = controlPlane.processes.find((process) => process.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found;
}

const pid = () => bench.operator().local?.process.pid ?? 0;

async function untilServing(): Promise<void> {
  await eventually(() => apiRequest(controlPlane.admin, { method: "GET", path: "/readyz" }), {
    what: "the API server is ready again",
    timeoutMs: 60_000,
  });
}

/** Everything before the present revision is gone from etcd, and so from the reach of any older resourceVersion. */
async function compact(): Promise<void> {
  const [, port] =
    /--listen-client-urls=http:\/\/127\.0\.0\.1:(\d+)/.exec(commandLineOf(processOf("etcd").pid).join(" ")) ?? [];
  const post = async (path: string, body: object) => {
    const response = await fetch(`http://127.0.0.1:${port}/v3/kv/${path}`, {
      method: "POST",
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
    return (await response.json()) as { readonly header?: { readonly revision?: string } };
  };
  const { header } = await post("range", { key: "AA==" });
  await post("compaction", { revision: header?.revision, physical: true });
}

it(`loses nothing when the API server is killed in the middle of ${count} first syncs, and etcd is compacted`, async () => {
  const applying = many.applyAll();
  await eventually(async () => (await many.wrong()) < count * 0.7 || undefined, {
    what: "a part is synced",
    timeoutMs: 60_000,
    intervalMs: 20,
  });
  const missing = await many.wrong();
  expect(missing).toBeGreaterThan(0);
  const commandLine = commandLineOf(apiServer.pid);
  apiServer.signal("SIGKILL");
  await apiServer.exited;
  await compact();
  const down = performance.now();
  bench.api.reset();
  await delay(sized(3_000, 60_000));
  const downSeconds = secondsSince(down);
  const sent = bench.api.entries().length;
  const rate = sent / downSeconds;
  expect(await bench.operator().probe("/healthz")).toBe(200);
  apiServer = startAgain(apiServer, commandLine);
  await untilServing();
  const healed = performance.now();
  await applying;
  await many.untilRight("every Secret is right", 120_000);
  // What is under way fails at once, and again with growing delays; after that, little.
  expect(sent).toBeLessThan(3 * count + 40 * downSeconds);
  recordFault({
    suite: "Storms",
    fault: `API server SIGKILLed for ${Math.round(downSeconds)} s during ${count} first syncs, etcd compacted meanwhile`,
    injected: 1,
    seconds: secondsSince(healed),
    seen: `${missing} were not synced at the kill; ${rate.toFixed(1)} requests/s while it was away; /healthz stays 200`,
  });
}, 400_000);

it("sees every change that was made while the API server stood still", async () => {
  apiServer.signal("SIGSTOP");
  await many.changeAll();
  const stopped = performance.now();
  bench.api.reset();
  await delay(sized(3_000, 60_000));
  const seconds = secondsSince(stopped);
  const sent = bench.api.entries().length;
  const rate = sent / seconds;
  apiServer.signal("SIGCONT");
  const healed = performance.now();
  await many.untilRight("every Secret has the new value", 120_000);
  expect(sent).toBeLessThan(3 * count + 40 * seconds);
  recordFault({
    suite: "Storms",
    fault: `API server stopped (SIGSTOP) for ${Math.round(seconds)} s while all ${count} values change`,
    injected: 1,
    seconds: secondsSince(healed),
    seen: `${rate.toFixed(1)} requests/s while it stood still`,
  });
}, 400_000);

it("keeps up with changes while one request in ten is cut, on both sides, and its memory stays flat", async () => {
  const random = seeded(20_260_101);
  let cuts = 0;
  const cutOneInTen = () => {
    if (random() >= 0.05) return;
    cuts += 1;
    throw new Error("cut");
  };
  const seconds = sized(8, 120);
  const memoryBefore = residentMiB(pid());
  bench.api.reset();
  bench.aws.reset();
  // Twice a request, before it is forwarded and after it took effect: one in ten in all.
  bench.api.setOnRequest(cutOneInTen);
  bench.aws.setOnRequest(cutOneInTen);
  const begun = performance.now();
  let changes = 0;
  while (secondsSince(begun) < seconds) {
    const index = Math.floor(random() * count);
    await (random() < 0.8 ? many.change(index) : many.deleteTarget(index));
    if (random() < 0.1) bench.api.cutWatches();
    changes += 1;
    await delay(100);
  }
  const rate = (bench.api.entries().length + bench.aws.entries().length) / seconds;
  bench.api.setOnRequest(undefined);
  bench.aws.setOnRequest(undefined);
  const healed = performance.now();
  await many.untilRight("every Secret is right", 120_000);
  const memoryAfter = residentMiB(pid());
  // Ten changes a second are read, written and reported, the values are polled, six watches begin again and again.
  expect(rate).toBeLessThan(200);
  expect(memoryAfter).toBeLessThan(memoryBefore + 40);
  recordFault({
    suite: "Storms",
    fault: `one request in ten cut at random on both sides for ${seconds} s`,
    injected: cuts,
    seconds: secondsSince(healed),
    seen: `${changes} changes meanwhile, ${rate.toFixed(0)} requests/s in all, resident memory ${memoryBefore.toFixed(0)} → ${memoryAfter.toFixed(0)} MiB`,
  });
}, 400_000);

/** Uniform in [0, 1), the same in every run (Marsaglia's xorshift32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
