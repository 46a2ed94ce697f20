import { holdersBelow } from "../target/managed-fields.ts";
import { type ChildObject, fanOutFieldManager, newChild } from "./child.ts";
import type { FanOutModel } from "./fan-out-model.ts";

/**
 * The merge patch that makes an ExternalValue, just read, what the template asks for: in exactly the state in which it was
 * read, without its labels and annotations that this operator put there and that are asked for no longer. Others' stay.
 */
export function childPatch(live: ChildObject, model: FanOutModel): object {
  const { metadata, spec } = newChild(model, live.metadata.namespace ?? "");
  return {
    metadata: {
      uid: live.metadata.uid,
      resourceVersion: live.metadata.resourceVersion,
      labels: { ...withdrawn(live, "labels", metadata.labels ?? {}), ...metadata.labels },
      annotations: { ...withdrawn(live, "annotations", metadata.annotations ?? {}), ...metadata.annotations },
    },
    spec: differenceOf(live.spec, spec),
  };
}

function withdrawn(live: ChildObject, field: "labels" | "annotations", wanted: Readonly<Record<string, string>>) {
  const held = holdersBelow(live.metadata.managedFields ?? [], ["metadata", field]);
  const names = [...held].filter(
    ([name, holders]) => holders.includes(fanOutFieldManager) && !Object.hasOwn(wanted, name),
  );
  return Object.fromEntries(names.map(([name]) => [name, null]));
}

/** RFC 7386: objects are merged field by field, null takes one away, lists and all else are replaced as a whole. */
export function differenceOf(from: unknown, to: unknown): unknown {
  if (!isRecord(from) || !isRecord(to)) return to;
  const removed = Object.keys(from).filter((name) => !Object.hasOwn(to, name));
  return {
    ...Object.fromEntries(Object.entries(to).map(([name, value]) => [name, differenceOf(from[name], value)])),
    ...Object.fromEntries(removed.map((name) => [name, null])),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
