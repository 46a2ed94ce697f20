import type { AwsError } from "../errors.ts";
import { type Ask, allBad, asAwsError, type Outcomes } from "./outcome.ts";

/**
 * Remembers how often in a row isolating found nobody innocent. An identity that lost its access altogether fails every
 * batch whole, and asking for each name apart would multiply the calls by twenty.
 */
export interface Suspicion {
  allGuilty(): boolean;
  /** `innocent`: at least one ask of the batch succeeded. */
  tell(innocent: boolean): void;
}

// Three batches apart in a row are proof enough; a single success anywhere takes it back.
const enough = 3;

export function createSuspicion(): Suspicion {
  let inARow = 0;
  return {
    allGuilty: () => inARow >= enough,
    tell(innocent) {
      inARow = innocent ? 0 : inARow + 1;
    },
  };
}

export interface Isolation<A extends Ask> {
  readonly operation: string;
  /** Rejects where the call fails as a whole. */
  readonly read: (asks: readonly A[]) => Promise<Outcomes>;
  /** The id as an error's message would quote it. */
  readonly idOf: (ask: A) => string;
  readonly suspicion: Suspicion;
  /** Called once, before the second call. */
  readonly onIsolating?: () => void;
  /** Another way to take the whole batch apart, for failures that it knows; undefined leaves it to the bisection. */
  readonly instead?: (error: AwsError) => Promise<Isolated> | undefined;
}

export interface Isolated {
  readonly outcomes: Outcomes;
  /** Those that made their batch fail: to be kept out of the shared ones. */
  readonly culprits: ReadonlySet<string>;
}

/** Whether one bad name among many can be the reason: any 4xx other than throttling and credentials. */
export function isOneNamesFault(error: AwsError): boolean {
  return error.kind === "denied" || error.kind === "invalid" || error.kind === "notFound";
}

/** Reads a batch; where it fails as a whole for the sake of one name, finds that name and reads the others. */
export async function readIsolating<A extends Ask>(asks: readonly A[], isolation: Isolation<A>): Promise<Isolated> {
  const first = await attempt(asks, isolation);
  if (first.error === undefined) {
    isolation.suspicion.tell(true);
    return { outcomes: first.outcomes, culprits: new Set() };
  }
  if (!isOneNamesFault(first.error) || (asks.length > 1 && isolation.suspicion.allGuilty())) {
    return { outcomes: first.outcomes, culprits: new Set() };
  }
  isolation.onIsolating?.();
  const isolated = await (isolation.instead?.(first.error) ?? search({ asks, error: first.error }, isolation));
  if (asks.length > 1) {
    isolation.suspicion.tell([...isolated.outcomes.values()].some(({ ok }) => ok));
  }
  // Of many batches taken apart at once the first few have told by now that it is nobody's own fault.
  return isolation.suspicion.allGuilty() ? { outcomes: isolated.outcomes, culprits: new Set() } : isolated;
}

interface Failed<A> {
  readonly asks: readonly A[];
  readonly error: AwsError;
}

async function attempt<A extends Ask>(
  asks: readonly A[],
  { read, operation }: Isolation<A>,
): Promise<{ readonly outcomes: Outcomes; readonly error?: AwsError }> {
  try {
    return { outcomes: await read(asks) };
  } catch (thrown) {
    const error = asAwsError(thrown, operation);
    return { outcomes: allBad(asks, error), error };
  }
}

async function search<A extends Ask>(failed: Failed<A>, isolation: Isolation<A>): Promise<Isolated> {
  const outcomes: Outcomes = allBad(failed.asks, failed.error);
  if (failed.asks.length === 1) {
    return { outcomes, culprits: new Set(outcomes.keys()) };
  }
  const culprits = new Set<string>();
  // One part after the other: a search is nobody's hurry, and its calls must not crowd out the others'.
  for (const part of parted(failed, isolation.idOf)) {
    const tried = await attempt(part, isolation);
    const deeper =
      tried.error !== undefined && isOneNamesFault(tried.error)
        ? await search({ asks: part, error: tried.error }, isolation)
        : { outcomes: tried.outcomes, culprits: [] };
    for (const [key, outcome] of deeper.outcomes) {
      outcomes.set(key, outcome);
    }
    for (const key of deeper.culprits) {
      culprits.add(key);
    }
  }
  return { outcomes, culprits };
}

/** The name in the message first: alone, and the rest together. Else halves. */
function parted<A extends Ask>({ asks, error }: Failed<A>, idOf: (ask: A) => string): readonly (readonly A[])[] {
  const named = asks.filter((ask) => quotes(error.message, idOf(ask)));
  if (named.length === 1) {
    return [named, asks.filter((ask) => !named.includes(ask))];
  }
  const middle = Math.ceil(asks.length / 2);
  return [asks.slice(0, middle), asks.slice(middle)];
}

/** Whether the message holds the id as a whole: `/a` is not in `/a/b`, and a full stop may end the sentence. */
function quotes(message: string, id: string): boolean {
  for (let start = message.indexOf(id); start !== -1; start = message.indexOf(id, start + 1)) {
    if (/^(?:$|[.]?(?:\s|$)|[^A-Za-z0-9_./-])/u.test(message.slice(start + id.length))) {
      return true;
    }
  }
  return false;
}
