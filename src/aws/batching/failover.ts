import { formatArn, parseArn } from "../../api/arn.ts";
import type { SecretRef, SourceValue } from "../../api/source.ts";
import type { ServiceCalls } from "../calls.ts";
import type { Ask, Outcome, Outcomes } from "./outcome.ts";

/** One failover region. */
export interface Replica {
  readonly region: string;
  readonly calls: ServiceCalls;
}

/** The ARN with another region; a name, or an ARN of a third region, as it is. */
export function mapRegion(id: string, from: string, to: string): string {
  const arn = parseArn(id);
  return arn?.region === from ? formatArn({ ...arn, region: to }) : id;
}

/**
 * Asks the replicas, in order, for what the primary could not say because it is down. A replica that does not have a
 * secret or does not let it be read changes nothing: it is the primary's outage still (api.md, "Failover").
 */
export async function failOver<R extends Replica>(
  asks: readonly Ask<SecretRef>[],
  outcomes: Outcomes,
  options: {
    readonly region: string;
    readonly replicas: readonly R[];
    readonly read: (asks: readonly Ask<SecretRef>[], replica: R) => Promise<Outcomes>;
  },
): Promise<Outcomes> {
  const merged: Outcomes = new Map(outcomes);
  for (const replica of options.replicas) {
    const left = asks.filter((ask) => isOutage(merged.get(ask.key)));
    if (left.length === 0) {
      break;
    }
    const there = left.map(({ key, ref }) => ({
      key,
      ref: { ...ref, secretId: mapRegion(ref.secretId, options.region, replica.region) },
    }));
    for (const [key, outcome] of await options.read(there, replica)) {
      if (outcome.ok) {
        const values = outcome.values.map((value) => home(value, replica.region, options.region));
        merged.set(key, { ok: true, values, replicaRegion: replica.region });
      }
    }
  }
  return merged;
}

function isOutage(outcome: Outcome | undefined): boolean {
  return outcome !== undefined && !outcome.ok && outcome.error.kind === "unavailable";
}

/** A replica has its primary's VersionIds: under the primary's ARN the same version counts as the same. */
function home(value: SourceValue, replica: string, primary: string): SourceValue {
  const arn = mapRegion(value.arn, replica, primary);
  return { ...value, arn, versionKey: `${arn}#${value.version}` };
}
