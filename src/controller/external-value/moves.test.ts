import { beforeEach, describe, expect, it } from "@jest/globals";
import { awsError } from "../../aws/fakes/fake-service-calls.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { TargetObject } from "../target/desired.ts";
import { type Bench, createBench, key } from "./testing/bench.ts";

let bench: Bench;

beforeEach(() => {
  bench = createBench();
});

const item = (name: string, to: string, more: object = {}) => ({
  key: name,
  to,
  parameterStore: { name: `/${name}` },
  ...more,
});
const absent = (to: string) => item("ABSENT", to);

async function put(spec: object): Promise<void> {
  bench.put(spec);
  await bench.visit();
}

function values(parameters: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(parameters)) bench.fake.calls.putParameter(`/${name}`, value);
}

/** An hour and more: every value is due. */
async function later(): Promise<void> {
  await bench.fake.clock.advance(4_000_000);
  await bench.visit();
}

function dataOf(kind: string): Readonly<Record<string, string>> {
  const { data = {} } = (bench.cluster.find(kind, "checkout") ?? {}) as TargetObject;
  const decode = (text: string) => (kind === "Secret" ? Buffer.from(text, "base64").toString() : text);
  return Object.fromEntries(Object.entries(data).map(([name, text]) => [name, decode(text)]));
}

const ready = () => bench.status().conditions[0];

/** Somebody else's object takes the place of a target. */
function replace(kind: string): void {
  const metadata = { name: "checkout", namespace: "shop", uid: "uid-another" };
  bench.cluster.put({ apiVersion: "v1", kind, metadata } as KubernetesObject);
  bench.reconciler.forget(key);
}

/** The keys that were in neither target after some write. */
function watchFor(keys: readonly string[]): ReadonlySet<string> {
  const missing = new Set<string>();
  bench.cluster.afterWrite = () => {
    const present = new Set([...Object.keys(dataOf("Secret")), ...Object.keys(dataOf("ConfigMap"))]);
    for (const name of keys) if (!present.has(name)) missing.add(name);
  };
  return missing;
}

describe("a Secret whose key goes to a ConfigMap that cannot be written", () => {
  const before = [item("A", "Secret"), item("STAYS", "Secret"), item("PLAIN", "ConfigMap")];
  const after = [item("A", "ConfigMap"), item("STAYS", "Secret"), item("PLAIN", "ConfigMap")];
  const deny = (name: string) => {
    bench.fake.calls.fault = (call) => {
      if (JSON.stringify(call).includes(`"/${name}"`)) throw awsError("denied");
    };
  };

  beforeEach(async () => {
    values({ A: "a1", STAYS: "s1", PLAIN: "p1" });
    await put({ data: before });
  });

  it.each([
    { reason: "ValueNotFound", block: () => {}, more: [absent("ConfigMap")], a: "a2" },
    { reason: "TargetConflict", block: () => replace("ConfigMap"), more: [], a: "a2" },
    { reason: "AccessDenied", block: () => deny("A"), more: [], a: "a1" },
    { reason: "ValueNotFound", block: () => bench.fake.calls.parameters.delete("/A"), more: [], a: "a1" },
  ])("keeps it, and is kept in step: $reason, $a", async ({ reason, block, more, a }) => {
    block();
    bench.put({ data: [...after, ...more] }, { "externalvalues.dev/refresh": "1" });
    await bench.visit();
    expect(ready()).toMatchObject({ status: "False", reason });
    if (a === "a2") values({ A: "a2" });
    values({ STAYS: "s2" });
    await later();
    expect(dataOf("Secret")).toEqual({ A: a, STAYS: "s2" });
    bench.reconciler.forget(key);
    values({ STAYS: "s3" });
    await later();
    expect(dataOf("Secret")).toEqual({ A: a, STAYS: "s3" });
    expect(ready()).toMatchObject({ status: "False", reason });
  });

  it("is repaired when somebody edits it", async () => {
    await put({ data: [...after, absent("ConfigMap")] });
    const secret = bench.cluster.find("Secret", "checkout") as TargetObject;
    bench.cluster.put({ ...secret, data: { A: "eA==", STAYS: "eA==" } } as KubernetesObject);
    bench.reconciler.forget(key);
    await bench.visit();
    expect(dataOf("Secret")).toEqual({ A: "a1", STAYS: "s1" });
  });

  it("does not write a key of others that share it", async () => {
    const secret = { creationPolicy: "CreateOrMerge" };
    await put({ secret, data: before });
    const shared = bench.cluster.find("Secret", "checkout") as TargetObject;
    bench.cluster.put({ ...shared, data: { ...shared.data, PLAIN: "dGhlaXJz" } } as KubernetesObject);
    bench.reconciler.forget(key);
    await put({ secret, data: [...after, absent("ConfigMap")] });
    await later();
    expect(dataOf("Secret")["PLAIN"]).not.toBe("p1");
  });
});

