import type { Condition, Failure } from "../../api/conditions.ts";
import type { ExternalValueModel } from "../../api/model.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { Line } from "../queue/fair-lines.ts";
import type { Verdict } from "../queue/work-queue.ts";
import type { Conclusion } from "./conclude.ts";
import { conditionsOf } from "./conditions.ts";
import type { Entry } from "./entry.ts";
import { recordOutcome } from "./events.ts";
import type { Services } from "./services.ts";
import type { StatusModel } from "./status-model.ts";
import { mayTellLater } from "./tell-later.ts";
import { writeStatus } from "./write-status.ts";

/** One visit to a resource. */
export interface Visit {
  readonly key: string;
  readonly line: Line;
  readonly object: KubernetesObject;
  readonly entry: Entry;
  readonly previous: StatusModel;
}

/** Writes the status, now or behind those that wait, and says when to come again. */
export async function report(
  conclusion: Conclusion,
  model: ExternalValueModel,
  visit: Visit,
  services: Services,
): Promise<Verdict> {
  if (othersWait(visit, services) && mayTellLater(model, conclusion, visit)) {
    visit.entry.untold = conclusion.status;
    return behindOthers;
  }
  await finish(conclusion.status, visit, services);
  return conclusion.verdict;
}

const behindOthers: Verdict = { afterMs: 0, line: "refresh" };

function othersWait({ line }: Visit, { waiting }: Services): boolean {
  return line === "interactive" && waiting() > 0;
}

/** A status that could wait: told when nobody is waiting, or when its turn behind them has come. */
export async function tell(visit: Visit, services: Services): Promise<Verdict> {
  const { untold } = visit.entry;
  if (untold === undefined) return undefined;
  if (othersWait(visit, services)) return behindOthers;
  await finish(untold, visit, services);
  return undefined;
}

/** Says in the status what the queue logs. A status that cannot be written must not hide the trouble. */
export async function admit(trouble: Failure, visit: Visit, services: Services): Promise<void> {
  delete visit.entry.settledInputs;
  const status = { ...visit.previous, conditions: failed(trouble, visit.previous) };
  await finish(status, visit, services).catch(() => undefined);
}

/** The conditions where nothing can be done but to say why. */
export function failed(failure: Failure, { conditions: previous }: StatusModel): readonly Condition[] {
  const standing = { degraded: [], promiseBroken: false, targetsStand: false, syncedMessage: "" };
  return conditionsOf({ ...standing, failures: [failure], previous });
}

/**
 * Writes the status, unless another replica does by now. One that could not be written is concluded anew at the next
 * visit, which must not find all settled.
 */
export async function finish(
  status: StatusModel,
  { key, object, entry, previous }: Visit,
  services: Services,
): Promise<void> {
  const owns = () => services.owns(key);
  const { settledInputs } = entry;
  entry.settledInputs = undefined;
  if (!owns()) return;
  entry.untold = undefined;
  entry.conditions = status.conditions;
  const isOurs = await writeStatus(entry, object, status, { client: services.client, owns });
  if (settledInputs !== undefined) entry.settledInputs = settledInputs;
  if (isOurs) recordOutcome(status, previous, object, services.events);
}
