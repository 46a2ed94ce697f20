import { describe, expect, it } from "@jest/globals";
import type { Failure } from "../../api/conditions.ts";
import { parseExternalValue } from "../../api/parse-external-value.ts";
import { composed, target } from "../target/testing/samples.ts";
import { type ConcludeInput, conclude, type Settled } from "./conclude.ts";
import type { ItemResult } from "./select.ts";
import { emptyStatus, type StatusModel } from "./status-model.ts";

const now = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

function model(spec: object = {}) {
  const data = [{ key: "A", parameterStore: { name: "/a" } }];
  const metadata = {
    name: "checkout",
    namespace: "shop",
    uid: "uid-1",
    generation: 3,
    annotations: { "externalvalues.dev/refresh": "now" },
  };
  const parsed = parseExternalValue(
    { metadata, spec: { refreshInterval: "1h", data, ...spec } },
    { defaultStoreKind: "ClusterValueStore" },
  );
  if (!parsed.ok) throw new Error(parsed.failure.message);
  return parsed.value;
}

const memo = {
  uid: "u",
  resourceVersion: "8",
  dataPrint: "",
  shapePrint: "",
  dataVersion: 4,
  keys: new Set(["A"]),
  type: "Opaque",
  immutable: false,
  merged: false,
};
const selection = { keys: [], blocked: [], kept: [], degraded: [], allGone: false };
const row = { kind: "Secret", name: "checkout", uid: "u", resourceVersion: "7", dataVersion: 4 } as const;

const good: Settled = {
  decision: {
    kind: "planned",
    target: target(),
    selection,
    composed: composed({ A: "x" }),
    plan: { action: "none", memo },
  },
  memo,
  dataChanged: false,
  stands: true,
};
const frozen = (reason: Failure["reason"]): Settled => ({
  decision: { kind: "frozen", target: target(), selection, failures: [{ reason, message: reason }] },
  dataChanged: false,
  stands: true,
});

const result = (of: ItemResult["result"]): ItemResult => {
  const [item] = model().data;
  if (!item) throw new Error("one item");
  return { item, origin: "here", result: of };
};
const read = result({
  kind: "keys",
  keys: [
    { key: "A", to: "Secret", content: "x", sensitive: false, field: "", source: "parameterstore:/a", version: "1" },
  ],
});
const failure: Failure = { reason: "Throttled", message: "slow" };
const waiting = (freshUntil: number) =>
  result({ kind: "waiting", failure, freshUntil, promiseBroken: freshUntil < now });

const previous: StatusModel = { ...emptyStatus, targets: [row], lastChangedTime: "2026-01-01T00:00:00Z" };
const input = (fields: Partial<ConcludeInput> = {}): ConcludeInput => ({
  model: model(),
  items: [read],
  settled: [good],
  previous,
  lingering: [],
  now,
  random: () => 0.5,
  ...fields,
});

const hour = 3_600_000;

