/**
 * Who refers to what: which ExternalValues name a target, which refer to a store. So that an event about the thing
 * finds those that it concerns.
 */
export interface ReverseIndex {
  /** Replaces what the referrer refers to. */
  set(referrer: string, keys: Iterable<string>): void;
  remove(referrer: string): void;
  referrers(key: string): ReadonlySet<string>;
}

const nobody: ReadonlySet<string> = new Set();

export function createReverseIndex(): ReverseIndex {
  const byKey = new Map<string, Set<string>>();
  // Arrays: a Set takes 200 bytes for its first key, and a resource has one or two.
  const byReferrer = new Map<string, readonly string[]>();
  const remove = (referrer: string): void => {
    for (const key of byReferrer.get(referrer) ?? []) {
      const referrers = byKey.get(key);
      referrers?.delete(referrer);
      if (referrers?.size === 0) byKey.delete(key);
    }
    byReferrer.delete(referrer);
  };
  return {
    remove,
    set(referrer, keys) {
      remove(referrer);
      const named = new Set(keys);
      byReferrer.set(referrer, [...named]);
      for (const key of named) byKey.set(key, (byKey.get(key) ?? new Set()).add(referrer));
    },
    referrers: (key) => byKey.get(key) ?? nobody,
  };
}
