import { describe, expect, it } from "@jest/globals";
import type { Lease } from "./lease.ts";
import { createLeaseObserver } from "./lease-observer.ts";

const lease = (version: string, holder = "other"): Lease => ({
  metadata: { name: "l", uid: "u", resourceVersion: version },
  spec: { holderIdentity: holder, leaseDurationSeconds: 15 },
});

describe("whether another holder lives", () => {
  it.each([
    { reason: "seen for the first time", lists: [{ lease: lease("1"), sent: 90_000, received: 90_001 }], live: true },
    {
      reason: "unchanged for its duration",
      lists: [
        { lease: lease("1"), sent: 0, received: 10 },
        { lease: lease("1"), sent: 15_010, received: 15_020 },
      ],
      live: false,
    },
    {
      reason: "an answer that took long proves nothing about the time on its way",
      lists: [
        { lease: lease("1"), sent: 0, received: 10 },
        { lease: lease("1"), sent: 14_000, received: 30_000 },
      ],
      live: true,
    },
    {
      reason: "the first list may have been on its way for long as well",
      lists: [
        { lease: lease("1"), sent: 0, received: 3_000 },
        { lease: lease("1"), sent: 16_000, received: 16_001 },
      ],
      live: true,
    },
    {
      reason: "changed meanwhile",
      lists: [
        { lease: lease("1"), sent: 0, received: 10 },
        { lease: lease("2"), sent: 20_000, received: 20_010 },
      ],
      live: true,
    },
    { reason: "given back", lists: [{ lease: lease("1", ""), sent: 0, received: 10 }], live: false },
  ])("$reason: $live", ({ lists, live }) => {
    const observer = createLeaseObserver(15_000);
    for (const { lease: seen, sent, received } of lists) observer.observe([seen], sent, received);
    const last = lists.at(-1)?.lease ?? lease("1");
    expect(observer.isLive(last)).toBe(live);
  });

  it("goes by the holder's own duration", () => {
    const observer = createLeaseObserver(15_000);
    const long: Lease = { ...lease("1"), spec: { holderIdentity: "other", leaseDurationSeconds: 60 } };
    observer.observe([long], 0, 0);
    observer.observe([long], 59_000, 59_000);
    expect(observer.isLive(long)).toBe(true);
    observer.observe([long], 60_000, 60_000);
    expect(observer.isLive(long)).toBe(false);
  });
});
