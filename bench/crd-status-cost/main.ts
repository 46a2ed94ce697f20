import { startControlPlane } from "../../test/support/control-plane.ts";
import { cpuMilliseconds, median } from "./measure.ts";
import { createSample, writeStatus } from "./sample.ts";
import { groups, installVariants, type Variant } from "./variants.ts";

/*
 * What the rules of an ExternalValue cost the API server at each write of its status: the same writes to the CRD as it
 * is and to a copy without rules, in turn, by the CPU time of the API server. Linux only.
 *
 *   node bench/crd-status-cost/main.ts
 */

const rounds = 7;
const sizes = [
  { keys: 8, writes: 300 },
  { keys: 64, writes: 100 },
  { keys: 256, writes: 40 },
] as const;
const variants: readonly Variant[] = ["unruled", "ruled"];

const controlPlane = await startControlPlane();
try {
  const apiServer = controlPlane.processes.find(({ name }) => name === "kube-apiserver");
  if (!apiServer) throw new Error("the control plane has no kube-apiserver");
  await installVariants(controlPlane.admin);
  process.stdout.write("keys  CPU ms a status write: without rules  with rules  added\n");
  for (const size of sizes) process.stdout.write(`${line(size.keys, await compare(apiServer.pid, size))}\n`);
} finally {
  await controlPlane.stop();
}

async function compare(pid: number, { keys, writes }: (typeof sizes)[number]): Promise<Record<Variant, number>> {
  const samples: Record<Variant, number[]> = { ruled: [], unruled: [] };
  const objects = {
    ruled: await createSample(controlPlane.admin, groups.ruled, keys),
    unruled: await createSample(controlPlane.admin, groups.unruled, keys),
  };
  for (let round = 0; round < rounds; round += 1) {
    for (const variant of variants) {
      const before = cpuMilliseconds(pid);
      for (let write = 0; write < writes; write += 1) {
        await writeStatus(controlPlane.admin, objects[variant], keys, round * writes + write);
      }
      samples[variant].push((cpuMilliseconds(pid) - before) / writes);
    }
  }
  return { ruled: median(samples.ruled), unruled: median(samples.unruled) };
}

function line(keys: number, { ruled, unruled }: Record<Variant, number>): string {
  const share = Math.round((ruled / unruled - 1) * 100);
  return `${String(keys).padStart(4)}  ${unruled.toFixed(2).padStart(39)}  ${ruled.toFixed(2).padStart(10)}  ${(ruled - unruled).toFixed(2)} (${share} %)`;
}
