import { type QuotaNeeds, quotaNeeds } from "./calendar/quota-needs.ts";
import { createContentMemory } from "./memory/content-memory.ts";
import type { PlaneOptions, ReaderOptions } from "./plane-options.ts";
import type { Reader, Subscriptions } from "./reader.ts";
import { dropContent } from "./reading/entry.ts";
import { createReaderUnit, type ReaderUnit } from "./reading/reader-unit.ts";
import { createSubscribers } from "./reading/subscribers.ts";

/** All readers of the process, with one memory, one book of subscribers and one listener (architecture.md, "The reading plane"). */
export interface ReadingPlane extends Subscriptions {
  /**
   * The reader of this recipe and region: the same object for the same id and region. Passed again, limits and account are
   * taken over, and service calls and failover are not: look with `find` before making those anew.
   */
  reader(options: ReaderOptions): Reader;
  find(id: string, region: string): Reader | undefined;
  /**
   * Closes the reader, and those of its service calls that no other reader has, unless a subscriber still wants something
   * of it.
   * @returns whether it was closed.
   */
  release(reader: Reader): boolean;
  /**
   * Closes every reader of which nobody wants anything: stores are edited and go, and with them identities.
   * @returns those that were closed.
   */
  releaseUnwanted(): readonly Reader[];
  /** Undefined: not known (yet). */
  accountOf(reader: Reader): string | undefined;
  /** Where the reader's secrets came from last: its own region, or that of a replica. */
  activeRegion(reader: Reader): string;
  /**
   * What the polls need of the quota that this reader has in common with the others of its account and region, against
   * its own limits: for the store's status.
   */
  quotaNeeds(reader: Reader): QuotaNeeds;
  /** How long the calendar has let a due poll lie, in milliseconds: near 0, unless a timer was lost. For liveness. */
  overdueMs(): number;
  /** Ends every timer and closes all service calls. Reads under way get the failure that closing brings. */
  close(): void;
}

export function createPlane(options: PlaneOptions): ReadingPlane {
  const memory = createContentMemory(options.cacheBytes, dropContent);
  const units = new Map<string, ReaderUnit>();

  /** Undefined: it was released, or belongs to another plane. */
  const findOwner = (reader: Reader): ReaderUnit | undefined => {
    const unit = units.get(addressOf(reader.id, reader.region));
    return unit?.reader === reader ? unit : undefined;
  };
  const ownerOf = (reader: Reader): ReaderUnit => {
    const unit = findOwner(reader);
    if (unit === undefined) {
      throw new Error(`reader ${reader.id} in ${reader.region} was released, or belongs to another plane`);
    }
    return unit;
  };
  const subscribers = createSubscribers({ ownerOf, findOwner });
  const closeUnit = (unit: ReaderUnit): void => {
    unit.close();
    const inUse = new Set([...units.values()].flatMap(({ calls }) => calls));
    for (const calls of new Set(unit.calls)) {
      if (!inUse.has(calls)) {
        calls.close();
      }
    }
  };
  const release = (reader: Reader): boolean => {
    const unit = findOwner(reader);
    if (unit === undefined || unit.isWanted()) {
      return false;
    }
    units.delete(addressOf(reader.id, reader.region));
    closeUnit(unit);
    return true;
  };
  return {
    reader(readerOptions) {
      const address = addressOf(readerOptions.id, readerOptions.region);
      const unit = units.get(address) ?? createReaderUnit(readerOptions, { ...options, memory });
      unit.update(readerOptions);
      units.set(address, unit);
      return unit.reader;
    },
    find: (id, region) => units.get(addressOf(id, region))?.reader,
    subscribe: subscribers.replace,
    unsubscribe: (subscriber) => subscribers.replace(subscriber, []),
    release,
    releaseUnwanted: () => [...units.values()].map(({ reader }) => reader).filter(release),
    accountOf: (reader) => ownerOf(reader).account(),
    activeRegion: (reader) => ownerOf(reader).activeRegion(),
    overdueMs: () => Math.max(0, ...[...units.values()].map((unit) => unit.overdueMs())),
    quotaNeeds(reader) {
      const unit = ownerOf(reader);
      const sharers = [...units.values()].filter((other) => other === unit || sharesQuota(other, unit));
      return quotaNeeds(
        sharers.flatMap((sharer) => sharer.loads()),
        unit.limits(),
      );
    },
    close() {
      for (const [address, unit] of units) {
        units.delete(address);
        closeUnit(unit);
      }
    },
  };
}

function sharesQuota(a: ReaderUnit, b: ReaderUnit): boolean {
  return a.account() !== undefined && a.account() === b.account() && a.reader.region === b.reader.region;
}

function addressOf(id: string, region: string): string {
  return JSON.stringify([id, region]);
}
