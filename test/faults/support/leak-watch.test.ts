import { describe, expect, it, test } from "@jest/globals";
import { canaryMark, registerSecret, secretValue, withoutMark } from "../../support/canary.ts";
import type { Cluster } from "../../support/cluster.ts";
import { createLeakWatch } from "../../support/leak-watch.ts";
import type { RunningOperator } from "../../support/operator-process.ts";

const value = secretValue("first");

/** An operator that says this and nothing else. */
function saying({ log = "", metrics = "" }): RunningOperator {
  const end = async () => ({ code: 0, signal: null });
  return {
    output: async () => log,
    metrics: async () => metrics,
    probe: async () => 200,
    stop: end,
    kill: end,
    local: {} as NonNullable<RunningOperator["local"]>,
  };
}

/** A cluster in which every kind but one is empty. */
function holding(kind: string, object: object): Cluster {
  return { list: async (wanted: { kind: string }) => (wanted.kind === kind ? [object] : []) } as unknown as Cluster;
}

async function look(where: { readonly operator?: RunningOperator; readonly cluster?: Cluster }): Promise<void> {
  const leaks = createLeakWatch();
  if (where.operator) {
    await leaks.lookAtRunning(where.operator);
    await leaks.lookAtEnded(where.operator);
  }
  if (where.cluster) await leaks.lookAtCluster(where.cluster);
  leaks.assertNoLeak();
}

const base64 = Buffer.from(`{"a":"${value}"}`).toString("base64");

describe("a value that is told is found", () => {
  test.each([
    { where: "the log", seen: { operator: saying({ log: `read ${value}` }) }, told: "log: a marked value as it is" },
    { where: "the log, encoded", seen: { operator: saying({ log: base64 }) }, told: "log: a marked value base64" },
    { where: "the metrics", seen: { operator: saying({ metrics: `x{v="${value}"} 1` }) }, told: "metrics: a marked" },
    {
      where: "a status",
      seen: { cluster: holding("ExternalValue", { metadata: {}, status: { message: value } }) },
      told: "ExternalValues: a marked value",
    },
    { where: "an Event", seen: { cluster: holding("Event", { note: value }) }, told: "Events: a marked value" },
    {
      where: "an annotation",
      seen: { cluster: holding("Secret", { metadata: { annotations: { a: base64 } } }) },
      told: "Secrets: a marked value",
    },
  ])("in $where", async ({ seen, told }) => {
    await expect(look(seen)).rejects.toThrow(told);
    await expect(look(seen)).rejects.not.toThrow(canaryMark);
  });
});

it("finds nothing in the data of a Secret, where values belong, nor in the end of an operator that was killed", async () => {
  await look({ cluster: holding("Secret", { metadata: { name: "app" }, data: { A: base64 } }) });
  const killed = { ...saying({}), metrics: () => Promise.reject(new Error("refused")) };
  await look({ operator: killed });
});

it("looks for what a test put into a secret without a mark, where it is long enough to be told apart", async () => {
  registerSecret(JSON.stringify({ password: "correct-horse-battery", user: "shop" }));
  await look({ operator: saying({ log: "shop" }) });
  await expect(look({ operator: saying({ log: "is correct-horse-battery" }) })).rejects.toThrow("of the test as it is");
});

it("takes the mark away again", () => {
  expect(withoutMark(value)).toBe("first");
  expect(withoutMark("other")).toBe("other");
});
