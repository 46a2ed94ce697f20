import { describe, expect, it } from "@jest/globals";
import { parseExternalValue } from "../../api/parse-external-value.ts";
import { ApiError, type KubernetesClient } from "../../kubernetes/client.ts";
import { emptyStatus } from "../external-value/status-model.ts";
import { mostWorkloads } from "./find-workloads.ts";
import { settleRestarts } from "./settle-restarts.ts";

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
    changedNow: false,
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
  const carries = (number: number) => ({
    metadata: { name: "web", uid: "uid-web", resourceVersion: "1" },
    spec: { template: { metadata: { annotations: { "restart.externalvalues.dev/checkout": `${number}.01234567` } } } },
  });
  const target = { kind: "Secret", name: "checkout", uid: "u", resourceVersion: "1" } as const;

  it.each([
    {
      reason: "the change that it was restarted for is told of",
      changedNow: false,
      marked: 5,
      restarts: [],
      dataVersion: 5,
    },
    {
      reason: "another change has come since, under its number",
      changedNow: true,
      marked: 5,
      restarts: [6],
      dataVersion: 6,
    },
    { reason: "the count began anew below its number", changedNow: true, marked: 9, restarts: [10], dataVersion: 10 },
    { reason: "a change as any other", changedNow: true, marked: 4, restarts: [5], dataVersion: 5 },
  ])("$reason: $dataVersion", async ({ changedNow, marked, restarts, dataVersion }) => {
    const parsed = parseExternalValue(
      {
        metadata: { name: "checkout", namespace: "shop", uid: owner },
        spec: { restart: [{ kind: "Deployment", name: "web" }], data: [{ key: "A", parameterStore: { name: "/a" } }] },
      },
      { defaultStoreKind: "ClusterValueStore" },
    );
    if (!parsed.ok) throw new Error(parsed.failure.message);
    const restarted: number[] = [];
    const client = { get: async () => carries(marked), mergePatch: async () => ({}) };
    const outcome = await settleRestarts({
      model: parsed.value,
      previous: {
        ...emptyStatus,
        targets: [{ ...target, dataVersion: 4 }],
        restarts: [{ kind: "Deployment", name: "web", uid: "uid-web", dataVersion: 4 }],
        dataVersion: 4,
      },
      targets: [{ ...target, dataVersion: 5 }],
      changedNow,
      allStand: true,
      client: client as unknown as KubernetesClient,
      pace: { take: () => 0 },
      now: 0,
      restarted: (_workload, number) => void restarted.push(number),
    });
    expect(restarted).toEqual(restarts);
    expect(outcome).toMatchObject({ dataVersion, rows: [{ dataVersion }], failures: [] });
  });
});
