import { holderOf, type Lease } from "./lease.ts";

/** Judges whether other holders live by when this process last saw their Leases change, never by their clocks. */
export interface LeaseObserver {
  /**
   * Takes note of a complete list: what it shows had not changed again when the list was *sent*. An answer that was long
   * on its way says nothing about the time since.
   */
  observe(leases: readonly Lease[], sentAt: number, receivedAt: number): void;
  /** Held, and not proven unchanged for its own duration. A Lease seen for the first time counts as just changed. */
  isLive(lease: Lease): boolean;
  /** For how many milliseconds the Lease is known not to have changed. */
  unchangedFor(lease: Lease): number;
}

export function createLeaseObserver(defaultDurationMs: number): LeaseObserver {
  let seen = new Map<string, { readonly version: string; readonly since: number }>();
  let provenUntil = 0;

  function unchangedFor(lease: Lease): number {
    const record = seen.get(identityOf(lease));
    const known = record !== undefined && record.version === lease.metadata.resourceVersion;
    return known ? Math.max(0, provenUntil - record.since) : 0;
  }

  return {
    observe(leases, sentAt, receivedAt) {
      provenUntil = sentAt;
      seen = new Map(
        leases.map((lease) => {
          const version = lease.metadata.resourceVersion ?? "";
          const before = seen.get(identityOf(lease));
          return [identityOf(lease), before?.version === version ? before : { version, since: receivedAt }];
        }),
      );
    },
    isLive(lease) {
      if (holderOf(lease) === undefined) return false;
      const seconds = lease.spec?.leaseDurationSeconds;
      return unchangedFor(lease) < (seconds ? seconds * 1_000 : defaultDurationMs);
    },
    unchangedFor,
  };
}

function identityOf({ metadata }: Lease): string {
  return `${metadata.name}/${metadata.uid}`;
}
