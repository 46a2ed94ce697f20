import { matchesSelector } from "../../aws/access/label-selector.ts";
import { type ChildObject, isInStep, parentOf, standingOf } from "./child.ts";
import type { FanOutModel } from "./fan-out-model.ts";

/** A namespace as watched. */
export interface NamespaceFacts {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** It is being deleted: nothing can be made in it, and what is in it goes by itself. */
  readonly deleting: boolean;
}

export interface FanOutInput {
  readonly model: FanOutModel;
  readonly namespaces: Iterable<NamespaceFacts>;
  /** The ExternalValue of a name in a namespace, whoever's. */
  readonly find: (namespace: string, name: string) => ChildObject | undefined;
  /** All that this ClusterExternalValue controls. */
  readonly children: Iterable<ChildObject>;
}

export interface FanOutPlan {
  /** Sorted. */
  readonly matching: readonly string[];
  readonly create: readonly string[];
  readonly update: readonly ChildObject[];
  readonly remove: readonly ChildObject[];
  /** Namespaces where an ExternalValue of that name belongs to somebody else. */
  readonly conflicts: readonly string[];
  /** Named in the spec, and not there. */
  readonly absent: readonly string[];
}

/** What is to be made, changed and removed. Pure. */
export function planFanOut({ model, namespaces, find, children }: FanOutInput): FanOutPlan {
  const known = new Map([...namespaces].map((namespace) => [namespace.name, namespace]));
  const matching = [...known.values()].filter((namespace) => !namespace.deleting && matches(namespace, model));
  const names = matching.map(({ name }) => name).sort();
  const present = names.map((name) => ({ name, child: find(name, model.child.name) }));
  const isOurs = (child: ChildObject): boolean => parentOf(child)?.uid === model.uid;
  const living = present.flatMap(({ child }) => (child && child.metadata.deletionTimestamp === undefined ? child : []));
  const matched = new Set(names);
  const isSurplus = ({ metadata }: ChildObject): boolean => {
    const namespace = known.get(metadata.namespace ?? "");
    if (!namespace || namespace.deleting || metadata.deletionTimestamp !== undefined) return false;
    if (!matched.has(namespace.name)) return true;
    return metadata.name !== model.child.name && hasSuccessor(find(namespace.name, model.child.name), model);
  };
  return {
    matching: names,
    create: present.flatMap(({ name, child }) => (child ? [] : name)),
    update: living.filter((child) => isOurs(child) && !isInStep(child, model.child)),
    remove: [...children].filter(isSurplus),
    conflicts: living.filter((child) => !isOurs(child)).map(({ metadata }) => metadata.namespace ?? ""),
    absent: model.namespaces.filter((name) => !known.has(name)),
  };
}

/** Whether a namespace is to have an ExternalValue, by name or by label. */
export function matches({ name, labels }: NamespaceFacts, { selectors, namespaces }: FanOutModel): boolean {
  return namespaces.includes(name) || selectors.some((selector) => matchesSelector(selector, labels));
}

/**
 * After a rename the new one stands before the old one goes. One that waits for a target which the old one still holds
 * cannot stand before.
 */
function hasSuccessor(child: ChildObject | undefined, model: FanOutModel): boolean {
  if (!child || parentOf(child)?.uid !== model.uid) return false;
  const standing = standingOf(child);
  return standing.kind === "ready" || (standing.kind === "failing" && standing.reason === "TargetConflict");
}
