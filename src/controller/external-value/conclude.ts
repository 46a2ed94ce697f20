import type { Failure } from "../../api/conditions.ts";
import { reasons } from "../../api/conditions.ts";
import type { ExternalValueModel, TargetKind } from "../../api/model.ts";
import type { Verdict } from "../queue/work-queue.ts";
import type { RestartOutcome } from "../restart/settle-restarts.ts";
import type { TargetMemo } from "../target/observation.ts";
import { conditionsOf, primaryOf } from "./conditions.ts";
import type { TargetDecision } from "./decide.ts";
import { refreshEcho } from "./refresh-request.ts";
import { type Fate, rowsOf, rowsThatFit } from "./rows.ts";
import type { ItemResult } from "./select.ts";
import { isLetGo, type StatusModel, type TargetRow, type ValueRow } from "./status-model.ts";

/** A decision, and what came of carrying it out. */
export interface Settled {
  readonly decision: TargetDecision;
  /** The target as it was left; undefined where it does not stand as wanted. With `refused`: its data does. */
  readonly memo?: TargetMemo;
  readonly refused?: Failure;
  readonly dataChanged: boolean;
  /** It stood before, with some good content. */
  readonly stands: boolean;
}

export interface ConcludeInput {
  readonly model: ExternalValueModel;
  readonly items: readonly ItemResult[];
  readonly settled: readonly Settled[];
  readonly previous: StatusModel;
  /** Every row as last concluded; undefined: those of the status. */
  readonly rows?: readonly ValueRow[] | undefined;
  /** Rows of former targets that could not be removed yet. */
  readonly lingering: readonly TargetRow[];
  /** One that was to be removed was written to by somebody else. */
  readonly raced?: boolean;
  /** What is not named any more and could not be removed: it stands in nobody's way. */
  readonly unremoved?: readonly Failure[];
  /** Undefined: none are asked for. */
  readonly restarts?: RestartOutcome;
  readonly now: number;
  readonly random: () => number;
  /** Something without a watch is to be looked at again after so long. */
  readonly revisitMs?: number | undefined;
}

export interface Conclusion {
  readonly status: StatusModel;
  /** Every row, also those for which the status has no room. */
  readonly rows: readonly ValueRow[];
  readonly verdict: Verdict;
  /** Nothing failed and nothing waits. */
  readonly inOrder: boolean;
}

/** Conditions, rows and the next visit, all from what was read and done. Pure. */
export function conclude(input: ConcludeInput): Conclusion {
  const { model, items, settled, previous, restarts, now } = input;
  const failures = unique([...settled.flatMap((entry) => failuresOf(entry, input)), ...(restarts?.failures ?? [])]);
  const { unremoved = [] } = input;
  const degraded = unique([...settled.flatMap(({ decision }) => decision.selection.degraded), ...unremoved]);
  const rows = rowsOf(items, new Map(settled.map(fateOf)), input.rows ?? previous.values);
  const faulty = rows.filter((row) => row.state !== "Synced" && !isLetGo(row)).length;
  const changed = settled.some((entry) => entry.dataChanged || isUnreported(entry, previous));
  const waits = items.some(({ result }) => isWaiting(result));
  const lastChangedTime = changed ? new Date(now).toISOString().replace(/\.\d+Z$/, "Z") : previous.lastChangedTime;
  const lastHandledRefresh = waits ? previous.lastHandledRefresh : refreshEcho(model);
  const status: StatusModel = {
    observedGeneration: model.generation,
    conditions: conditionsOf({
      failures,
      degraded,
      promiseBroken: items.some(({ result }) => result.kind === "waiting" && result.promiseBroken),
      targetsStand: settled.every(({ stands }) => stands),
      syncedMessage: syncedMessage(settled),
      previous: previous.conditions,
    }),
    values: rowsThatFit(rows),
    counts: { total: rows.length, ready: rows.length - faulty, faulty },
    targets: targetRows(settled, previous, input.lingering),
    ...(restarts ? { restarts: restarts.rows, dataVersion: restarts.dataVersion } : {}),
    ...(lastChangedTime === undefined ? {} : { lastChangedTime }),
    ...(lastHandledRefresh === undefined ? {} : { lastHandledRefresh }),
    store: storeColumn(items),
  };
  const waitsForNothing = !removesMore(input) && restarts?.againMs === undefined;
  const inOrder = failures.length === 0 && degraded.length === 0 && faulty === 0 && waitsForNothing;
  return { status, rows, verdict: verdictOf(input, primaryOf(failures)), inOrder };
}

/** Not read as asked: what is not there yet, and what is served from memory while it cannot be read. */
function isWaiting(result: ItemResult["result"]): boolean {
  return result.kind === "waiting" || (result.kind === "keys" && result.freshUntil !== undefined);
}

/** What became of the keys of a target. */
function fateOf({ decision, memo }: Settled): [TargetKind, Fate] {
  const { kind, deletionPolicy } = decision.target;
  if (decision.kind === "delete") return [kind, { state: "deleted" }];
  const plan = decision.kind === "planned" ? decision.plan : undefined;
  const takenOver = plan?.action === "write" ? plan.takenOver : new Map<string, string>();
  return [kind, memo ? { state: "stands", deletionPolicy, takenOver } : { state: "frozen" }];
}

/** Data that the status does not know of yet: the process ended between the write of the target and that of the status. */
function isUnreported({ decision, memo }: Settled, previous: StatusModel): boolean {
  const { kind, name } = decision.target;
  const row = previous.targets.find((candidate) => candidate.kind === kind && candidate.name === name);
  return memo !== undefined && memo.dataVersion > (row?.dataVersion ?? 0);
}

