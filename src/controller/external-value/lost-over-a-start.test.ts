import { describe, expect, it } from "@jest/globals";
import { defaultLimits } from "../../api/store-model.ts";
import type { ServiceCalls } from "../../aws/calls.ts";
import { awsError } from "../../aws/fakes/fake-service-calls.ts";
import { type Bench, createBench, key } from "./testing/bench.ts";

const second = 1_000;
const tags = { team: "shop" };

interface Source {
  readonly source: string;
  readonly item: object;
  readonly list: keyof ServiceCalls;
  /** What the direct look is made with. */
  readonly look: keyof ServiceCalls;
  /** Ends the second of the two matches. */
  readonly end: (bench: Bench) => void;
}

const sources: readonly Source[] = [
  {
    source: "a path",
    item: { parameterStore: { path: "/shop" } },
    list: "getParametersByPath",
    look: "getParameters",
    end: (bench) => void bench.fake.calls.parameters.delete("/shop/b"),
  },
  {
    source: "parameters by tags",
    item: { parameterStore: { tags }, keys: { format: "Base" } },
    list: "describeParameters",
    look: "getParameters",
    end: (bench) => void bench.fake.calls.parameters.delete("/shop/b"),
  },
  {
    source: "parameters by tags, where one loses its tag",
    item: { parameterStore: { tags }, keys: { format: "Base" } },
    list: "describeParameters",
    look: "listParameterTags",
    end: (bench) => bench.fake.calls.putParameter("/shop/b", "two"),
  },
  {
    source: "secrets by prefix and tags",
    item: { secretsManager: { namePrefix: "shop/", tags }, keys: { format: "Base" } },
    list: "listSecrets",
    look: "describeSecret",
    end: (bench) => void bench.fake.calls.secrets.delete("shop/b"),
  },
  {
    source: "secrets by prefix, where one is scheduled for deletion",
    item: { secretsManager: { namePrefix: "shop/" }, keys: { format: "Base" } },
    list: "listSecrets",
    look: "describeSecret",
    end: (bench) => bench.fake.calls.putSecret("shop/b", "two", { tags, deletedDate: 1 }),
  },
];

/** Two matches, both in the target. */
async function inStep({ item }: Source, secret: object = { deletionPolicy: "Prune" }): Promise<Bench> {
  const bench = createBench();
  const { calls } = bench.fake;
  for (const [name, value] of [
    ["a", "one"],
    ["b", "two"],
  ] as const) {
    calls.putParameter(`/shop/${name}`, value, { tags });
    calls.putSecret(`shop/${name}`, value, { tags });
  }
  bench.put({ refreshInterval: "10s", secret, dataFrom: [item] });
  await bench.visit();
  expect(keysOf(bench)).toEqual(["a", "b"]);
  return bench;
}

/** The operator as another process: nothing is remembered of the resource, nor of what was read. */
function restart(bench: Bench): void {
  const { calls, plane } = bench.fake;
  bench.reconciler.forget(key);
  const reader = plane.reader({ id: "started anew", region: "eu-west-1", calls, limits: defaultLimits });
  bench.resolve = (resolution) => ({ ...resolution, reader });
  calls.log.length = 0;
}

/** No list brings the second match any more, whether or not it is there. Returns what ends that. */
function hideFromLists(bench: Bench): () => void {
  const { calls } = bench.fake;
  const { getParametersByPath, describeParameters, listSecrets } = calls;
  const without = <T extends { readonly items: readonly { readonly name: string }[] }>(page: T): T => ({
    ...page,
    items: page.items.filter(({ name }) => !name.endsWith("/b")),
  });
  calls.getParametersByPath = async (...asked) => without(await getParametersByPath(...asked));
  calls.describeParameters = async (...asked) => without(await describeParameters(...asked));
  calls.listSecrets = async (...asked) => without(await listSecrets(...asked));
  return () => void Object.assign(calls, { getParametersByPath, describeParameters, listSecrets });
}

function dataOf(bench: Bench): Readonly<Record<string, string>> {
  const secret = bench.cluster.find("Secret", "checkout") as { data?: Record<string, string> } | undefined;
  return secret?.data ?? {};
}

const keysOf = (bench: Bench) => Object.keys(dataOf(bench)).sort();
const ready = (bench: Bench) => bench.status().conditions[0];
const rowOf = (bench: Bench, name: string) => bench.status().values.find((row) => row.key === name);

