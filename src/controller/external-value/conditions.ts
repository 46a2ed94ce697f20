import { type Condition, type Failure, reasons, type TroubleKind } from "../../api/conditions.ts";

export interface Summary {
  /** What keeps targets from being written. */
  readonly failures: readonly Failure[];
  /** What is not as fresh as asked, or left at its last value. */
  readonly degraded: readonly Failure[];
  /** Some wait has lasted longer than the freshness promise allows. */
  readonly promiseBroken: boolean;
  /** Every target that the spec asks for stands, with a good content of some age. */
  readonly targetsStand: boolean;
  /** `7 keys in Secret/checkout, 2 in ConfigMap/checkout-config`. */
  readonly syncedMessage: string;
  /** The conditions as they are now. */
  readonly previous: readonly Condition[];
}

const severity: readonly TroubleKind[] = ["bug", "edit", "heal", "wait"];

/** Ready, Stalled, Degraded, always in this order, without times: the table "Conditions" of api.md. Pure. */
export function conditionsOf(summary: Summary): readonly Condition[] {
  const primary = primaryOf(summary.failures);
  if (!primary)
    return [condition("Ready", "True", "Synced", summary.syncedMessage), notStalled, degradedOf(summary.degraded)];
  const kind = reasons[primary.reason];
  if (kind === "wait") return waiting(summary, primary);
  const message = listed(summary.failures, primary);
  const stalled = kind === "edit" ? condition("Stalled", "True", primary.reason, message) : notStalled;
  return [condition("Ready", "False", primary.reason, message), stalled, notDegraded];
}

/** While a good target stands nothing changes, until the freshness promise is broken. */
function waiting(summary: Summary, primary: Failure): readonly Condition[] {
  const message = listed(summary.failures, primary);
  const ready = summary.previous.find(({ type }) => type === "Ready");
  if (!summary.targetsStand || !ready)
    return [condition("Ready", "False", primary.reason, message), notStalled, notDegraded];
  const stalled = summary.previous.find(({ type }) => type === "Stalled") ?? notStalled;
  return [
    ready,
    stalled,
    summary.promiseBroken ? condition("Degraded", "True", primary.reason, message) : degradedOf(summary.degraded),
  ];
}

/** The failure that decides: what the user must act on before what heals, and that before what passes. */
export function primaryOf(failures: readonly Failure[]): Failure | undefined {
  for (const kind of severity) {
    const found = failures.find((failure) => reasons[failure.reason] === kind);
    if (found) return found;
  }
  return undefined;
}

function degradedOf(degraded: readonly Failure[]): Condition {
  const primary = primaryOf(degraded);
  return primary ? condition("Degraded", "True", primary.reason, listed(degraded, primary)) : notDegraded;
}

/** The decisive one first, two more, then a count: a condition is read by people. */
function listed(failures: readonly Failure[], primary: Failure): string {
  const messages = [...new Set([primary.message, ...failures.map(({ message }) => message)])];
  const shown = messages.slice(0, 3).join("; ");
  const more = messages.length - 3;
  return bounded(more > 0 ? `${shown}; and ${more} more` : shown);
}

// The CRD bounds a condition's message.
const longestMessage = 2_000;

function bounded(message: string): string {
  return message.length <= longestMessage ? message : `${message.slice(0, longestMessage - 1)}…`;
}

function condition(type: Condition["type"], status: Condition["status"], reason: string, message: string): Condition {
  return { type, status, reason, message };
}

const notStalled = condition("Stalled", "False", "NotStalled", "");
const notDegraded = condition("Degraded", "False", "NotDegraded", "");

/** Suspended: Ready keeps its last state, and the message says so. */
export function suspendedConditions(previous: readonly Condition[]): readonly Condition[] {
  const ready = previous.find(({ type }) => type === "Ready");
  const message = "Suspended: nothing is read or written while spec.suspend is true";
  return [
    condition("Ready", ready?.status ?? "Unknown", ready?.reason ?? "Suspended", message),
    previous.find(({ type }) => type === "Stalled") ?? notStalled,
    previous.find(({ type }) => type === "Degraded") ?? notDegraded,
  ];
}
