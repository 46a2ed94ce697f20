import { setTimeout as sleep } from "node:timers/promises";
import type { ValueRef } from "../../src/api/source.ts";
import { hop, startReadingBench, visitAll } from "./reading-bench.ts";
import type { Row } from "./report.ts";

const recipes = 10;

/**
 * Calls to STS of ten recipes: a ServiceAccount each, then a role that is theirs, then one of another team. One call a
 * step and lifetime, whatever is read with them.
 */
export async function tokensPerRecipe({
  intervalSeconds,
}: {
  readonly intervalSeconds: number;
}): Promise<readonly Row[]> {
  const bench = await startReadingBench();
  try {
    await bench.fake.putParameters({ namePrefix: "/p/", count: 100, bytes: 20 });
    const refs = Array.from({ length: 100 }, (_, index): ValueRef => ({ kind: "parameter", name: `/p/${index}` }));
    for (let index = 0; index < recipes; index += 1) {
      const base = {
        kind: "serviceAccount" as const,
        namespace: `team-${index}`,
        name: "reader",
        roleArn: hop(`entry-${index}`).roleArn,
        sessionName: "bench",
      };
      const reader = bench.reader(bench.recipe({ base, hops: [hop(`middle-${index}`), hop(`last-${index}`)] }));
      await visitAll(bench, [{ name: `r${index}`, reader, refs }], 5000);
    }
    await sleep(intervalSeconds * 1000);
    const { calls } = await bench.fake.counts();
    const web = calls["AssumeRoleWithWebIdentity"] ?? 0;
    const chained = calls["AssumeRole"] ?? 0;
    const scenario = "STS, 10 recipes of 3 steps";
    return [
      { scenario, measure: "AssumeRoleWithWebIdentity", value: web, unit: "calls", floor: recipes, limit: recipes },
      { scenario, measure: "AssumeRole", value: chained, unit: "calls", floor: 2 * recipes, limit: 2 * recipes },
      { scenario, measure: "GetCallerIdentity", value: calls["GetCallerIdentity"] ?? 0, unit: "calls", limit: recipes },
      { scenario, measure: "reads with them", value: calls["GetParameters"] ?? 0, unit: "calls" },
    ];
  } finally {
    await bench.close();
  }
}
