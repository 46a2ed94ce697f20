/** What was asked of the fake since the last reset. */
export interface Counts {
  /** Requests by operation, refused ones included. */
  readonly calls: Record<string, number>;
  /** Values, descriptions or names delivered, by operation. */
  readonly items: Record<string, number>;
  /** Refused requests by `operation code`: `GetParameters ThrottlingException`. */
  readonly errors: Record<string, number>;
  /** Requests by the caller's ARN, by operation. */
  readonly byIdentity: Record<string, Record<string, number>>;
  /** Requests of all operations in each second since the reset. */
  readonly perSecond: number[];
}

export interface Counter {
  read(): Counts;
  reset(): void;
  call(operation: string, identity: string): void;
  items(operation: string, items: number): void;
  error(operation: string, code: string): void;
}

export function createCounter(now: () => number): Counter {
  let counts = emptyCounts();
  let since = now();
  return {
    read: () => structuredClone(counts),
    reset() {
      counts = emptyCounts();
      since = now();
    },
    call(operation, identity) {
      increase(counts.calls, operation, 1);
      let own = counts.byIdentity[identity];
      if (!own) {
        own = {};
        counts.byIdentity[identity] = own;
      }
      increase(own, operation, 1);
      const second = Math.max(0, Math.floor((now() - since) / 1000));
      while (counts.perSecond.length <= second) {
        counts.perSecond.push(0);
      }
      counts.perSecond[second] = (counts.perSecond[second] ?? 0) + 1;
    },
    items: (operation, items) => increase(counts.items, operation, items),
    error: (operation, code) => increase(counts.errors, `${operation} ${code}`, 1),
  };
}

function emptyCounts(): Counts {
  return { calls: {}, items: {}, errors: {}, byIdentity: {}, perSecond: [] };
}

function increase(record: Record<string, number>, key: string, by: number): void {
  record[key] = (record[key] ?? 0) + by;
}
