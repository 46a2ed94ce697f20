import { beforeEach, describe, expect, it } from "@jest/globals";
import { createFakeClock, type FakeClock } from "../testing/fake-clock.ts";
import { createHoldings, type Holdings } from "./holdings.ts";

let clock: FakeClock;
let suspendedMs: number;
let log: string[];
let holdings: Holdings;

beforeEach(() => {
  clock = createFakeClock();
  suspendedMs = 0;
  log = [];
  holdings = createHoldings({
    clock,
    wallNow,
    renewDeadlineMs: 10_000,
    onGained: (shard) => void log.push(`gained ${shard}`),
    onLost: (shard, reason) => void log.push(`lost ${shard}: ${reason}`),
  });
});

const wallNow = (): number => clock.now() + suspendedMs;
const now = () => ({ monotonic: clock.now(), wall: wallNow() });

describe("holdings", () => {
  it("hold from the gain to the deadline, which renewals move", async () => {
    holdings.gain(2, now());
    await clock.advance(9_000);
    holdings.extend(2, now());
    await clock.advance(9_999);
    expect([holdings.holds(2), holdings.holds(1), holdings.held()]).toEqual([true, false, [2]]);
    await clock.advance(1);
    expect(holdings.holds(2)).toBe(false);
    expect(log).toEqual(["gained 2", "lost 2: expired"]);
  });

  it("do not begin by an answer that came after the deadline", async () => {
    const sentAt = now();
    await clock.advance(10_000);
    holdings.gain(0, sentAt);
    expect([log, holdings.held()]).toEqual([[], []]);
  });

  it("are not brought back by a renewal: others may have acted since", () => {
    holdings.gain(0, now());
    suspendedMs = 60_000;
    holdings.extend(0, now());
    expect(log).toEqual(["gained 0", "lost 0: expired"]);
    expect(holdings.held()).toEqual([]);
  });

  it("end before they begin anew, so that each gain has its loss", () => {
    holdings.gain(0, now());
    suspendedMs = 60_000;
    holdings.gain(0, now());
    expect(log).toEqual(["gained 0", "lost 0: expired", "gained 0"]);
  });
});
