import { describe, expect, it } from "@jest/globals";
import { createFakeClock } from "./queue/fake-clock.ts";
import { createTimeLimit } from "./time-limit.ts";

describe("createTimeLimit", () => {
  it("aborts when time is up, and not before", async () => {
    const clock = createFakeClock();
    const { signal } = createTimeLimit(clock, 1_000);
    await clock.advance(999);
    expect(signal.aborted).toBe(false);
    await clock.advance(1);
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toMatchObject({ name: "TimeoutError" });
  });

  it("leaves nothing behind where it was done in time", async () => {
    const clock = createFakeClock();
    const { signal, end } = createTimeLimit(clock, 1_000);
    end();
    expect(clock.pending).toBe(0);
    await clock.advance(2_000);
    expect(signal.aborted).toBe(false);
  });
});
