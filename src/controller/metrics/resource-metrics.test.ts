import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "@jest/globals";
import { Registry } from "prom-client";
import { createTurns } from "../../event-loop/turns.ts";
import {
  createWatchCounter,
  observeShards,
  observeWatches,
  type ResourceFacts,
  resourceMetrics,
} from "./resource-metrics.ts";

function facts(name: string, more: Partial<ResourceFacts> = {}): ResourceFacts {
  return { namespace: "shop", name, ready: true, reason: "Synced", ageSeconds: () => 12, ...more };
}

const turns = createTurns({ now: () => performance.now() });

async function linesOf(all: readonly ResourceFacts[]): Promise<readonly string[]> {
  let text = "";
  for await (const piece of resourceMetrics(turns, () => all)) text += piece;
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

describe("resourceMetrics", () => {
  it("shows age and readiness of each resource", async () => {
    const all = [facts("one"), facts("two", { ready: false, reason: "SourceMissing", ageSeconds: () => 0.5 })];
    expect(await linesOf(all)).toEqual([
      'externalvalues_value_age_seconds{namespace="shop",name="one"} 12',
      'externalvalues_value_age_seconds{namespace="shop",name="two"} 0.5',
      'externalvalues_ready{namespace="shop",name="one",reason="Synced"} 1',
      'externalvalues_ready{namespace="shop",name="two",reason="SourceMissing"} 0',
    ]);
  });

  it("knows no age of what was never read", async () => {
    expect(await linesOf([facts("new", { ageSeconds: () => undefined })])).toEqual([
      'externalvalues_ready{namespace="shop",name="new",reason="Synced"} 1',
    ]);
  });

  it("lets no reason that somebody wrote into a status become a series of its own", async () => {
    const [, ready] = await linesOf([facts("one", { reason: 'x"} 1\nup{a="\\' })]);
    expect(ready).toBe(String.raw`externalvalues_ready{namespace="shop",name="one",reason="x\"} 1\nup{a=\"\\"} 1`);
  });

  it("gives each metric its help and type before its series, and ends each line", async () => {
    let text = "";
    for await (const piece of resourceMetrics(turns, () => [facts("one")])) text += piece;
    expect(text).toMatch(
      /^\n# HELP externalvalues_value_age_seconds \S.*\n# TYPE externalvalues_value_age_seconds gauge\nexternalvalues_value_age_seconds\{.*\n\n# HELP externalvalues_ready \S.*\n# TYPE externalvalues_ready gauge\nexternalvalues_ready\{.*\n$/,
    );
  });

  it("gives the event loop turns while there is much to go over", async () => {
    const slow = facts("slow", {
      ageSeconds() {
        const until = performance.now() + 2;
        while (performance.now() < until);
        return 1;
      },
    });
    let turnsGiven = 0;
    let scraped = false;
    const count = async () => {
      while (!scraped) {
        await setImmediate();
        turnsGiven += 1;
      }
    };
    const counting = count();
    await linesOf(Array.from({ length: 20 }, () => slow));
    scraped = true;
    await counting;
    expect(turnsGiven).toBeGreaterThan(5);
  });
});

describe("watches and shards", () => {
  it("show the age of each watch's last sign of life, what the watches did, and which shards are held", async () => {
    const registry = new Registry();
    observeWatches(registry, () => [{ kind: "Secret", ageSeconds: 3 }]);
    createWatchCounter(registry)("Secret", "failed", "410");
    let held = [0, 2];
    observeShards(registry, { shards: 3, heldShards: () => held });
    const values = async () =>
      (await registry.metrics()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    expect(await values()).toEqual([
      'externalvalues_watch_age_seconds{kind="Secret"} 3',
      'externalvalues_watch_rounds_total{kind="Secret",what="failed",reason="410"} 1',
      'externalvalues_shard_held{shard="0"} 1',
      'externalvalues_shard_held{shard="1"} 0',
      'externalvalues_shard_held{shard="2"} 1',
    ]);
    held = [];
    expect(await values()).toContain('externalvalues_shard_held{shard="2"} 0');
  });
});
