import { expect, it } from "@jest/globals";
import { parseExternalValue } from "../../api/parse-external-value.ts";
import { parseStore } from "../../api/parse-store.ts";
import type { SourceValue } from "../../api/source.ts";
import { createFakePlane } from "../../aws/fakes/fake-plane.ts";
import type { Reading } from "../../aws/reader.ts";
import type { Resolution, StoreDirectory } from "../stores/directory.ts";
import { outcomesOf, sourceItems } from "./gather-values.ts";
import type { ValueRow } from "./status-model.ts";
import { createBench } from "./testing/bench.ts";

const now = Date.UTC(2026, 0, 1);

function setUp() {
  const store = parseStore({ kind: "ClusterValueStore", metadata: { name: "default" }, spec: { region: "eu-west-1" } });
  const metadata = { name: "checkout", namespace: "shop" };
  const spec = { data: [{ key: "A", secretsManager: { secretId: "db" } }] };
  const model = parseExternalValue({ metadata, spec }, { defaultStoreKind: "ClusterValueStore" });
  if (!store.ok || !model.ok) throw new Error("the test is wrong");
  const { reader } = createFakePlane();
  const scope = { store: store.value, region: "eu-west-1" };
  const resolution: Resolution = { kind: "ready", store: store.value, reader, origin: "here", scope };
  const directory: StoreDirectory = { resolve: () => resolution, checkReturned: () => undefined, revision: () => "1" };
  return { model: model.value, directory };
}

const value = (version: string): SourceValue => ({
  service: "secretsManager",
  name: "db",
  arn: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf",
  type: "Secret",
  version,
  versionKey: version,
  content: "old or new",
});

const row = (version: string): ValueRow => ({
  key: "A",
  to: "Secret",
  source: "secretsmanager:db",
  version,
  origin: "here",
  state: "Synced",
});

it.each([
  { reason: "nothing was delivered yet", rows: [], replica: true, kind: "value" },
  { reason: "the replica has the version that was delivered", rows: [row("v2")], replica: true, kind: "value" },
  { reason: "the replica has another version", rows: [row("v1")], replica: true, kind: "waiting" },
  { reason: "the primary has another version", rows: [row("v1")], replica: false, kind: "value" },
])("$reason: $kind", ({ rows, replica, kind }) => {
  const { model, directory } = setUp();
  const [sourced] = sourceItems(model, directory);
  if (!sourced) throw new Error("the test is wrong");
  const good = { values: [value("v2")], at: now, ...(replica ? { replicaRegion: "eu-central-1" } : {}) };
  const readings = new Map([[sourced, { ref: sourced.item.ref, good }]]);
  const input = { model, directory, previousRows: rows, now, startedAt: now, secondLookMs: 60_000 };
  const [gathered] = outcomesOf([sourced], readings, input);
  expect(gathered?.outcome).toMatchObject(kind === "waiting" ? { kind, promiseBroken: true } : { kind });
});

it("is Degraded also with the version that all was in order with, until the primary answers", async () => {
  const bench = createBench();
  let replicaRegion: string | undefined;
  const { reader } = bench.fake;
  const { read } = reader;
  const inRegion = (reading: Reading): Reading =>
    reading.good && replicaRegion ? { ...reading, good: { ...reading.good, replicaRegion } } : reading;
  Object.assign(reader, {
    read: async (...asked: Parameters<typeof read>) =>
      new Map([...(await read(...asked))].map(([id, reading]) => [id, inRegion(reading)])),
  });
  const degraded = () => bench.status().conditions.find(({ type }) => type === "Degraded")?.status;
  bench.fake.calls.putSecret("db", "one");
  bench.put({ data: [{ key: "A", secretsManager: { secretId: "db" } }] });
  await bench.visit();
  await bench.visit();
  expect(degraded()).toBe("False");
  replicaRegion = "eu-central-1";
  await bench.visit();
  expect(degraded()).toBe("True");
  replicaRegion = undefined;
  await bench.visit();
  expect(degraded()).toBe("False");
});
