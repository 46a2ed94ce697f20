import { beforeEach, expect, it } from "@jest/globals";
import { ApiError } from "../../kubernetes/client.ts";
import { type Bench, createBench } from "./testing/bench.ts";

// A write of two requests, of which the first brings the data and its count, and the second does not come through.

const item = (name: string) => ({ key: name, parameterStore: { name: `/${name}` } });

let bench: Bench;
let apply: Bench["cluster"]["client"]["apply"];

beforeEach(async () => {
  bench = createBench();
  apply = bench.cluster.client.apply;
  for (const name of ["A", "B"]) bench.fake.calls.putParameter(`/${name}`, "v");
  bench.put({ data: [item("A"), item("B")] });
  await bench.visit();
  expect(bench.status().targets).toMatchObject([{ dataVersion: 1 }]);
  bench.recorded.length = 0;
  // A key goes and a label comes.
  bench.put({ secret: { labels: { tier: "back" } }, data: [item("A")] });
});

/** The first `times` applies are answered so. */
function answer(status: number, times: number): void {
  let left = times;
  const answered: typeof apply = async (...sent) => {
    left -= 1;
    if (left >= 0) throw new ApiError({ status, reason: "Scripted", message: "scripted" });
    return await apply(...sent);
  };
  Object.assign(bench.cluster.client, { apply: answered });
}

it("whose rest is refused, again and again, is a change, and its keys stand", async () => {
  answer(422, 2);
  for (let visits = 0; visits < 2; visits += 1) {
    await bench.visit();
    const { conditions, targets, values } = bench.status();
    expect(conditions[0]).toMatchObject({ status: "False", reason: "ValueInvalid" });
    expect(targets).toMatchObject([{ dataVersion: 2, inputs: expect.any(String) }]);
    expect(values).toMatchObject([{ key: "A", state: "Synced" }]);
  }
  expect(bench.recorded).toEqual(["Updated", "ValueInvalid"]);
  await bench.visit();
  expect(bench.status()).toMatchObject({ targets: [{ dataVersion: 2 }], conditions: [{ status: "True" }, {}, {}] });
});

it("whose rest is raced for is a change, told of as one", async () => {
  const entry = () => bench.reconciler.entries.get("shop/checkout");
  expect(entry()).toMatchObject({ unnumbered: true });
  Object.assign(entry() ?? {}, { unnumbered: false });
  answer(409, 1);
  await bench.visit();
  expect(bench.status()).toMatchObject({ targets: [{ dataVersion: 2 }], conditions: [{ status: "True" }, {}, {}] });
  expect(bench.recorded).toEqual(["Updated"]);
  expect(entry()).toMatchObject({ unnumbered: true });
});
