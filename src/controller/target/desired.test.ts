import { describe, expect, it } from "@jest/globals";
import { desiredShape, targetObject } from "./desired.ts";
import { observeTarget } from "./observe.ts";
import { composed, fieldManager, owner, target } from "./testing/samples.ts";

const place = { namespace: "shop", dataVersion: 3 };

describe("the shape by policy", () => {
  const controlling = [
    {
      apiVersion: "externalvalues.dev/v1alpha1",
      kind: "ExternalValue",
      name: "checkout",
      uid: "uid-owner",
      controller: true,
    },
  ];
  const mark = { "externalvalues.dev/created-by": "checkout" };
  it.each([
    {
      creationPolicy: "Owner",
      ownerReferences: controlling,
      annotations: {},
      exclusive: true,
      mayRecreate: true,
      type: "Opaque",
      immutable: true,
    },
    {
      creationPolicy: "Orphan",
      ownerReferences: [],
      annotations: mark,
      exclusive: true,
      mayRecreate: false,
      type: "Opaque",
      immutable: true,
    },
    {
      creationPolicy: "Merge",
      ownerReferences: [],
      annotations: {},
      exclusive: false,
      mayRecreate: false,
      type: undefined,
      immutable: false,
    },
    {
      creationPolicy: "CreateOrMerge",
      ownerReferences: [],
      annotations: {},
      exclusive: false,
      mayRecreate: false,
      type: undefined,
      immutable: false,
    },
  ] as const)("$creationPolicy", ({ creationPolicy, ...shape }) => {
    expect(desiredShape(target({ creationPolicy, immutable: true }), composed({}), owner)).toEqual({
      ...shape,
      labels: { "externalvalues.dev/managed": "true" },
    });
  });

  it("never sets blockOwnerDeletion", () => {
    const [reference] = desiredShape(target(), composed({}), owner).ownerReferences;
    expect(reference).not.toHaveProperty("blockOwnerDeletion");
  });

  it("a ConfigMap has no type, and our label cannot be overridden", () => {
    const whole = composed({}, { kind: "ConfigMap", labels: { "externalvalues.dev/managed": "false", a: "b" } });
    const shape = desiredShape(target({ kind: "ConfigMap" }), whole, owner);
    expect(shape.type).toBeUndefined();
    expect(shape.labels).toEqual({ "externalvalues.dev/managed": "true", a: "b" });
  });
});

describe("the object", () => {
  it("carries base64 in a Secret, with the count of its data and the preconditions", () => {
    const whole = composed({ A: "ü", B: new Uint8Array([255]) });
    const shape = desiredShape(target({ immutable: true }), whole, owner);
    const object = targetObject(whole, shape, place, { uid: "u", resourceVersion: "9" });
    expect(object).toMatchObject({
      metadata: { uid: "u", resourceVersion: "9", annotations: { "externalvalues.dev/data-version": "3" } },
      type: "Opaque",
      immutable: true,
      data: { A: "w7w=", B: "/w==" },
    });
    expect(object).not.toHaveProperty("binaryData");
  });

  it("carries text and bytes apart in a ConfigMap", () => {
    const whole = composed({ A: "ü", B: new Uint8Array([255]) }, { kind: "ConfigMap" });
    const object = targetObject(whole, desiredShape(target({ kind: "ConfigMap" }), whole, owner), place);
    expect(object).toMatchObject({ data: { A: "ü" }, binaryData: { B: "/w==" } });
    expect(object).not.toHaveProperty("immutable");
    expect(object).not.toHaveProperty("type");
  });

  it("takes a key named __proto__ like any other", () => {
    const data = new Map([["__proto__", "x"]]);
    const whole = { ...composed({}), data };
    const object = targetObject(whole, desiredShape(target(), whole, owner), place);
    expect(Object.keys(object.data ?? {})).toEqual(["__proto__"]);
  });

  it.each(["Secret", "ConfigMap"] as const)("is read back as it was written: %s", (kind) => {
    const whole = composed({ A: "ü\n", B: new Uint8Array([255, 0]) }, { kind });
    const object = targetObject(whole, desiredShape(target({ kind }), whole, owner), place);
    const { data } = observeTarget(kind, object, fieldManager);
    expect([...data].map(([key, bytes]) => [key, [...bytes]])).toEqual([
      ["A", [195, 188, 10]],
      ["B", [255, 0]],
    ]);
  });
});

describe("an object as it was read", () => {
  it("is ours in labels and annotations that we alone hold, the count apart", () => {
    const object = {
      metadata: {
        name: "checkout",
        deletionTimestamp: "now",
        managedFields: [
          {
            manager: fieldManager,
            operation: "Apply" as const,
            fieldsV1: {
              "f:metadata": {
                "f:labels": { "f:ours": {}, "f:both": {} },
                "f:annotations": { "f:note": {}, "f:externalvalues.dev/data-version": {} },
              },
              "f:data": { "f:A": {} },
            },
          },
          { manager: fieldManager, operation: "Update" as const, fieldsV1: { "f:binaryData": { "f:CREATED": {} } } },
          {
            manager: "kubectl",
            operation: "Apply" as const,
            fieldsV1: { "f:metadata": { "f:labels": { "f:both": {} } }, "f:binaryData": { "f:B": {} } },
          },
        ],
      },
    };
    const observed = observeTarget("ConfigMap", object, fieldManager);
    expect([...observed.ownLabels]).toEqual(["ours"]);
    expect([...observed.ownAnnotations]).toEqual(["note"]);
    expect([...observed.keyManagers]).toEqual([
      ["A", [fieldManager]],
      ["CREATED", [fieldManager]],
      ["B", ["kubectl"]],
    ]);
    // What a creating POST holds, no apply gives up.
    expect([...observed.appliedKeys]).toEqual(["A"]);
    expect(observed.deleting).toBe(true);
  });
});
