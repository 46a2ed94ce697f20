/**
 * Names that a find brought before and a list does not bring any longer. Lists lag, so each is looked at directly, until
 * two such looks, far enough apart, have said that it is gone (api.md, "Gone").
 */
export interface FormerMatches {
  /** Names that somebody knows from before, say from a status: this process may never have seen them. */
  add(names: Iterable<string>): void;
  /** Some have been neither found nor looked at since they were added. */
  hasUnseen(): boolean;
  /** Those that have to be looked at where a list does not bring them. */
  names(): readonly string[];
  /** Takes in a find that began then (clock milliseconds). */
  learn(find: FindLook): void;
}

export interface FindLook {
  readonly began: number;
  readonly found: ReadonlySet<string>;
  /** Looked at directly, and of them those that are not found are gone. */
  readonly lookedAt: ReadonlySet<string>;
  /** Nobody wants to know of them any more. */
  readonly unwanted: ReadonlySet<string>;
}

/** As long as lies between the two looks of whoever has to be sure. */
const secondLookMs = 60_000;
/** Names that come and go for ever must not fill the memory; one that is forgotten here is only looked at once more. */
const mostGone = 1000;

interface Known {
  /** When the first look began that said so. */
  goneSince?: number;
  /** It was said twice. */
  isOver: boolean;
}

export function createFormerMatches(): FormerMatches {
  const known = new Map<string, Known>();
  const takeLoss = (name: string, began: number): void => {
    const one = known.get(name) ?? { isOver: false };
    // A time ahead means that the clock was set back: the wait begins anew.
    const goneSince = Math.min(one.goneSince ?? began, began);
    known.set(name, { goneSince, isOver: one.isOver || began - goneSince >= secondLookMs });
  };
  const bound = (): void => {
    const over = [...known].filter(([, { isOver }]) => isOver);
    for (const [name] of over.slice(0, -mostGone)) {
      known.delete(name);
    }
  };
  return {
    add(names) {
      for (const name of names) {
        if (!known.has(name)) {
          known.set(name, { isOver: false });
        }
      }
    },
    hasUnseen: () => known.values().some(({ goneSince }) => goneSince === undefined),
    names: () => [...known].filter(([, { isOver }]) => !isOver).map(([name]) => name),
    learn({ began, found, lookedAt, unwanted }) {
      for (const name of lookedAt) {
        takeLoss(name, began);
      }
      for (const name of [...found, ...unwanted]) {
        known.delete(name);
      }
      bound();
    },
  };
}
