import { describe, expect, it } from "@jest/globals";
import { fieldManagerFor } from "../../kubernetes/field-manager.ts";
import { claim, isMade, takenOver } from "./claim.ts";
import type { ObservedTarget } from "./observation.ts";
import { claimant, fieldManager, foreign, observed, otherManager, owner, target } from "./testing/samples.ts";

const controlledBy = (kind: string, uid: string) => ({
  ownerReferences: [{ apiVersion: "v1", kind, name: "boss", uid, controller: true }],
});
const merging = (fields = {}) => claimant({ target: target({ creationPolicy: "Merge" }), ...fields });
const heldBy = (...managers: string[]) => ({ keyManagers: new Map([["A", managers]]) });

interface Row {
  readonly reason: string;
  readonly object: ObservedTarget;
  readonly by?: Parameters<typeof claimant>[0];
  readonly refused?: { readonly reason: string; readonly says: string };
}

describe("Owner and Orphan claim the whole object", () => {
  it.each<Row>([
    { reason: "its own, by the controlling reference", object: observed({ A: "x" }) },
    {
      reason: "another's, whatever the status says",
      object: foreign({}, controlledBy("Deployment", "uid-boss")),
      by: { knownUids: new Set(["uid-foreign"]) },
      refused: { reason: "TargetConflict", says: "is controlled by Deployment boss" },
    },
    {
      reason: "another's, although annotated for adoption",
      object: foreign(
        {},
        { ...controlledBy("ExternalValue", "uid-boss"), annotations: { "externalvalues.dev/adopt": owner.name } },
      ),
      refused: { reason: "TargetConflict", says: "is controlled by ExternalValue boss" },
    },
    { reason: "made before, by the status", object: foreign({}), by: { knownUids: new Set(["uid-foreign"]) } },
    {
      reason: "an Orphan that it made",
      object: foreign({}, { annotations: { "externalvalues.dev/created-by": owner.name } }),
    },
    {
      reason: "annotated for adoption",
      object: foreign({}, { annotations: { "externalvalues.dev/adopt": owner.name } }),
    },
    {
      reason: "annotated for somebody else",
      object: foreign({}, { annotations: { "externalvalues.dev/adopt": "other" } }),
      refused: { reason: "TargetConflict", says: `annotate it with externalvalues.dev/adopt=${owner.name}` },
    },
    {
      reason: "owned, but not controlled, by somebody: nobody controls it",
      object: foreign({}, { ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: "p", uid: "uid-p" }] }),
      refused: { reason: "TargetConflict", says: "belongs to nobody" },
    },
  ])("$reason", ({ object, by, refused }) => {
    const failure = claim(object, ["A"], claimant(by));
    expect(failure?.reason).toBe(refused?.reason);
    expect(failure?.message ?? "").toContain(refused?.says ?? "");
  });
});

describe("Merge claims its keys alone", () => {
  it.each<Row>([
    { reason: "an object of somebody's", object: foreign({ B: "x" }) },
    { reason: "a key held by kubectl is taken over", object: foreign({ A: "x" }) },
    { reason: "a key of its own", object: foreign({ A: "x" }, heldBy(fieldManager)) },
    {
      reason: "a key held by another ExternalValue",
      object: foreign({ A: "x" }, heldBy("kubectl", otherManager)),
      refused: { reason: "KeyConflict", says: "held by ExternalValue other" },
    },
    {
      reason: "a key held by an ExternalValue that was deleted",
      object: foreign({ A: "x" }, heldBy(otherManager)),
      by: { isLiving: () => false },
    },
    {
      reason: "a key held by an ExternalValue whose name was too long to tell whether it lives",
      object: foreign({ A: "x" }, heldBy(fieldManagerFor("n".repeat(200)))),
      by: { isLiving: () => false },
      refused: { reason: "KeyConflict", says: "held by ExternalValue n" },
    },
    {
      reason: "another key held by another ExternalValue",
      object: foreign({ B: "x" }, { keyManagers: new Map([["B", [otherManager]]]) }),
    },
    {
      reason: "an object that another ExternalValue controls",
      object: foreign({}, controlledBy("ExternalValue", "uid-boss")),
      refused: { reason: "TargetConflict", says: "removes keys that it does not name" },
    },
    { reason: "an object that another kind controls", object: foreign({}, controlledBy("Deployment", "uid-boss")) },
    { reason: "an object that it controls itself", object: observed({}) },
    {
      reason: "an Orphan of another ExternalValue",
      object: foreign({}, { annotations: { "externalvalues.dev/created-by": "other" } }),
      refused: { reason: "TargetConflict", says: "was made by ExternalValue other" },
    },
    {
      reason: "an Orphan of one that was deleted",
      object: foreign({}, { annotations: { "externalvalues.dev/created-by": "other" } }),
      by: { isLiving: () => false },
    },
  ])("$reason", ({ object, by, refused }) => {
    const failure = claim(object, ["A"], merging(by));
    expect(failure?.reason).toBe(refused?.reason);
    expect(failure?.message ?? "").toContain(refused?.says ?? "");
  });
});

it("made is what it controls, what it knows, and its Orphans; an adoption that is only offered is not", () => {
  expect(isMade(observed({}), claimant())).toBe(true);
  expect(isMade(foreign({}), claimant({ knownUids: new Set(["uid-foreign"]) }))).toBe(true);
  expect(isMade(foreign({}, { annotations: { "externalvalues.dev/created-by": owner.name } }), claimant())).toBe(true);
  expect(isMade(foreign({}, { annotations: { "externalvalues.dev/adopt": owner.name } }), claimant())).toBe(false);
});

it("taken over is a key that a foreign manager held, and this one did not", () => {
  const object = foreign(
    { A: "1", B: "2", C: "3", D: "4" },
    {
      keyManagers: new Map([
        ["A", ["helm"]],
        ["B", [fieldManager]],
        ["C", ["helm", fieldManager]],
        ["D", [otherManager]],
      ]),
    },
  );
  expect([...takenOver(object, ["A", "B", "C", "D", "E"], fieldManager)]).toEqual([["A", "helm"]]);
});
