import { describe, expect, it } from "@jest/globals";
import { createEventQueue } from "./event-queue.ts";
import type { Series } from "./event-series.ts";

/** `N…` is a Normal, `W…` a Warning. */
function series(name: string): Series {
  const regarding = { apiVersion: "v1", kind: "Secret", name, uid: name };
  const type = name.startsWith("W") ? "Warning" : "Normal";
  const occurrence = { regarding, type, reason: "R", action: "A", note: "" } as const;
  return { occurrence, name: undefined, count: 1, writtenCount: 1, lastSeen: 0 };
}

describe("Events that wait, three at most", () => {
  it.each([
    { reason: "there is room", pushed: ["N1", "W1", "N2"], kept: ["N1", "W1", "N2"], leftOut: 0 },
    { reason: "a Normal comes too late", pushed: ["N1", "N2", "N3", "N4"], kept: ["N1", "N2", "N3"], leftOut: 1 },
    { reason: "a Normal makes way", pushed: ["W1", "N1", "N2", "W2"], kept: ["W1", "N2", "W2"], leftOut: 1 },
    { reason: "no Warning makes way", pushed: ["W1", "W2", "W3", "W4", "N1"], kept: ["W1", "W2", "W3"], leftOut: 2 },
  ])("$reason: $pushed leaves $kept", ({ pushed, kept, leftOut }) => {
    const queue = createEventQueue(3);
    const answers = pushed.map((name) => queue.push(series(name)));
    expect(answers.filter((tookAll) => !tookAll)).toHaveLength(leftOut);
    const found: string[] = [];
    for (let next = queue.shift(); next; next = queue.shift()) found.push(next.occurrence.regarding.name);
    expect(found).toEqual(kept);
  });
});
