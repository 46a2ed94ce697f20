import { setTimeout as sleep } from "node:timers/promises";
import type { ValueRef } from "../../src/api/source.ts";
import { startReadingBench, visitAll } from "./reading-bench.ts";
import type { Row } from "./report.ts";

const mebibyte = 1024 * 1024;

/** Secrets of the largest size, many times what may be held. */
export async function boundedMemory(given: {
  readonly secrets: number;
  readonly intervalSeconds: number;
}): Promise<readonly Row[]> {
  const cacheBytes = 64 * mebibyte;
  const bytes = 65_536;
  const bench = await startReadingBench({ cacheBytes });
  try {
    const before = process.memoryUsage.rss();
    await bench.fake.putSecrets({ namePrefix: "big/", count: given.secrets, bytes });
    const refs = Array.from(
      { length: given.secrets },
      (_, index): ValueRef => ({ kind: "secret", secretId: `big/${index}` }),
    );
    const reader = bench.reader();
    const intervalMs = given.intervalSeconds * 1000;
    const resources = refs.map((ref, index) => ({ name: `r${index}`, reader, refs: [ref] }));
    await visitAll(bench, resources, intervalMs);
    await sleep(intervalMs);
    await bench.fake.changeAll({});
    await sleep(intervalMs);
    const held = refs.reduce((total, ref) => total + heldBytes(reader.peek(ref)?.good?.values[0]?.content), 0);
    const peak = process.resourceUsage().maxRSS * 1024;
    const scenario = `${given.secrets} secrets of 64 KB (${Math.round((given.secrets * bytes) / mebibyte)} MiB)`;
    return [
      { scenario, measure: "held in memory", value: held / mebibyte, unit: "MiB", limit: cacheBytes / mebibyte },
      { scenario, measure: "resident before", value: before / mebibyte, unit: "MiB" },
      { scenario, measure: "resident at the peak", value: peak / mebibyte, unit: "MiB" },
    ];
  } finally {
    await bench.close();
  }
}

function heldBytes(content: string | Uint8Array | undefined): number {
  return content?.length ?? 0;
}
