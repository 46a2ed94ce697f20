import { describe, expect, it, test } from "@jest/globals";
import fc from "fast-check";
import type { RestartRow } from "../external-value/status-model.ts";
import { planRestarts, type RestartInput, sortedRows } from "./plan-restarts.ts";
import type { Workload } from "./workload.ts";

const workload = (changes: Partial<Workload> = {}): Workload => ({
  kind: "Deployment",
  name: "checkout",
  uid: "u1",
  resourceVersion: "10",
  marked: 0,
  ...changes,
});
const row = (dataVersion: number, uid: string | undefined = "u1"): RestartRow => ({
  kind: "Deployment",
  name: "checkout",
  dataVersion,
  ...(uid === undefined ? {} : { uid }),
});
const absent: RestartRow = { kind: "Deployment", name: "checkout", dataVersion: 3 };
const input = (changes: Partial<RestartInput>): RestartInput => ({
  workloads: [workload()],
  missing: [],
  rows: [row(3)],
  lastDataVersion: 3,
  dataVersion: 3,
  ...changes,
});
const named = [{ kind: "Deployment", name: "checkout" }];

describe("planRestarts", () => {
  it.each([
    { reason: "nothing changed", changes: {}, due: 0, rows: [row(3)] },
    { reason: "data changed", changes: { dataVersion: 4 }, due: 1, rows: [] },
    { reason: "at first creation it is recorded", changes: { rows: [], lastDataVersion: undefined }, rows: [row(3)] },
    { reason: "found without a row while nothing changed: recorded", changes: { rows: [] }, rows: [row(3)] },
    {
      reason: "it came between two visits, before the data changed: restarted",
      changes: { rows: [], dataVersion: 4 },
      due: 1,
    },
    {
      reason: "made anew since the last change: its pods read the data as it is",
      changes: { workloads: [workload({ uid: "u2" })] },
      rows: [row(3, "u2")],
    },
    {
      reason: "its mark says that a process restarted it and ended: recorded, not doubled",
      changes: { dataVersion: 4, workloads: [workload({ marked: 4 })] },
      rows: [row(4)],
    },
    {
      reason: "the mark of an older restart does not count",
      changes: { dataVersion: 4, workloads: [workload({ marked: 3 })] },
      due: 1,
    },
    {
      reason: "a mark from the future of this copy: never restarted again for less",
      changes: { dataVersion: 4, workloads: [workload({ marked: 7 })] },
      rows: [row(4)],
    },
    {
      reason: "a restart that is still owed is owed later, too",
      changes: { rows: [row(2)] },
      due: 1,
    },
  ] satisfies { reason: string; changes: Partial<RestartInput>; due?: number; rows?: RestartRow[] }[])(
    "$reason",
    ({ changes, due = 0, rows = [] }: { changes: Partial<RestartInput>; due?: number; rows?: RestartRow[] }) => {
      const plan = planRestarts(input(changes));
      expect(plan.due).toHaveLength(due);
      expect(plan.rows).toEqual(rows);
      expect(plan.overdue).toEqual([]);
    },
  );

  it("lets a named workload come later: it is no failure until data changes", () => {
    const first = planRestarts(input({ workloads: [], missing: named, rows: [], lastDataVersion: undefined }));
    expect(first).toEqual({ due: [], rows: [absent], overdue: [] });
    const changed = planRestarts(input({ workloads: [], missing: named, rows: first.rows, dataVersion: 4 }));
    expect(changed).toEqual({ due: [], rows: [absent], overdue: [absent] });
    const still = planRestarts(
      input({ workloads: [], missing: named, rows: changed.rows, lastDataVersion: 4, dataVersion: 4 }),
    );
    expect(still.overdue).toEqual([absent]);
    const come = planRestarts(input({ rows: still.rows, lastDataVersion: 4, dataVersion: 4 }));
    expect(come).toEqual({ due: [], rows: [row(4)], overdue: [] });
  });
});

const story = fc.array(fc.constantFrom("change", "crash", "unwritten", "visit", "replace"), { maxLength: 40 });

/** Follows a life of changes, crashes and replacements; counts the restarts of each object. */
function live(steps: readonly string[]) {
  let version = 1;
  let generation = 1;
  let marked = 0;
  let rows: readonly RestartRow[] = [];
  let last: number | undefined;
  let owed = false;
  let restarts = 0;
  let changes = 0;
  const visit = (record: boolean): void => {
    const uid = `u${generation}`;
    const plan = planRestarts(
      input({ workloads: [workload({ uid, marked })], rows, lastDataVersion: last, dataVersion: version }),
    );
    const done = plan.due.map((entry) => ({ ...entry.row, dataVersion: version }));
    if (plan.due.length > 0) {
      restarts += 1;
      marked = version;
      owed = false;
    }
    if (!record) return;
    rows = [...plan.rows, ...done];
    last = version;
  };
  visit(true);
  for (const step of steps) {
    if (step === "change") {
      version += 1;
      changes += 1;
      owed = true;
    }
    if (step === "unwritten") visit(false);
    if (step === "visit") visit(true);
    if (step === "replace") {
      generation += 1;
      marked = 0;
      owed = false;
    }
  }
  visit(true);
  visit(true);
  return { owed, restarts, changes, replaced: steps.filter((step) => step === "replace").length };
}

test("whatever happens, no restart is missed, and none is made without a change", () => {
  fc.assert(
    fc.property(story, (steps) => {
      const { owed, restarts, changes, replaced } = live(steps);
      expect(owed).toBe(false);
      expect(restarts).toBeLessThanOrEqual(changes + replaced);
      if (changes === 0) expect(restarts).toBe(0);
      if (replaced === 0) expect(restarts).toBeLessThanOrEqual(changes);
    }),
  );
});

test("rows stand in a fixed order", () => {
  const rows: RestartRow[] = [
    { kind: "StatefulSet", name: "a", dataVersion: 1 },
    { kind: "Deployment", name: "b", dataVersion: 1 },
    { kind: "Deployment", name: "a", dataVersion: 1 },
  ];
  expect(sortedRows(rows).map(({ kind, name }) => `${kind}/${name}`)).toEqual([
    "Deployment/a",
    "Deployment/b",
    "StatefulSet/a",
  ]);
});