describe("an optional key that cannot be read when it changes its target", () => {
  const optional = (to: string, secretId = "A") => ({
    key: "A",
    to,
    secretsManager: { secretId },
    sensitive: false,
    optional: true,
  });
  const failReads = (fault: "denied" | "throttled") => {
    bench.fake.calls.fault = ({ operation }) => {
      if (/secret/i.test(operation)) throw awsError(fault);
    };
  };
  const spec = (...items: object[]) => ({ data: [...items, item("STAYS", "Secret"), item("PLAIN", "ConfigMap")] });

  beforeEach(() => {
    bench.fake.calls.putSecret("A", "a1");
    values({ STAYS: "s1", PLAIN: "p1" });
  });

  const stayingIn = (from: string) => ({
    Secret: { STAYS: "s2", ...(from === "Secret" ? { A: "a1" } : {}) },
    ConfigMap: { PLAIN: "p2", ...(from === "ConfigMap" ? { A: "a1" } : {}) },
  });

  it.each([
    { from: "Secret", to: "ConfigMap", fault: "denied" as const },
    { from: "ConfigMap", to: "Secret", fault: "denied" as const },
    { from: "Secret", to: "ConfigMap", fault: "throttled" as const },
    { from: "ConfigMap", to: "Secret", fault: "throttled" as const },
  ])("stays in the $from until it was read: $fault", async ({ from, to, fault }) => {
    await put(spec(optional(from)));
    const missing = watchFor(["A"]);
    // Another operator, which has read nothing yet.
    bench = createBench({ cluster: bench.cluster });
    bench.fake.calls.putSecret("A", "a2");
    failReads(fault);
    values({ STAYS: "s2", PLAIN: "p2" });
    bench.put(spec(optional(from)));
    await put(spec(optional(to)));
    for (let looks = 0; looks < 3; looks += 1) {
      expect({ Secret: dataOf("Secret"), ConfigMap: dataOf("ConfigMap") }).toEqual(stayingIn(from));
      if (looks === 0) bench.reconciler.forget(key);
      await later();
    }
    bench.fake.calls.fault = () => {};
    await later();
    expect(dataOf(to)).toHaveProperty("A", "a2");
    expect(dataOf(from)).not.toHaveProperty("A");
    expect(missing).toEqual(new Set());
  });

  it("stays over a start of the operator where it is required, too", async () => {
    const required = (to: string) => spec({ ...optional(to), optional: false });
    await put(required("Secret"));
    bench = createBench({ cluster: bench.cluster });
    values({ STAYS: "s2", PLAIN: "p2" });
    failReads("throttled");
    bench.put(required("Secret"));
    await put(required("ConfigMap"));
    // Nobody need act on an outage yet, so the status is in order.
    expect(bench.status().conditions).toMatchObject([{ status: "True" }, { status: "False" }, { status: "False" }]);
    bench.reconciler.forget(key);
    await later();
    expect(dataOf("Secret")).toEqual({ A: "a1", STAYS: "s2" });
    expect(dataOf("ConfigMap")).toEqual({ PLAIN: "p1" });
  });

  it.each([
    { reason: "another route", before: { data: [optional("Secret")] }, after: { data: [optional("ConfigMap")] } },
    {
      reason: "a rename",
      before: { data: [optional("Secret")] },
      after: { secret: { name: "new" }, data: [optional("Secret")] },
    },
  ])("stays in a target that is named no longer: $reason", async ({ before, after }) => {
    await put(before);
    bench = createBench({ cluster: bench.cluster });
    bench.fake.calls.putSecret("A", "a2");
    failReads("denied");
    bench.put(before);
    await put(after);
    bench.reconciler.forget(key);
    await later();
    expect(dataOf("Secret")).toEqual({ A: "a1" });
    expect(ready()).toMatchObject({ status: "False", reason: "AccessDenied" });
    bench.fake.calls.fault = () => {};
    await later();
    expect(bench.cluster.find("Secret", "checkout")).toBeUndefined();
    expect(bench.status().targets).toHaveLength(1);
    expect(ready()).toMatchObject({ status: "True" });
  });

  it("does not hold up a rename where it was never read", async () => {
    failReads("denied");
    const data = [optional("Secret"), item("STAYS", "Secret")];
    await put({ data });
    await put({ secret: { name: "new" }, data });
    expect(bench.status().targets).toMatchObject([{ kind: "Secret", name: "new" }]);
    expect(bench.cluster.find("Secret", "checkout")).toBeUndefined();
  });

  it("does not hold up a target that has it, too", async () => {
    await put(spec(optional("Secret")));
    const { data } = spec(optional("Secret"));
    await put({ secret: { name: "new" }, data: [...data, absent("ConfigMap")] });
    expect(
      bench
        .status()
        .targets.map(({ name }) => name)
        .sort(),
    ).toEqual(["checkout", "checkout", "new"]);
    failReads("denied");
    bench.fake.calls.putSecret("A", "a2");
    values({ STAYS: "s2" });
    await later();
    const made = bench.cluster.find("Secret", "new") as TargetObject;
    expect(made.data?.["STAYS"]).toBe(Buffer.from("s2").toString("base64"));
    expect(made.data).toHaveProperty("A");
  });

  it("is not looked for in another object under the former name", async () => {
    const data = [optional("Secret"), item("STAYS", "Secret")];
    await put({ data });
    const { uid: _, ...metadata } = (bench.cluster.find("Secret", "checkout") as TargetObject).metadata;
    bench.cluster.put({
      apiVersion: "v1",
      kind: "Secret",
      metadata,
      data: { A: "eA==" },
    } as unknown as KubernetesObject);
    bench = createBench({ cluster: bench.cluster });
    failReads("denied");
    values({ STAYS: "s1" });
    bench.put({ data });
    await put({ secret: { name: "new" }, data });
    expect(bench.status().targets).toMatchObject([{ kind: "Secret", name: "new" }]);
  });

  it("leaves where it is certainly absent", async () => {
    await put(spec(optional("Secret")));
    await put(spec(optional("ConfigMap", "never")));
    expect(dataOf("Secret")).toEqual({ STAYS: "s1" });
    expect(dataOf("ConfigMap")).toEqual({ PLAIN: "p1" });
  });
});

