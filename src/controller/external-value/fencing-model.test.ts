import { describe, expect, it, test } from "@jest/globals";

// A model of two replicas, one Lease and one target, searched through all of its states: what the elector, settle.ts and
// apply-target.ts do, in steps between which either may sleep for as long as it likes. Never two owners at a time, and no
// accepted write of an older leader over a newer one's.

/** What is left out, to see that the search would find it. */
interface Rules {
  /** The holder stops acting so long after its last renewal. */
  readonly renewDeadline: number;
  /** After each look at the target, and before the write that rests on it, the Lease is asked for again. */
  readonly checksAfterLook: boolean;
  /** The write carries the resourceVersion that was looked at. */
  readonly hasPrecondition: boolean;
}

const rules: Rules = { renewDeadline: 2, checksAfterLook: true, hasPrecondition: true };
const leaseDuration = 3;
const lastTick = 8;
const mostTerms = 3;
const mostWrites = 4;

interface Replica {
  /** Acts while the time is below. */
  readonly until: number;
  readonly term: number;
  readonly step: "idle" | "looked" | "checked";
  readonly seen: number;
}

interface State {
  readonly now: number;
  readonly lease: { readonly holder: number; readonly renewed: number; readonly term: number };
  readonly replicas: readonly [Replica, Replica];
  readonly target: { readonly version: number; readonly term: number };
}

const idle: Replica = { until: 0, term: 0, step: "idle", seen: 0 };
const begin: State = {
  now: 0,
  lease: { holder: -1, renewed: 0, term: 0 },
  replicas: [idle, idle],
  target: { version: 0, term: 0 },
};

const withReplica = (state: State, index: number, change: Partial<Replica>): State => {
  const [first, second] = state.replicas;
  return {
    ...state,
    replicas: index === 0 ? [{ ...first, ...change }, second] : [first, { ...second, ...change }],
  };
};

function next(state: State, which: Rules): readonly State[] {
  const tick = state.now < lastTick ? [{ ...state, now: state.now + 1 }] : [];
  return [...tick, ...state.replicas.flatMap((replica, index) => stepsOf(state, replica, index, which))];
}

function stepsOf(state: State, replica: Replica, index: number, which: Rules): readonly State[] {
  return [...leaseSteps(state, replica, index, which), ...workSteps(state, replica, index, which)];
}

function leaseSteps(state: State, { until }: Replica, index: number, { renewDeadline }: Rules): readonly State[] {
  const { now, lease } = state;
  const expired = lease.holder === -1 || now - lease.renewed >= leaseDuration;
  const takes = expired && lease.term < mostTerms && now >= until;
  const term = lease.term + 1;
  return [
    ...(takes
      ? [
          withReplica({ ...state, lease: { holder: index, renewed: now, term } }, index, {
            until: now + renewDeadline,
            term,
          }),
        ]
      : []),
    ...(lease.holder === index && now < until
      ? [withReplica({ ...state, lease: { ...lease, renewed: now } }, index, { until: now + renewDeadline })]
      : []),
  ];
}

function workSteps(state: State, replica: Replica, index: number, which: Rules): readonly State[] {
  const { now, target } = state;
  const owns = now < replica.until;
  switch (replica.step) {
    case "idle":
      return owns ? [withReplica(state, index, { step: "looked", seen: target.version })] : [];
    case "looked":
      return [withReplica(state, index, { step: owns || !which.checksAfterLook ? "checked" : "idle" })];
    case "checked":
      return target.version < mostWrites ? [send(state, replica, index, which)] : [];
  }
}

/** A refused write looks again, as settle.ts does. */
function send(state: State, { seen, term }: Replica, index: number, { hasPrecondition }: Rules): State {
  const { target } = state;
  if (hasPrecondition && seen !== target.version) {
    return withReplica(state, index, { step: "looked", seen: target.version });
  }
  const written = { ...state, target: { version: target.version + 1, term } };
  return withReplica(written, index, { step: "idle" });
}

/** What is wrong in a step from one state to another. */
function violation(from: State, to: State): string | undefined {
  if (to.replicas.every(({ until }) => to.now < until)) return "two owners";
  if (to.target.term < from.target.term) return "an older leader wrote over a newer one";
  return undefined;
}

/** Breadth first through every state that can be reached. */
function search(which: Rules): { readonly states: number; readonly found: string | undefined } {
  const seen = new Set([JSON.stringify(begin)]);
  const reached: State[] = [begin];
  // Grows while it is walked through.
  for (const from of reached) {
    const steps = next(from, which);
    const found = steps.map((to) => violation(from, to)).find((wrong) => wrong !== undefined);
    if (found) return { states: seen.size, found };
    for (const to of steps) {
      const key = JSON.stringify(to);
      if (!seen.has(key)) reached.push(to);
      seen.add(key);
    }
  }
  return { states: seen.size, found: undefined };
}

it("has never two writers: neither two owners at a time, nor an older leader's write over a newer one's, in any state", () => {
  const { states, found } = search(rules);
  expect(found).toBeUndefined();
  expect(states).toBeGreaterThan(5_000);
});

describe("is violated", () => {
  test.each([
    {
      reason: "a refused write looks again and writes without asking who owns it",
      broken: { ...rules, checksAfterLook: false },
      found: "an older leader wrote over a newer one",
    },
    {
      reason: "a write carries no resourceVersion",
      broken: { ...rules, hasPrecondition: false },
      found: "an older leader wrote over a newer one",
    },
    {
      reason: "the holder acts longer than its Lease lasts",
      broken: { ...rules, renewDeadline: 4 },
      found: "two owners",
    },
  ])("where $reason", ({ broken, found }) => {
    expect(search(broken).found).toBe(found);
  });
});
