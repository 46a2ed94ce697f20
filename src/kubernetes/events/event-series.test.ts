import { expect, it } from "@jest/globals";
import { createFakeClock } from "../testing/fake-clock.ts";
import { createEventAggregation } from "./event-series.ts";

it("holds no more budgets than series: resources come and go", () => {
  const clock = createFakeClock();
  const aggregation = createEventAggregation(clock);
  const tell = (uid: string, note: string) =>
    aggregation.admit({
      regarding: { apiVersion: "v1", kind: "ExternalValue", name: "a", uid },
      type: "Normal",
      reason: "Created",
      action: "Reconcile",
      note,
    });
  for (let note = 0; note < 25; note += 1) tell("first", String(note));
  expect(tell("first", "too many")).toBeUndefined();
  for (let uid = 0; uid < 4_096; uid += 1) tell(String(uid), "");
  // Its budget is forgotten, and so full again.
  expect(tell("first", "much later")).toBeDefined();
});
