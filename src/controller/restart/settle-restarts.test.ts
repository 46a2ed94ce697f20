import { describe, expect, it } from "@jest/globals";
import { parseExternalValue } from "../../api/parse-external-value.ts";
import { ApiError, type KubernetesClient } from "../../kubernetes/client.ts";
import { emptyStatus, type StatusModel } from "../external-value/status-model.ts";
import { mostWorkloads } from "./find-workloads.ts";
import { type ChangeMemory, settleRestarts } from "./settle-restarts.ts";

const row = (kind: string, index: number) => ({ kind, name: `w-${index}`, uid: `${kind}-${index}`, dataVersion: 0 });
const many = (kind: string, count: number) => Array.from({ length: count }, (_, index) => row(kind, index));

it.each([
  { name: "fit beside those that were read", deployments: 100, sets: 100, rows: 200 },
  { name: "have room for some", deployments: 200, sets: 100, rows: mostWorkloads },
  { name: "have no room at all", deployments: mostWorkloads + 1, sets: 100, rows: mostWorkloads },
])("keeps rows of what cannot be read within the bound of the status: they $name", async (each) => {
  const restart = [
    { kind: "Deployment", selector: { matchLabels: { app: "web" } } },
    { kind: "StatefulSet", selector: { matchLabels: { app: "web" } } },
  ];
  const parsed = parseExternalValue(
    {
      metadata: { name: "checkout", namespace: "shop" },
      spec: { restart, data: [{ key: "A", parameterStore: { name: "/a" } }] },
    },
    { defaultStoreKind: "ClusterValueStore" },
  );
  if (!parsed.ok) throw new Error(parsed.failure.message);
  const client = {
    async list({ kind }: { kind: string }) {
      if (kind !== "Deployment") throw new ApiError({ status: 403, reason: "Forbidden", message: "forbidden" });
      return { items: many(kind, each.deployments).map((metadata) => ({ metadata })) };
    },
  };
  const outcome = await settleRestarts({
    model: parsed.value,
    previous: { ...emptyStatus, restarts: many("StatefulSet", each.sets), dataVersion: 0 },
    targets: [],
    memory: {},
    allStand: true,
    client: client as unknown as KubernetesClient,
    pace: { take: () => 0 },
    now: 0,
    restarted: () => undefined,
  });
  expect(outcome?.failures).not.toEqual([]);
  expect(outcome?.rows).toHaveLength(each.rows);
});