describe("when to come again", () => {
  it.each<{ reason: string; by: Partial<ConcludeInput>; verdict: unknown }>([
    { reason: "all in order: when a value changes", by: {}, verdict: undefined },
    {
      reason: "the user must act: at the interval",
      by: { settled: [frozen("SpecInvalid")] },
      verdict: { afterMs: hour },
    },
    { reason: "it may heal: at the interval", by: { settled: [frozen("ValueNotFound")] }, verdict: { afterMs: hour } },
    {
      reason: "what stands in the way has no watch",
      by: { settled: [frozen("TargetConflict")] },
      verdict: { afterMs: 30_000 },
    },
    { reason: "another's key likewise", by: { settled: [frozen("KeyConflict")] }, verdict: { afterMs: 30_000 } },
    { reason: "a bug: backoff", by: { settled: [frozen("InternalError")] }, verdict: "backoff" },
    {
      reason: "a wait: when the promise ends",
      by: { items: [waiting(now + 5_000)], settled: [frozen("Throttled")] },
      verdict: { afterMs: 5_100 },
    },
    {
      reason: "a wait without a timer: backoff",
      by: { model: model({ refreshPolicy: "OnChange" }), items: [waiting(now)], settled: [frozen("Throttled")] },
      verdict: "backoff",
    },
    {
      reason: "a second look",
      by: {
        items: [result({ kind: "missing", failure, gone: "once", lookAgainAt: now + 40_000 })],
        settled: [frozen("ValueNotFound")],
      },
      verdict: { afterMs: 41_000 },
    },
    { reason: "a former target that could not be removed", by: { lingering: [row] }, verdict: { afterMs: 1_000 } },
    { reason: "sources of templates", by: { revisitMs: 7_000 }, verdict: { afterMs: 7_000 } },
    { reason: "never at once", by: { revisitMs: 3 }, verdict: { afterMs: 1_000 } },
  ])("$reason", ({ by, verdict }) => {
    expect(conclude(input(by)).verdict).toEqual(verdict);
  });
});

describe("the status", () => {
  it("echoes the refresh once it was made, and not while something waits", () => {
    expect(conclude(input()).status).toMatchObject({ observedGeneration: 3, lastHandledRefresh: "now" });
    expect(conclude(input({ items: [waiting(now)] })).status).not.toHaveProperty("lastHandledRefresh");
  });

  it("says when data last changed, to the second", () => {
    expect(conclude(input()).status.lastChangedTime).toBe("2026-01-01T00:00:00Z");
    const changed = conclude(input({ settled: [{ ...good, dataChanged: true }] }));
    expect(changed.status.lastChangedTime).toBe("2026-01-02T03:04:05Z");
  });

  it("takes data that it does not know of yet for a change: the process ended before the last status", () => {
    const behind = { ...previous, targets: [{ ...row, dataVersion: 3 }] };
    expect(conclude(input({ previous: behind })).status.lastChangedTime).toBe("2026-01-02T03:04:05Z");
  });

  it("names the targets as they were left, frozen ones as they were, and says what was only merged into", () => {
    expect(conclude(input()).status.targets).toEqual([{ ...row, resourceVersion: "8" }]);
    expect(conclude(input({ settled: [frozen("ValueNotFound")] })).status.targets).toEqual([row]);
    const merged = { ...good, memo: { ...memo, merged: true } };
    expect(conclude(input({ settled: [merged] })).status.targets).toEqual([
      { ...row, resourceVersion: "8", merged: true },
    ]);
    expect(conclude(input({ lingering: [{ ...row, name: "former" }] })).status.targets).toHaveLength(2);
  });

  it("holds a key that was read for a target that could not be written, and names it Synced otherwise", () => {
    expect(conclude(input()).status.values).toMatchObject([
      { key: "A", state: "Synced", version: "1", origin: "here" },
    ]);
    const held = conclude(input({ settled: [frozen("ValueNotFound")] })).status;
    expect(held.values).toMatchObject([{ key: "A", state: "Held" }]);
    expect(held.counts).toEqual({ total: 1, ready: 0, faulty: 1 });
  });

  it("names the store, or the first of several", () => {
    expect(conclude(input()).status.store).toBe("default");
    const other = { ...read, item: { ...read.item, store: { kind: "ValueStore", name: "own" } } } as ItemResult;
    expect(conclude(input({ items: [read, other] })).status.store).toBe("default +1");
  });
});

it("is in order only where nothing failed, is degraded, or waits", () => {
  expect(conclude(input()).inOrder).toBe(true);
  expect(conclude(input({ settled: [frozen("ValueNotFound")] })).inOrder).toBe(false);
  expect(conclude(input({ lingering: [row] })).inOrder).toBe(false);
  const stale = { ...good, decision: { ...good.decision, selection: { ...selection, degraded: [failure] } } };
  expect(conclude(input({ settled: [stale] })).inOrder).toBe(false);
});