describe("a key of one target under the name of what a template writes into the other", () => {
  it("does not couple the two", async () => {
    values({ X: "x1", PLAIN: "p1" });
    const configMap = { template: { data: { X: "of {{ PLAIN }}" } } };
    const data = [item("X", "Secret"), item("PLAIN", "ConfigMap")];
    await put({ configMap, data });
    replace("Secret");
    for (const value of ["p2", "p3"]) {
      values({ PLAIN: value });
      await later();
      expect(ready()).toMatchObject({ status: "False", reason: "TargetConflict" });
      expect(dataOf("ConfigMap")).toEqual({ PLAIN: value, X: `of ${value}` });
    }
  });
});

describe("large keys that change places, too large together for the Secret in between", () => {
  const large = (letter: string) => letter.repeat(700_000);
  const spec = (a: string, b: string) => ({ data: [item("A", a), item("B", b)] });

  beforeEach(async () => {
    values({ A: large("a"), B: large("b") });
    await put(spec("Secret", "ConfigMap"));
  });

  it("change one after the other", async () => {
    await put(spec("ConfigMap", "Secret"));
    expect(ready()).toMatchObject({ status: "True" });
    expect(Object.keys(dataOf("Secret"))).toEqual(["B"]);
    expect(Object.keys(dataOf("ConfigMap"))).toEqual(["A"]);
  });

  it("stay where the ConfigMap cannot follow", async () => {
    const missing = watchFor(["A", "B"]);
    await put({ data: [...spec("ConfigMap", "Secret").data, absent("ConfigMap")] });
    await later();
    expect(ready()).toMatchObject({ status: "False", reason: "ValueNotFound" });
    expect(Object.keys(dataOf("Secret"))).toEqual(["A"]);
    expect(Object.keys(dataOf("ConfigMap"))).toEqual(["B"]);
    expect(missing).toEqual(new Set());
  });
});
