import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { silentLogger } from "../telemetry/logger.ts";
import type { KubernetesClient } from "./client.ts";
import { monotonicClock } from "./clock.ts";
import { createReflector, type ReflectorOptions } from "./create-reflector.ts";
import { createKubernetesClient } from "./kubernetes-client.ts";
import type { KubernetesObject } from "./objects.ts";
import type { Reflector } from "./reflector.ts";
import { resourceTypes } from "./resource-types.ts";
import { createScriptedCollection, faults, type ScriptedCollection } from "./testing/scripted-collection.ts";
import { type ScriptedServer, startScriptedServer } from "./testing/scripted-server.ts";

let collection: ScriptedCollection;
let server: ScriptedServer;
let client: KubernetesClient;
let reflector: Reflector<KubernetesObject>;
let told: string[];
/** What somebody who only listens believes to be there. */
let believed: Map<string, string | undefined>;

beforeEach(async () => {
  collection = createScriptedCollection();
  server = await startScriptedServer((request, response) => collection.script(request, response));
  client = createKubernetesClient({
    kubeConfig: server.kubeConfig,
    version: "test",
    watchGraceMs: 80,
    requestTimeoutMs: 300,
  });
  told = [];
  believed = new Map();
});

afterEach(async () => {
  await reflector?.stop();
  client.close();
  collection.close();
  await server.close();
});

function reflect(options: Partial<ReflectorOptions<KubernetesObject>> = {}): Reflector<KubernetesObject> {
  reflector = createReflector({
    client,
    type: resourceTypes.secrets,
    query: { namespace: "shop", metadataOnly: true },
    clock: monotonicClock,
    logger: silentLogger,
    pageSize: 2,
    // With no time of its own, a watch is taken for broken after the client's grace; bookmarks come faster.
    watchSeconds: { from: 0, to: 0 },
    backoff: { baseMs: 1, capMs: 8 },
    handler: {
      changed(key, object, previous) {
        told.push(`${previous ? "changed" : "added"} ${key}`);
        if (believed.get(key) !== previous?.metadata.uid) throw new Error(`wrong previous of ${key}`);
        believed.set(key, object.metadata.uid);
      },
      deleted(key) {
        told.push(`deleted ${key}`);
        believed.delete(key);
      },
    },
    ...options,
  });
  reflector.start();
  return reflector;
}