function failuresOf({ decision, refused, stands }: Settled, input: ConcludeInput): readonly Failure[] {
  if (refused) return [refused];
  if (decision.kind === "frozen") {
    // What was right for this spec is still right, and is only degraded.
    return decision.atLast === true && stands && wasReady(input) ? [] : decision.failures;
  }
  return decision.kind === "planned" && decision.plan.action === "fail" ? [decision.plan.failure] : [];
}

function wasReady({ model, previous }: ConcludeInput): boolean {
  const ready = previous.conditions.find(({ type }) => type === "Ready");
  return ready?.status === "True" && previous.observedGeneration === model.generation;
}

function unique(failures: readonly Failure[]): Failure[] {
  return [...new Map(failures.map((failure) => [`${failure.reason} ${failure.message}`, failure])).values()];
}

/** `7 keys in Secret/checkout, 2 in ConfigMap/checkout-config`. */
function syncedMessage(settled: readonly Settled[]): string {
  return settled.flatMap(({ decision }, index) => targetMessage(decision, index === 0)).join(", ");
}

function targetMessage(decision: TargetDecision, isFirst: boolean): string[] {
  const name = `${decision.target.kind}/${decision.target.name}`;
  if (decision.kind === "delete") return [`${name} deleted: all its values are gone`];
  if (decision.kind === "frozen") return [`${name} stays with its last content`];
  if (decision.kind !== "planned") return [];
  const count = decision.composed.data.size;
  const unit = isFirst ? (count === 1 ? " key" : " keys") : "";
  return [`${count}${unit} in ${name}`];
}

/** Whether a target is as wanted. */
export function stand({ memo, decision }: Settled): boolean {
  return memo !== undefined || decision.kind === "delete";
}

/** The targets as they will stand in the status. */
export function targetRows(
  settled: readonly Settled[],
  previous: StatusModel,
  lingering: readonly TargetRow[],
): readonly TargetRow[] {
  return [...settled.flatMap((entry) => targetRow(entry, previous)), ...lingering];
}

function targetRow({ decision, memo }: Settled, previous: StatusModel): TargetRow[] {
  const { kind, name } = decision.target;
  if (memo) {
    const { uid, resourceVersion, dataVersion, merged } = memo;
    const inputs = decision.kind === "planned" && decision.inputs !== undefined ? { inputs: decision.inputs } : {};
    return [{ kind, name, uid, resourceVersion, dataVersion, ...inputs, ...(merged ? { merged } : {}) }];
  }
  if (decision.kind === "delete") return [];
  return previous.targets.filter((row) => row.kind === kind && row.name === name);
}

/** Shown by `kubectl get`: the store's name, or the first of several. */
function storeColumn(items: readonly ItemResult[]): string {
  const names = [...new Set(items.map(({ item }) => item.store.name))];
  return names.length <= 1 ? (names[0] ?? "") : `${names[0]} +${names.length - 1}`;
}

// What stands in the way carries no label of ours, so no watch tells of its change: it is looked at, without an AWS call.
const foreignTargetPollMs = 30_000;
const onForeignTargets: ReadonlySet<Failure["reason"]> = new Set(["TargetMissing", "TargetConflict", "KeyConflict"]);

const removesMore = ({ lingering, raced }: ConcludeInput): boolean => lingering.length > 0 || raced === true;

function isInTheWay({ unremoved = [] }: ConcludeInput, primary: Failure | undefined): boolean {
  return unremoved.length > 0 || (primary !== undefined && onForeignTargets.has(primary.reason));
}

/** When to come again: earliest of what the failure's kind says, a freshness promise that ends, a second look. */
function verdictOf(input: ConcludeInput, primary: Failure | undefined): Verdict {
  const { model, items, now, random, revisitMs, restarts } = input;
  const kind = primary ? reasons[primary.reason] : "none";
  if (kind === "bug" || (kind === "wait" && isUnpolled(model)) || isUnread(model, items)) return "backoff";
  const waits = [
    ...(isInTheWay(input, primary) ? [foreignTargetPollMs] : []),
    ...[revisitMs, restarts?.againMs].filter((ms) => ms !== undefined),
    ...(removesMore(input) && kind === "none" ? [1_000] : []),
    ...(kind === "none" ? [] : [model.refreshIntervalMs * (0.9 + 0.2 * random())]),
    ...items.flatMap(({ result }) => waitsOf(result, now)),
  ].filter((ms) => Number.isFinite(ms));
  return waits.length > 0 ? { afterMs: Math.max(Math.min(...waits), 1_000) } : undefined;
}

/** Without a timer no poll tries again what could not be read. */
function isUnread(model: ExternalValueModel, items: readonly ItemResult[]): boolean {
  return isUnpolled(model) && items.some(({ result }) => isWaiting(result));
}

const isUnpolled = ({ refreshPolicy }: ExternalValueModel): boolean => refreshPolicy !== "Periodic";

function waitsOf(result: ItemResult["result"], now: number): number[] {
  if (result.kind === "missing") return result.lookAgainAt === undefined ? [] : [result.lookAgainAt - now + 1_000];
  const freshUntil = result.kind === "keys" || result.kind === "waiting" ? result.freshUntil : undefined;
  return freshUntil !== undefined && freshUntil > now ? [freshUntil - now + 100] : [];
}
