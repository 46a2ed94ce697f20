import { beforeEach, describe, expect, it } from "@jest/globals";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { type Bench, createBench, key } from "./testing/bench.ts";

const specOf = (refreshPolicy: string) => ({
  refreshPolicy,
  data: [{ key: "A", parameterStore: { name: "/a" } }],
});

let bench: Bench;

/** A start of the operator: nothing is remembered. */
function start(): void {
  bench.reconciler.forget(key);
  bench.fake.calls.log.length = 0;
  bench.cluster.log.length = 0;
}

const secret = () => bench.cluster.find("Secret", "checkout") as KubernetesObject & { data: { A: string } };
/** Of somebody else, under the same name. */
const secretAs = ({ name, namespace }: KubernetesObject["metadata"]) => ({
  kind: "Secret",
  metadata: { name, namespace },
});
const contentOf = () => Buffer.from(secret().data.A, "base64").toString();

beforeEach(() => {
  bench = createBench();
  bench.fake.calls.putParameter("/a", "one");
});

describe.each(["Once", "OnChange"])("%s at a start of the operator", (policy) => {
  beforeEach(async () => {
    bench.put(specOf(policy));
    await bench.visit();
    start();
  });

  it("reads nothing and writes nothing when all is in place", async () => {
    expect(await bench.visit()).toBeUndefined();
    expect(bench.fake.calls.log).toEqual([]);
    expect(bench.cluster.log).toEqual([]);
  });

  it("makes a target again that was deleted meanwhile", async () => {
    bench.cluster.remove("Secret", "checkout");
    await bench.visit();
    expect(contentOf()).toBe("one");
  });

  it("makes a target again that is deleted after", async () => {
    await bench.visit();
    const { uid = "", resourceVersion = "" } = secret().metadata;
    const target = bench.reconciler.entries.get(key)?.targets.get("Secret/checkout");
    if (target) target.gone = { uid, resourceVersion };
    bench.cluster.remove("Secret", "checkout");
    await bench.visit();
    expect(contentOf()).toBe("one");
  });

  it("looks where the resource was edited", async () => {
    bench.put({ ...specOf(policy), data: [...specOf(policy).data, { key: "B", parameterStore: { name: "/a" } }] });
    await bench.visit();
    expect(bench.fake.calls.log).not.toEqual([]);
  });

  it("looks where the target is another one by now, and touches it only by adoption", async () => {
    const { uid: _, ...metadata } = secret().metadata;
    bench.cluster.remove("Secret", "checkout");
    bench.cluster.put({ ...secretAs(metadata), data: { A: "" } } as KubernetesObject);
    await bench.visit();
    expect(bench.status().conditions[0]).toMatchObject({ status: "False", reason: "TargetConflict" });
    expect(contentOf()).toBe("");
  });

  it("looks where a refresh is asked for, which is no edit of the spec", async () => {
    const object = bench.cluster.find("ExternalValue", "checkout") as KubernetesObject;
    const annotations = { "externalvalues.dev/refresh": "now" };
    bench.cluster.put({ ...object, metadata: { ...object.metadata, annotations } });
    await bench.visit();
    expect(bench.status().lastHandledRefresh).toBe("now");
    expect(bench.fake.calls.log).not.toEqual([]);
  });
});

describe("OnChange", () => {
  beforeEach(async () => {
    bench.put(specOf("OnChange"));
    await bench.visit();
  });

  it("repairs what was edited while the operator was down", async () => {
    start();
    bench.cluster.put({ ...secret(), data: { A: "" } } as KubernetesObject);
    await bench.visit();
    expect(contentOf()).toBe("one");
  });

  it("reads again after the first look, when an event brings it here", async () => {
    start();
    await bench.visit();
    bench.fake.calls.putParameter("/a", "two");
    await bench.visit();
    expect(contentOf()).toBe("two");
  });

  it("has no timer", async () => {
    bench.fake.calls.log.length = 0;
    await bench.fake.clock.advance(24 * 3_600_000);
    expect(bench.fake.calls.log).toEqual([]);
  });
});

describe("Once", () => {
  it("leaves edited data alone, also across a start", async () => {
    bench.put(specOf("Once"));
    await bench.visit();
    bench.cluster.put({ ...secret(), data: { A: "" } } as KubernetesObject);
    start();
    await bench.visit();
    expect(contentOf()).toBe("");
    expect(bench.cluster.log).toEqual([]);
  });

  it("is not polled", async () => {
    bench.put(specOf("Once"));
    await bench.visit();
    bench.fake.calls.log.length = 0;
    await bench.fake.clock.advance(24 * 3_600_000);
    expect(bench.fake.calls.log).toEqual([]);
  });
});

describe("Periodic", () => {
  it("reads at a start, since nobody knows how old the target is", async () => {
    bench.put(specOf("Periodic"));
    await bench.visit();
    start();
    await bench.visit();
    expect(bench.fake.calls.log).not.toEqual([]);
    expect(bench.cluster.log).toEqual(["get Secret"]);
  });
});

describe("OnChange with template.from at a start of the operator", () => {
  const source = (text: string) =>
    bench.cluster.put({
      kind: "ConfigMap",
      metadata: { name: "templates", namespace: "shop" },
      data: { source: text },
    } as KubernetesObject);
  const url = () => Buffer.from((secret().data as { URL?: string }).URL ?? "", "base64").toString();

  beforeEach(async () => {
    source("a: {{ A }}");
    const from = [{ configMap: { name: "templates", key: "source", as: "URL" } }];
    bench.put({ ...specOf("OnChange"), secret: { template: { from } } });
    await bench.visit();
    expect(url()).toBe("a: one");
    start();
  });

  it("reads, since no event tells of a source that changed meanwhile", async () => {
    source("b: {{ A }}");
    await bench.visit();
    expect(url()).toBe("b: one");
  });

  it("writes nothing where none did, and reads AWS that once alone", async () => {
    await bench.visit();
    expect(bench.cluster.log.filter((request) => !request.startsWith("get"))).toEqual([]);
    const reads = bench.fake.calls.log.length;
    expect(reads).toBeGreaterThan(0);
    await bench.fake.clock.advance(7_200_000);
    await bench.visit();
    expect(bench.fake.calls.log).toHaveLength(reads);
  });
});
