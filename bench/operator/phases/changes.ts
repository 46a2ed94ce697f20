import { setTimeout as sleep } from "node:timers/promises";
import type { Row } from "../../reading/report.ts";
import { createResource, deleteSecret } from "../cluster-work.ts";
import { longestBlock, metricsOf, row } from "../figures.ts";
import { percentile } from "../percentile.ts";
import { assertAlive, type Life, type Stage } from "../stage.ts";
import { keyOf, sampleResources, sharedParameter, standingResources, type WorkResource } from "../work.ts";

/** New resources while all others are refreshed: from sending the POST until a watch shows the Secret. */
export async function newResources(stage: Stage, life: Life): Promise<readonly Row[]> {
  const { work, report, secrets, adapter, controlPlane } = stage;
  report(`${work.samples} new resources, over half an interval`);
  await metricsOf(stage);
  const took = await spread(stage, sampleResources(work), async (resource) => {
    const seen = secrets.first(
      `Secret ${keyOf(resource)}`,
      ({ object, type }) => isAdded(type) && is(object, resource),
    );
    await createResource(controlPlane.admin, adapter, resource);
    return await seen;
  });
  assertAlive(life);
  return [
    ...quantiles("create → Secret", took, { p50: 40, p99: 150 }),
    ...longestBlock("create → Secret", await metricsOf(stage)),
  ];
}

/** Secrets deleted by hand while all others are refreshed: until a watch shows the new one. */
export async function deletedSecrets(stage: Stage, life: Life): Promise<readonly Row[]> {
  const { work, report, secrets, controlPlane } = stage;
  report(`${work.samples} deleted Secrets, over half an interval`);
  const readBefore = await valuesAsked(stage);
  const took = await spread(stage, standingResources(work).slice(0, work.samples), async (resource) => {
    const seen = secrets.first(
      `Secret ${keyOf(resource)}`,
      ({ object, type }) => isAdded(type) && is(object, resource),
    );
    await deleteSecret(controlPlane.admin, resource);
    return await seen;
  });
  assertAlive(life);
  const scenario = "deleted Secret back";
  const rows = quantiles(scenario, took, { p50: 30, p99: 100 });
  const readAfter = await valuesAsked(stage);
  if (readBefore === undefined || readAfter === undefined) return rows;
  return [
    ...rows,
    row(scenario, "values asked of AWS for it", [readAfter - readBefore, "values"], { floor: 0, limit: 0 }),
  ];
}

/** One parameter that all these resources share changes in AWS: until a watch shows the last Secret with it. */
export async function changedValue(
  stage: Stage,
  life: Life,
  resources: readonly WorkResource[],
): Promise<readonly Row[]> {
  const { work, report, secrets, fake } = stage;
  report("a shared parameter changes");
  await metricsOf(stage);
  const changed = secrets.all("all Secrets have the new value", resources.map(keyOf), {
    test: ({ type }) => type === "MODIFIED",
    timeoutMs: work.intervalSeconds * 3_000 + 600_000,
  });
  const begun = performance.now();
  await fake.changeAll({ namePrefix: sharedParameter });
  const { times, lastAt } = await changed;
  assertAlive(life);
  const first = times[0] ?? Number.NaN;
  const scenario = "change → all Secrets";
  return [
    // Of many resources, it is the writes that take the time.
    row(scenario, "after the change in AWS", [(lastAt - begun) / 1000, "s"], {
      ...(work.resources <= 1000 ? { limit: work.intervalSeconds * 1.5 } : {}),
    }),
    row(scenario, "from the first to the last Secret", [(lastAt - first) / 1000, "s"]),
    ...longestBlock(scenario, await metricsOf(stage), { limit: 100 }),
  ];
}

/** One after another, evenly over half an interval. Returns milliseconds each. */
async function spread(
  { work }: Stage,
  resources: readonly WorkResource[],
  run: (resource: WorkResource) => Promise<{ readonly at: number }>,
): Promise<readonly number[]> {
  const apartMs = (work.intervalSeconds * 500) / resources.length;
  const took: number[] = [];
  for (const resource of resources) {
    const begun = performance.now();
    const { at } = await run(resource);
    took.push(at - begun);
    await sleep(Math.max(apartMs - (performance.now() - begun), 0));
  }
  return took;
}

function quantiles(scenario: string, took: readonly number[], limits: { readonly p50: number; readonly p99: number }) {
  return [
    row(scenario, "p50", [percentile(took, 0.5), "ms"], { limit: limits.p50 }),
    row(scenario, "p99", [percentile(took, 0.99), "ms"], { limit: limits.p99 }),
  ];
}

async function valuesAsked(stage: Stage): Promise<number | undefined> {
  return (await metricsOf(stage))?.sum("externalvalues_values_read_total", { from: "aws" });
}

const isAdded = (type: string): boolean => type === "ADDED";

function is(
  { metadata }: { readonly metadata: { readonly namespace?: string; readonly name: string } },
  of: WorkResource,
) {
  return metadata.name === of.name && metadata.namespace === of.namespace;
}
