import { describe, expect, it, test } from "@jest/globals";
import fc from "fast-check";
import { type ChildObject, newChild } from "./child.ts";
import type { FanOutModel } from "./fan-out-model.ts";
import { type NamespaceFacts, planFanOut } from "./plan-fan-out.ts";

const model: FanOutModel = {
  name: "db",
  uid: "parent",
  generation: 1,
  selectors: [{ matchLabels: { team: "shop" } }],
  namespaces: ["pay"],
  child: { name: "db", labels: { a: "1" }, annotations: {}, spec: { data: [] } },
  stores: [],
};

const namespace = (name: string, team = "shop", deleting = false): NamespaceFacts => ({
  name,
  labels: { team },
  deleting,
});

/** As the API server would give it back. */
const child = (where: string, changes: Partial<ChildObject["metadata"]> = {}, more: object = {}): ChildObject => {
  const made = newChild(model, where);
  return { ...made, ...more, metadata: { ...made.metadata, uid: `u-${where}`, generation: 1, ...changes } };
};
const ready = (status: "True" | "False", reason = "Synced") => ({
  status: { observedGeneration: 1, conditions: [{ type: "Ready", status, reason, message: "" }] },
});

const plan = (namespaces: readonly NamespaceFacts[], all: readonly ChildObject[], changes: Partial<FanOutModel> = {}) =>
  planFanOut({
    model: { ...model, ...changes },
    namespaces,
    find: (where, name) => all.find(({ metadata }) => metadata.namespace === where && metadata.name === name),
    children: all.filter(({ metadata }) => metadata.ownerReferences?.[0]?.uid === "parent"),
  });
const names = (children: readonly ChildObject[]) =>
  children.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);

describe("planFanOut", () => {
  it("creates in what is named and in what is selected, nowhere else, and says what is not there", () => {
    const made = plan([namespace("a"), namespace("b", "other"), namespace("pay", "other")], [], {
      namespaces: ["pay", "gone"],
    });
    expect(made).toMatchObject({ matching: ["a", "pay"], create: ["a", "pay"], absent: ["gone"] });
  });

  it("leaves alone what is in step, with labels of others on it", () => {
    const made = plan([namespace("a")], [child("a", { labels: { a: "1", foreign: "2" } })]);
    expect(made).toMatchObject({ create: [], update: [], remove: [], conflicts: [] });
  });

  it.each([
    { reason: "its spec was edited", one: child("a", {}, { spec: { data: [], suspend: true } }) },
    { reason: "its label was edited", one: child("a", { labels: { a: "2" } }) },
    { reason: "it was written from another template", one: child("a", { annotations: {} }) },
  ])("updates where $reason", ({ one }) => {
    expect(names(plan([namespace("a")], [one]).update)).toEqual(["a/db"]);
  });

  it("never touches what somebody else made: a conflict", () => {
    const foreign = child("a", { ownerReferences: [] });
    expect(plan([namespace("a")], [foreign])).toMatchObject({
      create: [],
      update: [],
      remove: [],
      conflicts: ["a"],
    });
  });

  it("removes where a namespace matches no longer", () => {
    expect(names(plan([namespace("a", "other")], [child("a")]).remove)).toEqual(["a/db"]);
  });

  it.each([
    { reason: "is being deleted", namespaces: [namespace("a", "shop", true)] },
    { reason: "is gone", namespaces: [] },
  ])("asks nothing of a namespace that $reason", ({ namespaces }) => {
    const made = plan(namespaces, [child("a")]);
    expect(made).toMatchObject({ matching: [], create: [], update: [], remove: [] });
  });

  it.each([
    { reason: "not there yet", after: [], removed: [] },
    { reason: "not looked at yet", after: [child("a")], removed: [] },
    { reason: "failing", after: [child("a", {}, ready("False", "ValueNotFound"))], removed: [] },
    { reason: "ready", after: [child("a", {}, ready("True"))], removed: ["a/old"] },
    {
      reason: "waiting for the target that the old one holds",
      after: [child("a", {}, ready("False", "TargetConflict"))],
      removed: ["a/old"],
    },
  ])("after a rename, with the new one $reason, removes $removed", ({ after, removed }) => {
    expect(names(plan([namespace("a")], [child("a", { name: "old" }), ...after]).remove)).toEqual(removed);
  });

  it("waits for one that is being deleted", () => {
    const going = child("a", { deletionTimestamp: "2026-01-01T00:00:00Z" });
    expect(plan([namespace("a")], [going])).toMatchObject({ create: [], update: [], remove: [], conflicts: [] });
  });
});

const world = fc.record({
  namespaces: fc.uniqueArray(
    fc.record({
      name: fc.constantFrom("a", "b", "c", "pay"),
      labels: fc.record({ team: fc.constantFrom("shop", "other") }),
      deleting: fc.boolean(),
    }),
    { selector: ({ name }) => name },
  ),
  children: fc.uniqueArray(
    fc.record({ where: fc.constantFrom("a", "b", "c", "pay"), ours: fc.boolean(), inStep: fc.boolean() }),
    { selector: ({ where }) => where },
  ),
});

test("carried out once, there is nothing left to do, and what is others' is as it was", () => {
  fc.assert(
    fc.property(world, ({ namespaces, children }) => {
      const before = children.map(({ where, ours, inStep }) =>
        child(where, ours ? {} : { ownerReferences: [] }, inStep ? {} : { spec: { suspend: true } }),
      );
      const first = plan(namespaces, before);
      const touched = new Set([...first.update, ...first.remove]);
      const after = [
        ...before.filter((one) => !touched.has(one)),
        ...first.update.map(({ metadata }) => child(metadata.namespace ?? "")),
        ...first.create.map((where) => child(where)),
      ];
      const second = plan(namespaces, after);
      expect(second).toMatchObject({ create: [], update: [], remove: [], conflicts: first.conflicts });
      const foreign = before.filter(({ metadata }) => metadata.ownerReferences?.length === 0);
      expect(after).toEqual(expect.arrayContaining(foreign));
    }),
  );
});
