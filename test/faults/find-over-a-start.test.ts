import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { conditionOf } from "../e2e/served.ts";
import { isFull } from "./support/extent.ts";
import { type FaultBench, type Place, startFaultBench } from "./support/fault-bench.ts";
import { recordFault, secondsSince } from "./support/fault-record.ts";

// Lists lag, and an operator that was started a moment ago knows former matches from the status alone.

let bench: FaultBench;
let place: Place;
beforeAll(async () => {
  bench = await startFaultBench();
  place = await bench.createPlace();
}, 120_000);
afterAll(() => bench?.stop());

it("a start keeps what a lagging list forgets, and lets go what direct looks say is gone", async () => {
  const path = `/${place.namespace}/lag`;
  const { operator, fake, aws } = bench;
  for (const name of ["a", "forgotten", "gone"]) await fake.putParameter({ name: `${path}/${name}`, value: name });
  const all = { a: "a", forgotten: "forgotten", gone: "gone" };
  await place.apply(
    "lag",
    `  refreshInterval: 5s\n  secret: { deletionPolicy: Prune }\n  dataFrom:\n    - { parameterStore: { path: ${path} } }\n`,
  );
  await place.until("lag", "True");
  expect(await place.secret("lag")).toEqual(all);
  await operator().stop();
  await fake.deleteParameter({ name: `${path}/gone` });
  aws.setRules([
    {
      operation: "GetParametersByPath",
      fault: { kind: "dropItems", items: [`${path}/forgotten`, `${path}/gone`] },
    },
  ]);
  await bench.start();
  const begun = performance.now();
  const missed = await place.until("lag", "False", { reason: "ValueNotFound", timeoutMs: 30_000 });
  // The one that is gone is told of, and nothing is touched before the second look.
  expect(conditionOf(missed, "Ready")?.message).toContain(`${path}/gone`);
  expect(conditionOf(missed, "Ready")?.message).not.toContain("forgotten");
  expect(await place.secret("lag")).toEqual(all);
  expect(aws.counts()["GetParameters"]).toBeGreaterThan(0);
  if (!isFull) return;
  await place.until("lag", "True", { timeoutMs: 90_000 });
  expect(secondsSince(begun)).toBeGreaterThan(59);
  expect(await place.secret("lag")).toEqual({ a: "a", forgotten: "forgotten" });
  // What no list brings is kept fresh all the same.
  await fake.putParameter({ name: `${path}/forgotten`, value: "new" });
  await place.untilSecret("lag", "forgotten", "new", 20_000);
  recordFault({
    suite: "AWS",
    fault: "a start while lists lag, with one match forgotten and another deleted",
    injected: aws.entries().filter((entry) => entry.fault !== undefined).length,
    seconds: secondsSince(begun),
    seen: "the forgotten one stays, the deleted one goes after two direct looks 60 s apart",
  });
}, 180_000);