/** Awaits a condition; fails with what it waited for. */
async function until(what: string, condition: () => boolean, timeoutMs = 5_000): Promise<void> {
  const started = performance.now();
  while (!condition()) {
    if (performance.now() - started > timeoutMs) throw new Error(`Still not: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

const versions = (objects: Iterable<KubernetesObject>): string[] =>
  [...objects].map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`).sort();
const inStep = (): boolean => versions(reflector.values()).join() === versions(collection.objects.values()).join();

/** A watch on which nothing happens until the test is over. */
async function* idle(): AsyncGenerator<never> {
  await new Promise((resolve) => setTimeout(resolve, 50));
}

describe("a reflector", () => {
  it("lists in pages, says so once, then follows", async () => {
    for (const name of ["a", "b", "c", "d", "e"]) collection.put(name);
    await reflect().synced();
    expect(told.sort()).toEqual(["a", "b", "c", "d", "e"].map((name) => `added shop/${name}`));
    expect(reflector.get("shop/c")?.metadata.name).toBe("c");
    const lists = server.requests.filter(({ url }) => !url.searchParams.has("watch"));
    expect(lists.map(({ url }) => url.searchParams.get("limit"))).toEqual(["2", "2", "2"]);

    collection.put("a");
    collection.remove("b");
    collection.put("f");
    await until("in step", inStep);
    expect(told.slice(5)).toEqual(["changed shop/a", "deleted shop/b", "added shop/f"]);
  });

  it("asks for bookmarks, a server timeout and metadata alone", async () => {
    await reflect({ watchSeconds: { from: 300, to: 600 }, random: () => 0.5 }).synced();
    await until("a watch", () => collection.openWatches === 1);
    const watch = server.requests.find(({ url }) => url.searchParams.has("watch"));
    expect(watch?.url.searchParams.get("allowWatchBookmarks")).toBe("true");
    expect(watch?.url.searchParams.get("timeoutSeconds")).toBe("450");
    expect(watch?.headers.accept).toBe("application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1");
    expect(watch?.url.searchParams.get("resourceVersion")).toBe("1");
  });

  it.each(faults.list.map((fault) => ({ fault })))("survives a list that fails: $fault", async ({ fault }) => {
    for (const name of ["a", "b", "c"]) collection.put(name);
    collection.failNextList(fault);
    collection.failNextList(fault);
    await reflect().synced();
    expect(inStep()).toBe(true);
  });

  it.each(faults.watch.map((fault) => ({ fault })))("survives a watch that is refused: $fault", async ({ fault }) => {
    collection.put("a");
    for (let times = 0; times < 3; times += 1) collection.failNextWatch(fault);
    await reflect().synced();
    collection.put("b");
    collection.remove("a");
    await until("in step", inStep);
  });

  it.each(faults.stream.map((fault) => ({ fault })))("survives a watch that breaks: $fault", async ({ fault }) => {
    collection.put("a");
    await reflect().synced();
    await until("a watch", () => collection.openWatches === 1);
    collection.disturb(fault);
    collection.put("b");
    collection.remove("a");
    await until("in step", inStep);
    expect([...believed.keys()]).toEqual(["shop/b"]);
  });

  it.each([
    { fault: "reset", lists: 1, reason: "a cut says nothing about the version" },
    { fault: "truncated line", lists: 1, reason: "the event that was cut comes again" },
    { fault: "closed", lists: 1, reason: "the server's timeout is ordinary" },
    { fault: "silence", lists: 1, reason: "a half-open connection says nothing about the version" },
    { fault: "ERROR 410", lists: 2, reason: "the version is gone" },
    { fault: "ERROR 500", lists: 2, reason: "the server doubts its own cache" },
    { fault: "garbled line", lists: 2, reason: "the same line would come again" },
  ] as const)("after $fault makes $lists lists in all, since $reason", async ({ fault, lists }) => {
    collection.put("a");
    await reflect({ pageSize: 500 }).synced();
    await until("a watch", () => collection.openWatches === 1);
    collection.disturb(fault);
    const watches = () => server.requests.filter(({ url }) => url.searchParams.has("watch")).length;
    await until("another watch", () => watches() >= 2);
    expect(server.requests.length - watches()).toBe(lists);
  });

  it("goes on from the last event, not from the list", async () => {
    await reflect({ watchSeconds: { from: 60, to: 60 } }).synced();
    await until("a watch", () => collection.openWatches === 1);
    collection.put("a");
    await until("in step", inStep);
    collection.disturb("reset");
    const versionsAsked = () =>
      server.requests.flatMap(({ url: { searchParams } }) =>
        searchParams.has("watch") ? [searchParams.get("resourceVersion")] : [],
      );
    await until("another watch", () => versionsAsked().length === 2);
    expect(versionsAsked()).toEqual(["1", "2"]);
  });

  it("lists in one piece when a page's continuation has expired", async () => {
    for (const name of ["a", "b", "c"]) collection.put(name);
    const limits = () => server.requests.map(({ url }) => url.searchParams.get("limit"));
    collection.failNextList("expired page");
    collection.failNextList("expired page");
    reflect({ client: { ...client, watch: () => idle() } });
    await reflector.synced();
    // The fault passes by first pages, and so hits the second request.
    expect(limits()).toEqual(["2", "2", null]);
  });

  it("says what was deleted between the pages of a list whose continuation had expired", async () => {
    for (const name of ["a", "b", "c"]) collection.put(name);
    let expired = false;
    const list: KubernetesClient["list"] = (type, query, options) => {
      if (query?.continueToken && !expired) {
        expired = true;
        collection.remove("a");
        collection.failNextList("expired page");
      }
      return client.list(type, query, options);
    };
    await reflect({ client: { ...client, list } }).synced();
    expect(expired).toBe(true);
    expect(told).toEqual(["added shop/a", "added shop/b", "added shop/c", "deleted shop/a"]);
    expect(inStep()).toBe(true);
  });

  it("takes the opening of a watch for a sign of life", async () => {
    let open = (): void => {};
    reflect({
      client: {
        ...client,
        watch: (_type, _query, { onOpen }) => {
          open = () => onOpen?.();
          return idle();
        },
      },
    });
    await reflector.synced();
    const { lastSignOfLife } = reflector;
    await until("a later moment", () => performance.now() > lastSignOfLife + 1);
    open();
    expect(reflector.lastSignOfLife).toBeGreaterThan(lastSignOfLife);
  });

  it("says what came, went and was replaced while it could not watch", async () => {
    for (const name of ["kept", "gone", "replaced"]) collection.put(name);
    await reflect({ pageSize: 500 }).synced();
    await until("a watch", () => collection.openWatches === 1);
    told.length = 0;
    collection.disturb("silence");
    collection.remove("gone");
    collection.remove("replaced");
    collection.put("replaced");
    collection.put("new");
    collection.compact();
    await until("in step", inStep);
    expect(told.sort()).toEqual([
      "added shop/new",
      "added shop/replaced",
      "deleted shop/gone",
      "deleted shop/replaced",
    ]);
  });

  it("waits as long as the server asks for", async () => {
    collection.failNextList("429");
    const started = performance.now();
    await reflect().synced();
    // Retry-After of 0.01 s, against a backoff of 1 ms.
    expect(performance.now() - started).toBeGreaterThanOrEqual(9);
  });

  it("never becomes a hot loop: a server that closes at once is asked ever less often, and then doubted", async () => {
    for (let times = 0; times < 1_000; times += 1) collection.failNextWatch("closed at once");
    reflect({ backoff: { baseMs: 20, capMs: 80 } });
    await reflector.synced();
    const before = server.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 500));
    // 500 ms hold at most 1/10 + 1/20 + 400/40 rounds, each a watch and some of them a list.
    expect(server.requests.length - before).toBeLessThan(20);
    const lists = server.requests.filter(({ url }) => !url.searchParams.has("watch")).length;
    await until("a list made on doubt", () => {
      return server.requests.filter(({ url }) => !url.searchParams.has("watch")).length > lists;
    });
  });

  it("goes on when a handler throws", async () => {
    const seen: string[] = [];
    reflect({
      handler: {
        changed(key) {
          seen.push(key);
          throw new Error("a bug elsewhere");
        },
        deleted() {
          throw new Error("a bug elsewhere");
        },
      },
    });
    collection.put("a");
    await until("the first", () => seen.includes("shop/a"));
    collection.remove("a");
    collection.put("b");
    await until("the second", () => seen.includes("shop/b"));
    await until("in step", inStep);
  });

  it("drops managed fields and the last applied configuration on receipt", async () => {
    const annotations = { "kubectl.kubernetes.io/last-applied-configuration": "a secret", other: "kept" };
    const metadata = { name: "a", namespace: "shop", uid: "u", resourceVersion: "5", managedFields: [], annotations };
    const list = async () => ({ items: [{ metadata }], resourceVersion: "5" }) as never;
    reflect({ client: { ...client, list } });
    await reflector.synced();
    const { annotations: kept, managedFields } = reflector.get("shop/a")?.metadata ?? {};
    expect(kept).toEqual({ other: "kept" });
    expect(managedFields).toBeUndefined();
  });

  it("shows life while nothing changes, and none while nothing comes", async () => {
    await reflect({ watchSeconds: { from: 60, to: 60 } }).synced();
    await until("a watch", () => collection.openWatches === 1);
    const first = reflector.lastSignOfLife;
    await until("a bookmark's sign of life", () => reflector.lastSignOfLife > first);
    collection.disturb("silence");
    await new Promise((resolve) => setTimeout(resolve, 30));
    const last = reflector.lastSignOfLife;
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(reflector.lastSignOfLife).toBe(last);
  });

  it("stops at once, in the middle of a watch or a wait", async () => {
    await reflect().synced();
    await reflector.stop();
    const { length } = server.requests;
    collection.put("later");
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(server.requests.length).toBe(length);
    expect(reflector.size).toBe(0);
  });
});

