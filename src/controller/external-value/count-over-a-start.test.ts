import { beforeEach, describe, expect, it } from "@jest/globals";
import { awsError } from "../../aws/fakes/fake-service-calls.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { type Bench, createBench } from "./testing/bench.ts";

// dataVersion counts changes of data, also where the process that knew the data has ended.

const a = { key: "A", parameterStore: { name: "/a" } };

let bench: Bench;

beforeEach(async () => {
  bench = createBench();
  bench.fake.calls.putParameter("/a", "one");
  bench.put({ data: [a] });
  await bench.visit();
  expect(row()).toMatchObject({ dataVersion: 1, inputs: expect.stringMatching(/^[0-9a-f]{32}$/) });
});

const row = () => bench.status().targets[0];

/** The target is deleted, or edited, while no process runs, and `meanwhile` happens. */
async function overAStart(
  meanwhile: () => void,
  change = () => bench.cluster.remove("Secret", "checkout"),
): Promise<void> {
  bench.reconciler.forget("shop/checkout");
  change();
  meanwhile();
  await bench.fake.clock.advance(4_000_000);
  await bench.visit();
}

const restate = (object: object) => {
  const before = bench.cluster.find("ExternalValue", "checkout") as KubernetesObject;
  bench.cluster.put({ ...before, status: { ...bench.status(), ...object } } as KubernetesObject);
};

describe("a target that is made again by a process without memory", () => {
  it.each<{ reason: string; meanwhile: () => void; dataVersion: number }>([
    { reason: "of the same values", meanwhile: () => {}, dataVersion: 1 },
    {
      reason: "of another type",
      meanwhile: () => bench.put({ secret: { type: "example.com/other" }, data: [a] }),
      dataVersion: 1,
    },
    { reason: "of a new value", meanwhile: () => bench.fake.calls.putParameter("/a", "two"), dataVersion: 2 },
    {
      reason: "of a parameter that was made anew, and so is of the same version",
      meanwhile: () => bench.fake.calls.putParameter("/a", "two", { version: 1 }),
      dataVersion: 2,
    },
    {
      reason: "of another spec",
      meanwhile: () => bench.put({ data: [{ ...a, decode: "Auto" }] }),
      dataVersion: 2,
    },
    {
      reason: "of the same values, where the status does not say what it was made from",
      meanwhile: () => restate({ targets: [{ ...row(), inputs: undefined }] }),
      dataVersion: 2,
    },
    {
      reason: "of the same values with Once, under which data that others edited may have stood",
      meanwhile: () => bench.put({ refreshPolicy: "Once", data: [a] }),
      dataVersion: 2,
    },
  ])("$reason: $dataVersion", async ({ meanwhile, dataVersion }) => {
    await overAStart(meanwhile);
    expect(bench.cluster.find("Secret", "checkout")).toBeDefined();
    expect(row()).toMatchObject({ dataVersion });
  });

  it("of the same version from another account or region is a change", async () => {
    await overAStart(() => {
      bench.resolve = (resolution) => ({ ...resolution, origin: "there" });
    });
    expect(row()).toMatchObject({ dataVersion: 2 });
  });
});

describe("a target that was edited while no process ran", () => {
  const edit = () => {
    const before = bench.cluster.find("Secret", "checkout") as KubernetesObject;
    bench.cluster.put({ ...before, data: { A: "eA==" } } as KubernetesObject);
  };

  it("is put back, which is no change", async () => {
    await overAStart(() => {}, edit);
    expect(bench.cluster.find("Secret", "checkout")).toMatchObject({
      data: { A: Buffer.from("one").toString("base64") },
    });
    expect(row()).toMatchObject({ dataVersion: 1 });
  });

  it("is a change with a new value", async () => {
    await overAStart(() => bench.fake.calls.putParameter("/a", "two"), edit);
    expect(row()).toMatchObject({ dataVersion: 2 });
  });
});

describe("what the status says that a target was made from", () => {
  it("is left as it is while the data is the same, also where the value has a new version", async () => {
    const before = row();
    bench.fake.calls.putParameter("/a", "one");
    await bench.fake.clock.advance(4_000_000);
    await bench.visit();
    expect(bench.status().values).toMatchObject([{ version: "2" }]);
    expect(row()).toEqual(before);
  });

  it("is not known with Once, under which data that others edited may come to stand", async () => {
    bench.put({ refreshPolicy: "Once", data: [a] });
    await bench.visit();
    expect(row()).toMatchObject({ dataVersion: 1 });
    expect(row()).not.toHaveProperty("inputs");
  });

  it("is told anew where the data would now be made from something else, by a process that did not see it made", async () => {
    // As somebody's hand, or a backup, may have brought it.
    const { inputs } = row() ?? {};
    await overAStart(
      () => bench.fake.calls.putParameter("/a", "two"),
      () => {
        const before = bench.cluster.find("Secret", "checkout") as KubernetesObject;
        bench.cluster.put({ ...before, data: { A: Buffer.from("two").toString("base64") } } as KubernetesObject);
      },
    );
    expect(row()).toMatchObject({ dataVersion: 1, inputs: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect(row()?.inputs).not.toBe(inputs);
  });

  it("is left as it is over a start where the data is made from the same", async () => {
    const { inputs } = row() ?? {};
    await overAStart(
      () => {},
      () => {},
    );
    expect(row()).toMatchObject({ dataVersion: 1, inputs });
  });

  it("is not known while the last value of a key is kept", async () => {
    const optional = { key: "B", optional: true, parameterStore: { name: "/b" } };
    bench.fake.calls.putParameter("/b", "v");
    bench.put({ data: [a, optional] });
    await bench.visit();
    expect(row()).toMatchObject({ dataVersion: 2, inputs: expect.any(String) });
    bench.fake.calls.fault = ({ items }) => {
      if (items.includes("/b")) throw awsError("denied");
    };
    bench.fake.calls.putParameter("/a", "two");
    await bench.fake.clock.advance(4_000_000);
    await bench.visit();
    expect(row()).toMatchObject({ dataVersion: 3 });
    expect(row()).not.toHaveProperty("inputs");
  });
});
