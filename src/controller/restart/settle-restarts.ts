import type { Failure } from "../../api/conditions.ts";
import type { ExternalValueModel } from "../../api/model.ts";
import type { KubernetesClient } from "../../kubernetes/client.ts";
import { fieldManagerFor } from "../../kubernetes/field-manager.ts";
import type { RestartRow, StatusModel, TargetRow } from "../external-value/status-model.ts";
import { combinedDataVersion, hasGrown, numberOf } from "./data-version.ts";
import { findWorkloads, mostWorkloads } from "./find-workloads.ts";
import type { RestartPace } from "./pace.ts";
import { planRestarts, type RestartPlan, sortedRows } from "./plan-restarts.ts";
import { restartWorkload } from "./restart-workload.ts";
import type { Workload } from "./workload.ts";

/** What came of the restarts of one resource. */
export interface RestartOutcome {
  readonly rows: readonly RestartRow[];
  readonly dataVersion: number;
  readonly failures: readonly Failure[];
  /** To be looked at again after so long: a turn that has to be waited for, a workload that is not there yet. */
  readonly againMs?: number;
}

/** What a process remembers of changes, since an error may come before the restarts or the status that tells of them. */
export interface ChangeMemory {
  /** Data was changed, and the change was given no number yet. */
  unnumbered?: boolean | undefined;
  /** The last number that was given to a change. */
  lastNumber?: number | undefined;
}

export interface SettleRestarts {
  readonly model: ExternalValueModel;
  readonly previous: StatusModel;
  /** The targets as they will stand in the status. */
  readonly targets: readonly TargetRow[];
  /** Kept over visits, and brought up to date. */
  readonly memory: ChangeMemory;
  /** Every target stands as wanted: only then restarts follow. */
  readonly allStand: boolean;
  readonly client: KubernetesClient;
  readonly pace: RestartPace;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Told of every restart. */
  readonly restarted: (workload: Workload, dataVersion: number) => void;
}

// A workload that is not there is polled, as a target is.
const missingPollMs = 30_000;
// A workload that others keep writing to.
const racedMs = 1_000;

/** Restarts what lags behind the data; undefined: nothing is asked for. */
export async function settleRestarts(input: SettleRestarts): Promise<RestartOutcome | undefined> {
  const { model, previous, targets, allStand } = input;
  if (model.restart.length === 0) return undefined;
  const counted = combinedDataVersion(previous.dataVersion, previous.targets, targets);
  if (!mustLook(input, counted)) return { rows: previous.restarts ?? [], dataVersion: counted, failures: [] };
  const found = await findWorkloads(model, input.client);
  const { dataVersion, lastDataVersion, rows } = giveNumber(input, counted, found.workloads);
  const plan = planRestarts({ ...found, rows, lastDataVersion, dataVersion });
  // What could not be read keeps its row, as far as there is room: a status with more is refused as a whole.
  const room = mostWorkloads - plan.rows.length - plan.due.length;
  const kept = found.failures.length > 0 ? rows.filter((row) => !isPlanned(row, plan)).slice(0, Math.max(0, room)) : [];
  const standing = [...plan.rows, ...kept];
  if (!allStand) {
    const waiting = plan.due.map(({ row }) => row);
    return { rows: sortedRows([...standing, ...waiting]), dataVersion, failures: [] };
  }
  const done = await restartDue(plan, dataVersion, input);
  const waits = [...done.waits, ...(found.missing.length > 0 ? [missingPollMs] : [])];
  return {
    rows: sortedRows([...standing, ...done.rows]),
    dataVersion,
    failures: [...found.failures, ...done.failures, ...plan.overdue.map(missingWorkload)],
    ...(waits.length > 0 ? { againMs: Math.min(...waits) } : {}),
  };
}

/** Where nothing has changed, the rows that are in step go along with a number that is raised: nobody is restarted for it. */
function giveNumber({ previous, memory }: SettleRestarts, counted: number, workloads: readonly Workload[]) {
  const { dataVersion: told, restarts: rows = [] } = previous;
  const count = { told, counted, isNew: memory.unnumbered === true, given: memory.lastNumber };
  const dataVersion = numberOf(
    count,
    workloads.map(({ marked }) => marked),
  );
  memory.unnumbered = false;
  if (hasGrown(count)) {
    memory.lastNumber = dataVersion;
    return { dataVersion, lastDataVersion: told, rows };
  }
  const raised = rows.map((row) => (row.dataVersion === told ? { ...row, dataVersion } : row));
  return { dataVersion, lastDataVersion: dataVersion, rows: raised };
}

/** In step and looked at before, with the same spec: the API server is not asked. */
function mustLook({ model, previous }: SettleRestarts, dataVersion: number): boolean {
  return (
    previous.dataVersion !== dataVersion ||
    previous.observedGeneration !== model.generation ||
    previous.conditions.some(({ reason }) => reason === "RestartFailed") ||
    (previous.restarts ?? []).some((row) => row.uid === undefined || row.dataVersion !== dataVersion)
  );
}

/** One after the other: the pace decides when, and a resource rarely has more than a few. */
async function restartDue({ due }: RestartPlan, dataVersion: number, input: SettleRestarts) {
  const attempts: Attempt[] = [];
  for (const { workload, row } of due) attempts.push(await restartOne(workload, row, dataVersion, input));
  return {
    rows: attempts.map(({ row }) => row),
    failures: attempts.flatMap(({ failure }) => failure ?? []),
    waits: attempts.flatMap(({ waitMs }) => waitMs ?? []),
  };
}

interface Attempt {
  readonly row: RestartRow;
  readonly failure?: Failure;
  readonly waitMs?: number;
}

async function restartOne(
  workload: Workload,
  row: RestartRow,
  dataVersion: number,
  { model, client, pace, now, restarted }: SettleRestarts,
): Promise<Attempt> {
  const waitMs = pace.take(`${model.namespace}/${workload.kind}/${workload.name}`);
  if (waitMs > 0) return { row, waitMs };
  const request = { dataVersion, cause: model, now: new Date(now).toISOString().replace(/\.\d+Z$/, "Z") };
  const context = { client, namespace: model.namespace, fieldManager: fieldManagerFor(model.name) };
  const result = await restartWorkload(workload, request, context);
  if (result === "raced") return { row, waitMs: racedMs };
  if (typeof result === "object") return { row, failure: result.failure };
  if (result === "restarted") restarted(workload, dataVersion);
  return { row: { ...row, dataVersion } };
}

function isPlanned({ kind, name }: RestartRow, plan: RestartPlan): boolean {
  return [...plan.rows, ...plan.due.map(({ row }) => row)].some((row) => row.kind === kind && row.name === name);
}

function missingWorkload({ kind, name }: RestartRow): Failure {
  return {
    reason: "RestartFailed",
    message: `${kind}/${name}, named in spec.restart, does not exist and so was not restarted for the new data; create it or correct spec.restart`,
  };
}
