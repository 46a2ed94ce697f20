import type { ExternalValueModel } from "../../api/model.ts";
import { fieldManagerFor } from "../../kubernetes/field-manager.ts";
import type { Verdict } from "../queue/work-queue.ts";
import { type RestartOutcome, type SettleRestarts, settleRestarts } from "../restart/settle-restarts.ts";
import type { WriteContext } from "../target/apply-target.ts";
import { type Conclusion, conclude, stand, targetRows } from "./conclude.ts";
import { type Entry, forgetTargets } from "./entry.ts";
import { recordRestart, recordWrite } from "./events.ts";
import { type FormerTargets, type FormerTargetsInput, removeFormerTargets } from "./former-targets.ts";
import type { ShapedItems } from "./read-items.ts";
import { report, type Visit } from "./report.ts";
import type { Services } from "./services.ts";
import { settleTargets } from "./settle.ts";
import { sights } from "./sights.ts";
import { hasCondition, type StatusModel } from "./status-model.ts";
import { rememberSpared, straysOf } from "./strays.ts";
import { hasTemplateSources, readTemplateSources } from "./template-sources.ts";

/** From what was read to targets, workloads and status. */
export async function settleVisit(
  model: ExternalValueModel,
  read: ShapedItems,
  visit: Visit,
  services: Services,
): Promise<Verdict> {
  const { object, entry, previous } = visit;
  const write = {
    client: services.client,
    owner: { namespace: model.namespace, name: model.name, uid: model.uid },
    fieldManager: fieldManagerFor(model.name),
  };
  const sightsBefore = sights(model, entry);
  const settled = await settleTargets({
    services,
    model,
    entry,
    items: read.items,
    known: previous.targets,
    rows: wasInOrder(previous) ? (entry.rows ?? previous.values) : undefined,
    write,
    templatesFrom: await readTemplateSources(model, services.client),
    wrote: (decision, memo) => recordWrite(decision, memo, object, services.events),
  });
  const former = await removeFormer({ model, items: read.items, settled }, write, visit, services);
  forgetTargets(entry, model, former.removed);
  const targets = targetRows(settled, previous, former.lingering);
  const restarts = await restart({ model, targets, allStand: settled.every(stand) }, visit, services);
  const conclusion = conclude({
    model,
    items: read.items,
    settled,
    previous,
    rows: entry.rows,
    lingering: former.lingering,
    raced: former.raced,
    unremoved: former.unremoved,
    ...(restarts ? { restarts } : {}),
    now: services.clock.now(),
    random: services.random,
    revisitMs: hasTemplateSources(model) ? model.refreshIntervalMs : undefined,
  });
  remember(entry, conclusion, read.inputs);
  const verdict = await report(conclusion, model, visit, services);
  const touched = sights(model, entry).some(
    (sight, index) => sight.suspect && sight.text !== sightsBefore[index]?.text,
  );
  return touched ? { afterMs: 0, line: "interactive" } : verdict;
}

async function removeFormer(
  wanted: Pick<FormerTargetsInput, "model" | "items" | "settled">,
  write: WriteContext,
  { entry, previous }: Visit,
  services: Services,
): Promise<FormerTargets> {
  const strays = straysOf(wanted.model, entry, services);
  const former = await removeFormerTargets({ ...wanted, known: previous.targets, strays }, write);
  rememberSpared(entry, former.spared, services.controlledTargets(wanted.model.uid));
  return former;
}

function wasInOrder(status: StatusModel): boolean {
  return hasCondition(status, "Ready", "True") && !hasCondition(status, "Degraded", "True");
}

/** What the next visit can spare itself, and the rows that found no room. */
function remember(entry: Entry, { status, rows, inOrder }: Conclusion, inputs: string | undefined): void {
  entry.settledInputs = inOrder ? inputs : undefined;
  entry.rows = rows.length > status.values.length ? rows : undefined;
}

async function restart(
  wanted: Pick<SettleRestarts, "model" | "targets" | "allStand">,
  { object, entry, previous }: Visit,
  { client, restarts, clock, events }: Services,
): Promise<RestartOutcome | undefined> {
  if (!restarts) return undefined;
  return await settleRestarts({
    ...wanted,
    previous,
    memory: entry,
    client,
    pace: restarts.pace,
    now: clock.now(),
    restarted: (workload, dataVersion) => recordRestart(workload, dataVersion, object, events),
  });
}