describe("a workload that carries a number which the status does not know", () => {
  const owner = "0123456789";
  const target = { kind: "Secret", name: "checkout", uid: "u", resourceVersion: "1" } as const;
  const deployment = (name: string, marked: number) => ({
    metadata: { name, uid: `uid-${name}`, resourceVersion: "1" },
    spec: { template: { metadata: { annotations: { "restart.externalvalues.dev/checkout": `${marked}.01234567` } } } },
  });

  /** Two workloads, `web` with the mark of the case and `job` with none, and a process that may be asked again and again. */
  function startBench({ marked, memory = {} }: { marked: number; memory?: ChangeMemory }) {
    const spec = {
      restart: ["web", "job"].map((name) => ({ kind: "Deployment", name })),
      data: [{ key: "A", parameterStore: { name: "/a" } }],
    };
    const metadata = { name: "checkout", namespace: "shop", uid: owner, generation: 2 };
    const parsed = parseExternalValue({ metadata, spec }, { defaultStoreKind: "ClusterValueStore" });
    if (!parsed.ok) throw new Error(parsed.failure.message);
    const marks = new Map([
      ["web", marked],
      ["job", 0],
    ]);
    const restarted: string[] = [];
    let isDown = false;
    const client = {
      async get(_type: unknown, { name }: { name: string }) {
        if (isDown) throw new ApiError({ status: 503, reason: "ServiceUnavailable", message: "overloaded" });
        return deployment(name, marks.get(name) ?? 0);
      },
      mergePatch: async () => ({}),
    };
    return {
      restarted,
      async settle(previous: Partial<StatusModel>, dataVersion: number, { down = false } = {}) {
        isDown = down;
        return await settleRestarts({
          model: parsed.value,
          previous: { ...emptyStatus, ...previous },
          targets: [{ ...target, dataVersion }],
          memory,
          allStand: true,
          client: client as unknown as KubernetesClient,
          pace: { take: () => 0 },
          now: 0,
          restarted({ name }, number) {
            marks.set(name, number);
            restarted.push(`${name} ${number}`);
          },
        });
      },
    };
  }

  const row = (name: string, dataVersion: number) => ({ kind: "Deployment", name, uid: `uid-${name}`, dataVersion });
  const told = {
    targets: [{ ...target, dataVersion: 4 }],
    restarts: [row("job", 4), row("web", 4)],
    dataVersion: 4,
  };

  it.each([
    {
      reason: "the change that it was restarted for is told of",
      unnumbered: false,
      marked: 5,
      restarts: ["job 5"],
      dataVersion: 5,
    },
    {
      reason: "another change has come since, under its number",
      unnumbered: true,
      marked: 5,
      restarts: ["job 6", "web 6"],
      dataVersion: 6,
    },
    {
      reason: "the count began anew below its number",
      unnumbered: true,
      marked: 9,
      restarts: ["job 10", "web 10"],
      dataVersion: 10,
    },
    {
      reason: "the count began anew below its number, and the process that made the change has ended",
      unnumbered: false,
      marked: 9,
      restarts: ["job 10", "web 10"],
      dataVersion: 10,
    },
    { reason: "a change as any other", unnumbered: true, marked: 4, restarts: ["job 5", "web 5"], dataVersion: 5 },
  ])("$reason: $dataVersion", async ({ unnumbered, marked, restarts, dataVersion }) => {
    const bench = startBench({ marked, memory: { unnumbered } });
    const outcome = await bench.settle(told, 5);
    expect([...bench.restarted].sort()).toEqual(restarts);
    expect(outcome).toMatchObject({ dataVersion, rows: [{ dataVersion }, { dataVersion }], failures: [] });
  });

  it.each([
    { reason: "when the count begins", previous: {} },
    { reason: "when the spec was edited", previous: told },
  ])("raises the number of the status to its own $reason, and nobody is restarted", async ({ previous }) => {
    const bench = startBench({ marked: 9 });
    const outcome = await bench.settle(previous, 4);
    expect(bench.restarted).toEqual([]);
    expect(outcome).toMatchObject({ dataVersion: 9, rows: [{ dataVersion: 9 }, { dataVersion: 9 }], failures: [] });
    // The next change is above every mark, also for a process that knows nothing of it.
    const next = startBench({ marked: 9 });
    const { rows = [], dataVersion = 0 } = outcome ?? {};
    await next.settle({ targets: told.targets, restarts: rows, dataVersion }, 5);
    expect([...next.restarted].sort()).toEqual(["job 10", "web 10"]);
  });

  it("is restarted although the workloads could not be looked at when its change was made", async () => {
    const bench = startBench({ marked: 5, memory: { unnumbered: true } });
    await expect(bench.settle(told, 5, { down: true })).rejects.toThrow("overloaded");
    await bench.settle(told, 5);
    expect([...bench.restarted].sort()).toEqual(["job 6", "web 6"]);
  });

  it("is restarted once although the status cannot be written", async () => {
    const bench = startBench({ marked: 5, memory: { unnumbered: true } });
    for (let visits = 0; visits < 3; visits += 1) {
      expect(await bench.settle(told, 5)).toMatchObject({
        dataVersion: 6,
        rows: [{ dataVersion: 6 }, { dataVersion: 6 }],
      });
    }
    expect([...bench.restarted].sort()).toEqual(["job 6", "web 6"]);
  });
});
