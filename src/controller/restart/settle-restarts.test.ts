import { expect, it } from "@jest/globals";
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
    allStand: true,
    client: client as unknown as KubernetesClient,
    pace: { take: () => 0 },
    now: 0,
    restarted: () => undefined,
  });
  expect(outcome?.failures).not.toEqual([]);
  expect(outcome?.rows).toHaveLength(each.rows);
});
