import { expect, test } from "@jest/globals";
import { createRestartPace } from "./pace.ts";

function setUp() {
  let now = 1_000_000;
  const pace = createRestartPace({ now: () => now, perSecond: 10, burst: 10 });
  return {
    pace,
    pass(ms: number) {
      now += ms;
    },
  };
}
const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `shop/Deployment/d${index}`);

test("ten go at once, the others one each tenth of a second, in their order", () => {
  const { pace } = setUp();
  const waits = names(30).map((name) => pace.take(name));
  expect(waits.slice(0, 10)).toEqual(Array(10).fill(0));
  expect(waits.slice(10)).toEqual(Array.from({ length: 20 }, (_, index) => (index + 1) * 100));
});

test("a turn is kept: whoever asks again waits for the rest of it only", () => {
  const { pace, pass } = setUp();
  for (const name of names(11)) pace.take(name);
  pass(60);
  expect(pace.take("shop/Deployment/d10")).toBe(40);
  pass(40);
  expect(pace.take("shop/Deployment/d10")).toBe(0);
});

test("no second of any length sees more than twenty", () => {
  const { pace, pass } = setUp();
  const granted: number[] = [];
  const waiting = new Set(names(100));
  for (let at = 0; at < 12_000; at += 50) {
    for (const name of waiting) {
      if (pace.take(name) > 0) continue;
      waiting.delete(name);
      granted.push(at);
    }
    pass(50);
  }
  expect(waiting.size).toBe(0);
  const most = Math.max(...granted.map((from) => granted.filter((at) => at >= from && at < from + 1_000).length));
  expect(most).toBeLessThanOrEqual(20);
  expect(Math.max(...granted)).toBeGreaterThanOrEqual(9_000);
});

test("turns that nobody comes for hold nobody up", () => {
  const { pace, pass } = setUp();
  for (const name of names(500)) pace.take(name);
  pass(120_000);
  expect(pace.take("pay/Deployment/new")).toBe(0);
});
