import type { Row } from "../reading/report.ts";
import { changedValue, deletedSecrets, newResources } from "./phases/changes.ts";
import { coldStart } from "./phases/cold-start.ts";
import { quietCycles } from "./phases/quiet-cycles.ts";
import { restart } from "./phases/restart.ts";
import { type StageOptions, setStage } from "./stage.ts";
import { sampleResources, standingResources } from "./work.ts";

export const phases = ["quiet", "create", "delete", "change", "restart"] as const;
export type Phase = (typeof phases)[number];

export interface RunOptions extends StageOptions {
  /** Quiet intervals to be measured. */
  readonly cycles: number;
  /** What follows the cold start. */
  readonly phases: ReadonlySet<Phase>;
}

/** The whole of the measuring, on a control plane of its own. */
export async function runBenchmark(options: RunOptions): Promise<readonly Row[]> {
  const stage = await setStage(options);
  try {
    const { life, rows: cold } = await coldStart(stage);
    const rows: Row[] = [...cold];
    const { work } = options;
    const resources = [...standingResources(work), ...(options.phases.has("create") ? sampleResources(work) : [])];
    const steps: Readonly<Record<Phase, () => Promise<readonly Row[]>>> = {
      quiet: () => quietCycles(stage, life, options.cycles),
      create: () => newResources(stage, life),
      delete: () => deletedSecrets(stage, life),
      change: () => changedValue(stage, life, resources),
      restart: () => restart(stage, life, resources.length),
    };
    for (const phase of phases) {
      if (options.phases.has(phase)) rows.push(...(await steps[phase]()));
    }
    return rows;
  } finally {
    await stage.close();
  }
}