/** When the second match was looked at directly. */
function looksAt(bench: Bench, look: keyof ServiceCalls): readonly number[] {
  const looks = bench.fake.calls.log.filter(
    ({ operation, items }) => operation === look && items.some((name) => name.endsWith("/b")),
  );
  return looks.map(({ at }) => at);
}

/** Visits for so long, every 30 s. */
async function through(bench: Bench, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 30 * second) {
    await bench.fake.clock.advance(30 * second);
    await bench.visit();
  }
}

describe.each(sources)("$source, after a start of the operator", (source) => {
  const { list, look, end } = source;

  it("keeps a match that stands and that the list does not bring, for as long as the list lags", async () => {
    const bench = await inStep(source);
    const show = hideFromLists(bench);
    restart(bench);
    await through(bench, 300 * second);
    expect(bench.fake.calls.count(list)).toBeGreaterThan(0);
    expect(keysOf(bench)).toEqual(["a", "b"]);
    expect(ready(bench)).toMatchObject({ status: "True" });
    show();
    await through(bench, 120 * second);
    expect(keysOf(bench)).toEqual(["a", "b"]);
  });

  it("lets it go once two direct looks, 60 s apart, have said that it is gone", async () => {
    const bench = await inStep(source);
    hideFromLists(bench);
    restart(bench);
    await bench.visit();
    end(bench);
    await through(bench, 30 * second);
    expect(keysOf(bench)).toEqual(["a", "b"]);
    await through(bench, 120 * second);
    expect(keysOf(bench)).toEqual(["a"]);
    const looks = looksAt(bench, look);
    expect((looks.at(-1) ?? 0) - (looks[0] ?? 0)).toBeGreaterThanOrEqual(60 * second);
  });

  it("misses one that went while it was down, by the same two looks", async () => {
    const bench = await inStep(source);
    end(bench);
    restart(bench);
    await bench.visit();
    expect(bench.fake.calls.count(look)).toBeGreaterThan(0);
    expect(keysOf(bench)).toEqual(["a", "b"]);
    expect(rowOf(bench, "b")).toMatchObject({ state: "ValueNotFound" });
    await through(bench, 30 * second);
    expect(keysOf(bench)).toEqual(["a", "b"]);
    await through(bench, 60 * second);
    expect(keysOf(bench)).toEqual(["a"]);
    bench.fake.calls.log.length = 0;
    await through(bench, 300 * second);
    // What is gone for certain is not looked for again.
    expect(looksAt(bench, look)).toEqual([]);
  });

  it.each(["denied", "throttled", "unavailable", "invalid"] as const)(
    "keeps it while the direct look is %s, however often, and whatever the policy",
    async (kind) => {
      for (const secret of [{ deletionPolicy: "Prune" }, { deletionPolicy: "Delete" }]) {
        const bench = await inStep(source, secret);
        hideFromLists(bench);
        restart(bench);
        bench.fake.calls.fault = ({ operation, items }) => {
          if (operation === look && items.some((name) => name.endsWith("/b"))) throw awsError(kind);
        };
        await through(bench, 300 * second);
        expect(keysOf(bench)).toEqual(["a", "b"]);
        expect(rowOf(bench, "b")?.state).not.toBe("ValueNotFound");
      }
    },
  );
});

describe("what a status tells of former matches", () => {
  const [path] = sources;

  it("is asked for only where the find itself could bring it", async () => {
    const bench = await inStep(path as Source);
    const status = bench.status();
    const values = status.values.map((row) => (row.key === "b" ? { ...row, source: "parameterstore:/other/b" } : row));
    const object = bench.cluster.find("ExternalValue", "checkout");
    if (!object) throw new Error("the resource is there");
    bench.cluster.put({ ...object, status: { ...status, values } } as typeof object);
    bench.fake.calls.putParameter("/other/b", "of another team");
    restart(bench);
    await through(bench, 120 * second);
    expect(bench.fake.calls.log.flatMap(({ items }) => items)).not.toContain("/other/b");
    expect(Object.values(dataOf(bench))).not.toContain(Buffer.from("of another team").toString("base64"));
  });

  it("is worth nothing under another identity or region", async () => {
    const bench = await inStep(path as Source);
    bench.fake.calls.parameters.delete("/shop/b");
    restart(bench);
    const { resolve } = bench;
    bench.resolve = (resolution) => ({ ...resolve(resolution), origin: "elsewhere" }) as typeof resolution;
    await through(bench, 300 * second);
    expect(bench.fake.calls.count("getParameters")).toBe(0);
    expect(keysOf(bench)).toEqual(["a", "b"]);
  });
});