type Step = (on: ScriptedCollection) => void;
const name = fc.constantFrom("a", "b", "c", "d", "e");
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: name.map(
      (which): Step =>
        (on) =>
          on.put(which),
    ),
  },
  {
    weight: 2,
    arbitrary: name.map(
      (which): Step =>
        (on) =>
          on.remove(which),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Step>((on) => on.compact()) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(...faults.list).map(
      (fault): Step =>
        (on) =>
          on.failNextList(fault),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(...faults.watch).map(
      (fault): Step =>
        (on) =>
          on.failNextWatch(fault),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom(...faults.stream).map(
      (fault): Step =>
        (on) =>
          on.disturb(fault),
    ),
  },
);
const pace = fc.constantFrom(0, 0, 0, 1, 5);

it("ends in the server's state after any history of changes and faults, and has told all of it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(step, pace), { minLength: 1, maxLength: 30 }), async (history) => {
      told.length = 0;
      believed = new Map();
      reflect();
      for (const [act, waitMs] of history) {
        act(collection);
        if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
      await reflector.synced();
      await until("in step", inStep);
      const listened = [...believed].map(([key, uid]) => `${key} ${uid}`).sort();
      const there = [...collection.objects.values()].map(({ metadata }) => `shop/${metadata.name} ${metadata.uid}`);
      expect(listened).toEqual(there.sort());
      await reflector.stop();
      collection.healAll();
    }),
    // A history that fails does so after a wait: shrinking it would take minutes.
    { numRuns: 40, endOnFailure: true },
  );
}, 60_000);
