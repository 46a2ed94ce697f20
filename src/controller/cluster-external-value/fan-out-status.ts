import { type Condition, type Failure, type Reason, reasons } from "../../api/conditions.ts";

/** What is written to `status` of a ClusterExternalValue. */
export interface FanOutStatus {
  readonly observedGeneration: number;
  readonly conditions: readonly Condition[];
  readonly namespaces: { readonly matching: number; readonly ready: number; readonly failing: number };
  /** The first fifty. */
  readonly failing: readonly FailingNamespace[];
}

export interface FailingNamespace {
  readonly namespace: string;
  readonly reason: string;
  readonly message: string;
}

export interface FanOutFacts {
  readonly generation: number;
  readonly matching: number;
  readonly ready: number;
  /** In order of names. */
  readonly failing: readonly FailingNamespace[];
  /** Named in the spec, and not there. */
  readonly absent: readonly string[];
}

// Of the CRD.
const mostNamed = 50;
const longestMessage = 1_000;
// A condition is read by people.
const mostInMessage = 3;

/** Counts, names and conditions. Ready: every namespace that matches has its values. Pure. */
export function fanOutStatus(facts: FanOutFacts): FanOutStatus {
  const { generation, matching, ready, failing } = facts;
  return {
    observedGeneration: generation,
    conditions: conditionsOf(facts),
    namespaces: { matching, ready, failing: failing.length },
    failing: failing.slice(0, mostNamed).map((entry) => ({ ...entry, message: bounded(entry.message) })),
  };
}

/** The spec cannot be served: what stands stays, and so do its counts. */
export function refusedStatus(generation: number, failure: Failure, previous: Partial<FanOutStatus>): FanOutStatus {
  const { namespaces = { matching: 0, ready: 0, failing: 0 }, failing = [] } = previous;
  const { reason } = failure;
  const message = bounded(failure.message);
  const conditions = [condition("Ready", "False", reason, message), stalled(reason, message), notDegraded];
  return { observedGeneration: generation, conditions, namespaces, failing };
}

function conditionsOf({ matching, ready, failing, absent }: FanOutFacts): readonly Condition[] {
  const missing = absent.length > 0 ? `; not there yet: ${listed(absent)}` : "";
  const count = `${ready} of ${matching} ${matching === 1 ? "namespace" : "namespaces"} ready`;
  const primary = primaryOf(failing);
  if (primary) {
    const names = failing.map(({ namespace, reason }) => `${namespace} (${reason})`);
    const message = `${count}; failing: ${listed(names)}${missing}`;
    return [condition("Ready", "False", primary.reason, message), stalled(primary.reason, message), notDegraded];
  }
  const message = `${count}${missing}`;
  const done = ready === matching;
  return [
    condition("Ready", done ? "True" : "Unknown", done ? "Synced" : "Progressing", message),
    notStalled,
    notDegraded,
  ];
}

/** What a user must act on before what may heal, and that before what passes. */
function primaryOf(failing: readonly FailingNamespace[]): FailingNamespace | undefined {
  for (const kind of ["bug", "edit", "heal", "wait"]) {
    const found = failing.find(({ reason }) => kindOf(reason) === kind);
    if (found) return found;
  }
  return failing[0];
}

const kindOf = (reason: string): string => reasons[reason as Reason] ?? "heal";

function listed(names: readonly string[]): string {
  const more = names.length - mostInMessage;
  return names.slice(0, mostInMessage).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function bounded(message: string): string {
  return message.length <= longestMessage ? message : `${message.slice(0, longestMessage - 1)}…`;
}

function condition(type: Condition["type"], status: Condition["status"], reason: string, message: string): Condition {
  return { type, status, reason, message };
}

const notStalled = condition("Stalled", "False", "NotStalled", "");
const notDegraded = condition("Degraded", "False", "NotDegraded", "");

function stalled(reason: string, message: string): Condition {
  return kindOf(reason) === "edit" ? condition("Stalled", "True", reason, message) : notStalled;
}
