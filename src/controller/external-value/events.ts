import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { TargetMemo } from "../target/observation.ts";
import type { TargetDecision } from "./decide.ts";
import type { EventSink } from "./services.ts";
import type { StatusModel } from "./status-model.ts";

const verbs = { create: "Created", update: "Updated", recreate: "Recreated" } as const;

/** One Event for each write of a target: names and counts, never a value. */
export function recordWrite(
  decision: TargetDecision,
  memo: TargetMemo,
  about: KubernetesObject,
  events: EventSink,
): void {
  if (decision.kind !== "planned" || decision.plan.action !== "write") return;
  const { plan, composed } = decision;
  const repaired = plan.how !== "create" && !plan.dataChanged;
  const reason = repaired ? "Repaired" : verbs[plan.how];
  const taken = [...plan.takenOver].map(([key, manager]) => `${key} from ${manager}`);
  const suffix = taken.length > 0 ? `; took over ${taken.slice(0, 5).join(", ")}` : "";
  const count = composed.data.size === 1 ? "1 key" : `${composed.data.size} keys`;
  events.record(about, {
    type: "Normal",
    reason,
    message: `${composed.kind}/${composed.name}: ${count}, data version ${memo.dataVersion}${suffix}`,
  });
}

/** One Event for each workload that was restarted. */
export function recordRestart(
  { kind, name }: { readonly kind: string; readonly name: string },
  dataVersion: number,
  about: KubernetesObject,
  events: EventSink,
): void {
  events.record(about, {
    type: "Normal",
    reason: "Restarted",
    message: `${kind}/${name}: restarted for data version ${dataVersion}`,
  });
}

/** An Event where Ready or Degraded turned, none where nothing happened. */
export function recordOutcome(
  status: StatusModel,
  previous: StatusModel,
  about: KubernetesObject,
  events: EventSink,
): void {
  const ready = conditionIn(status, "Ready");
  const before = conditionIn(previous, "Ready");
  if (ready?.status === "False" && (before?.status !== "False" || before.reason !== ready.reason)) {
    events.record(about, { type: "Warning", reason: ready.reason, message: ready.message });
  }
  if (ready?.status === "True" && before?.status === "False") {
    events.record(about, { type: "Normal", reason: "Recovered", message: ready.message });
  }
  const degraded = conditionIn(status, "Degraded");
  if (degraded?.status === "True" && conditionIn(previous, "Degraded")?.status !== "True") {
    events.record(about, { type: "Warning", reason: degraded.reason, message: degraded.message });
  }
}

function conditionIn({ conditions }: StatusModel, type: string) {
  return conditions.find((condition) => condition.type === type);
}
