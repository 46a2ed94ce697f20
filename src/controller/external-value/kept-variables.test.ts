import { describe, expect, it } from "@jest/globals";
import { awsError } from "../../aws/fakes/fake-service-calls.ts";
import { type Bench, createBench, key } from "./testing/bench.ts";

const readable = { key: "A", parameterStore: { name: "/a" } };
const optional = (to: string) => ({ key: "password", to, optional: true, parameterStore: { name: "/shop/password" } });
const output = "url";
const render = { data: { [output]: '{{ values["password"] | default: "none" }} of {{ A }}' } };

/** What cannot be read back from the target that names it. */
const cases = [
  {
    name: "a variable",
    kind: "Secret",
    spec: { secret: { template: render }, data: [readable, optional("Template")] },
  },
  {
    name: "a key that a template replaces",
    kind: "Secret",
    spec: { secret: { template: { ...render, mergePolicy: "Replace" } }, data: [readable, optional("Secret")] },
  },
  {
    name: "a key under the name of a template's output",
    kind: "Secret",
    spec: {
      secret: { template: { data: { [output]: "{{ url | default: 'none' }} of {{ A }}" } } },
      data: [readable, { ...optional("Secret"), key: output }],
    },
  },
  {
    name: "a ConfigMap's template that names a key of the Secret",
    kind: "ConfigMap",
    spec: {
      configMap: { template: render },
      data: [
        { ...readable, to: "Template" },
        { ...optional("Secret"), sensitive: false },
      ],
    },
  },
  {
    name: "the keys of a path, as variables",
    kind: "Secret",
    spec: {
      secret: { template: render },
      data: [readable],
      dataFrom: [{ to: "Template", optional: true, parameterStore: { path: "/shop" } }],
    },
  },
];

function contentOf(bench: Bench, kind: string): string | undefined {
  const { data = {} } = (bench.cluster.find(kind, "checkout") ?? {}) as { data?: Record<string, string> };
  const text = data[output];
  return text === undefined || kind === "ConfigMap" ? text : Buffer.from(text, "base64").toString();
}

const conditions = (bench: Bench) =>
  Object.fromEntries(bench.status().conditions.map(({ type, status }) => [type, status]));

async function later(bench: Bench) {
  await bench.fake.clock.advance(30_000);
  await bench.visit();
}

function deny(bench: Bench): void {
  const { calls } = bench.fake;
  calls.fault = (call) => {
    if (JSON.stringify(call).includes("/shop")) throw awsError("denied");
  };
}

async function inStep(spec: object): Promise<Bench> {
  const bench = createBench();
  bench.fake.calls.putParameter("/a", "one");
  bench.fake.calls.putParameter("/shop/password", "good");
  bench.put({ refreshInterval: "10s", ...spec });
  await bench.visit();
  return bench;
}

describe.each(cases)("an optional value that can no longer be read: $name", ({ kind, spec }) => {
  it("leaves the target as it is, Degraded, rather than rendered without it", async () => {
    const bench = await inStep(spec);
    expect(contentOf(bench, kind)).toBe("good of one");
    deny(bench);
    bench.fake.calls.putParameter("/a", "two");
    for (let looks = 0; looks < 3; looks += 1) {
      await later(bench);
      expect(contentOf(bench, kind)).toBe("good of one");
      expect(conditions(bench)).toEqual({ Ready: "True", Stalled: "False", Degraded: "True" });
    }
    bench.reconciler.forget(key);
    await later(bench);
    expect(contentOf(bench, kind)).toBe("good of one");
    bench.fake.calls.fault = () => {};
    await later(bench);
    expect(contentOf(bench, kind)).toBe("good of two");
    expect(conditions(bench)).toEqual({ Ready: "True", Stalled: "False", Degraded: "False" });
  });
});

describe("an optional variable that cannot be read", () => {
  const [{ spec }] = cases as [(typeof cases)[0]];

  it("is left out where it was never delivered", async () => {
    const bench = createBench();
    bench.fake.calls.putParameter("/a", "one");
    deny(bench);
    bench.put(spec);
    await bench.visit();
    expect(contentOf(bench, "Secret")).toBe("none of one");
  });

  it("is an error where the target is no longer there", async () => {
    const bench = await inStep(spec);
    deny(bench);
    bench.cluster.remove("Secret", "checkout");
    bench.reconciler.forget(key);
    await later(bench);
    expect(bench.cluster.find("Secret", "checkout")).toBeUndefined();
    expect(bench.status().conditions[0]).toMatchObject({ type: "Ready", status: "False", reason: "AccessDenied" });
  });

  it("is an error where the spec was edited, which cannot be followed", async () => {
    const bench = await inStep(spec);
    deny(bench);
    bench.put({ ...spec, secret: { template: { data: { [output]: "{{ password | default: 'none' }}" } } } });
    await later(bench);
    expect(contentOf(bench, "Secret")).toBe("good of one");
    expect(bench.status().conditions[0]).toMatchObject({ status: "False", reason: "AccessDenied" });
  });
});
