import type { QuotaNeeds } from "../../aws/calendar/quota-needs.ts";
import type { ReadingPlane } from "../../aws/plane.ts";
import type { Clock } from "../clock.ts";
import { type QuotaFinding, type QuotaVerdict, quotaVerdict } from "./quota-verdict.ts";
import type { Readers } from "./readers.ts";
import type { StoreRecords } from "./store-records.ts";

/** How a store's reading goes, beyond its identity. */
export interface Standing {
  /** The shortest interval that the quota carries, in milliseconds, where more is asked. */
  readonly carriedMs: number | undefined;
  /** The replica's region that answers in place of the store's own. */
  readonly replicaRegion: string | undefined;
}

/** Looks at the readers of every store, and tells of stores whose standing changed. */
export interface StoreStandings {
  of(storeKey: string): Standing;
  /** To be called every ten seconds or so. */
  look(): void;
}

const unknown: Standing = { carriedMs: undefined, replicaRegion: undefined };

export function createStoreStandings(options: {
  readonly plane: Pick<ReadingPlane, "quotaNeeds" | "activeRegion">;
  readonly readers: Readers;
  readonly records: StoreRecords;
  readonly clock: Clock;
  readonly changed: (storeKey: string) => void;
}): StoreStandings {
  const { plane, readers, records, clock } = options;
  const standings = new Map<string, Standing>();
  const verdicts = new Map<string, QuotaVerdict>();

  const lookAt = (key: string): void => {
    const open = readers.ofStore(key);
    const verdict = quotaVerdict(
      verdicts.get(key) ?? { carriedMs: undefined },
      findingOf(open.map((reader) => plane.quotaNeeds(reader))),
      clock.now(),
    );
    verdicts.set(key, verdict);
    const replicaRegion = open
      .map((reader) => ({ reader, active: plane.activeRegion(reader) }))
      .find(({ reader, active }) => active !== reader.region)?.active;
    const last = standings.get(key) ?? unknown;
    if (last.carriedMs === verdict.carriedMs && last.replicaRegion === replicaRegion) return;
    standings.set(key, { carriedMs: verdict.carriedMs, replicaRegion });
    options.changed(key);
  };

  return {
    of: (key) => standings.get(key) ?? unknown,
    look() {
      readers.sweep();
      for (const [key, record] of records.all()) if (record.kind === "served") lookAt(key);
      for (const key of verdicts.keys()) {
        if (records.byKey(key)?.kind === "served") continue;
        verdicts.delete(key);
        standings.delete(key);
      }
    },
  };
}

/** A store is bound where one of its accounts and regions is: by the longest interval that any of them carries. */
function findingOf(needs: readonly QuotaNeeds[]): QuotaFinding {
  const carried = needs.map(({ carriedIntervalMs }) => carriedIntervalMs ?? 0);
  const longest = Math.max(0, ...carried);
  return {
    carriedMs: longest === 0 ? undefined : longest,
    saturation: Math.max(0, ...needs.flatMap(({ saturation }) => [...saturation.values()])),
  };
}
