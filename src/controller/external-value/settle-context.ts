import type { ExternalValueModel, TargetModel } from "../../api/model.ts";
import type { Result } from "../../values/contract.ts";
import type { WriteContext } from "../target/apply-target.ts";
import type { TargetMemo } from "../target/observation.ts";
import type { TargetDecision } from "./decide.ts";
import type { Entry } from "./entry.ts";
import type { TargetSight } from "./gather-targets.ts";
import type { ItemResult } from "./select.ts";
import type { Services } from "./services.ts";
import type { TargetRow, ValueRow } from "./status-model.ts";
import type { TemplateSources } from "./template-sources.ts";

/** Everything that settling the targets of one resource needs. */
export interface SettleContext {
  readonly services: Services;
  readonly model: ExternalValueModel;
  readonly entry: Entry;
  readonly items: readonly ItemResult[];
  readonly known: readonly TargetRow[];
  /** The rows of a status that was in order, and so tells where every key stands; undefined: it may not. */
  readonly rows: readonly ValueRow[] | undefined;
  readonly write: WriteContext;
  readonly templatesFrom: ReadonlyMap<TargetModel, Result<TemplateSources>>;
  /** Told of every write that was made. */
  readonly wrote: (decision: TargetDecision, memo: TargetMemo) => void;
}

/** Whether a row of the status is about a target. */
export function isRowOf(row: TargetRow, target: TargetModel): boolean {
  return row.kind === target.kind && row.name === target.name;
}

/** How the targets of a resource are looked at. */
export function sightOf({ services, model, write }: SettleContext): TargetSight {
  return {
    client: services.client,
    namespace: model.namespace,
    fieldManager: write.fieldManager,
    seen: (kind: TargetModel["kind"], name: string) =>
      services.watchedTarget(kind, model.namespace, name) !== undefined,
  };
}
