import { describe, expect, it } from "@jest/globals";
import type { KubernetesObject } from "../kubernetes/objects.ts";
import { createControlledTargets } from "./controlled-targets.ts";

function secret(name: string, owner?: string, kind = "ExternalValue"): KubernetesObject {
  const reference = {
    apiVersion: "externalvalues.dev/v1alpha1",
    kind,
    name: "checkout",
    uid: owner ?? "",
    controller: true,
  };
  return { metadata: { name, namespace: "shop", ownerReferences: owner === undefined ? [] : [reference] } };
}

const row = (name: string, kind = "Secret") => ({
  kind,
  object: expect.objectContaining({ metadata: expect.objectContaining({ name }) }),
});

describe("targets by the uid of their controller", () => {
  it("are those that the watch shows now", () => {
    const controlled = createControlledTargets();
    controlled.changed("Secret", secret("one", "uid-1"), undefined);
    controlled.changed("ConfigMap", secret("one", "uid-1"), undefined);
    controlled.changed("Secret", secret("other", "uid-2"), undefined);
    expect(controlled.of("uid-1")).toEqual([row("one"), row("one", "ConfigMap")]);
    controlled.deleted("Secret", secret("one", "uid-1"));
    expect(controlled.of("uid-1")).toEqual([row("one", "ConfigMap")]);
    controlled.deleted("ConfigMap", secret("one", "uid-1"));
    expect(controlled.of("uid-1")).toEqual([]);
    expect(controlled.of("uid-2")).toEqual([row("other")]);
  });

  it("change hands, and are listed once however often they change", () => {
    const controlled = createControlledTargets();
    const [none, first, second] = [secret("one"), secret("one", "uid-1"), secret("one", "uid-2")];
    controlled.changed("Secret", none, undefined);
    controlled.changed("Secret", first, none);
    controlled.changed("Secret", first, first);
    expect(controlled.of("uid-1")).toEqual([row("one")]);
    controlled.changed("Secret", second, first);
    expect(controlled.of("uid-1")).toEqual([]);
    expect(controlled.of("uid-2")).toEqual([row("one")]);
    controlled.changed("Secret", none, second);
    expect(controlled.of("uid-2")).toEqual([]);
  });

  it("are shown as they were seen last", () => {
    const controlled = createControlledTargets();
    const [first, second] = [secret("one", "uid-1"), secret("one", "uid-1")];
    controlled.changed("Secret", first, undefined);
    controlled.changed("Secret", secret("two", "uid-1"), undefined);
    controlled.changed("Secret", second, first);
    expect(controlled.of("uid-1").map(({ object }) => object.metadata.name)).toEqual(["two", "one"]);
    expect(controlled.of("uid-1")[1]?.object).toBe(second);
  });

  it("are of ExternalValues alone", () => {
    const controlled = createControlledTargets();
    controlled.changed("Secret", secret("one", "uid-1", "Deployment"), undefined);
    expect(controlled.of("uid-1")).toEqual([]);
  });
});
