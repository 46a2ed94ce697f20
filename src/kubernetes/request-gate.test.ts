import { describe, expect, it } from "@jest/globals";
import { createRequestGate } from "./request-gate.ts";

/** A gate with one place, taken. */
async function bench() {
  let time = 0;
  const gate = createRequestGate({ places: 1, now: () => time });
  const entered: string[] = [];
  const leaves: (() => void)[] = [await gate.enter()];
  return {
    entered,
    async enter(name: string, patient: boolean, signal?: AbortSignal): Promise<void> {
      leaves.push(await gate.enter(signal, patient));
      entered.push(name);
    },
    /** Gives the place back after so many milliseconds. */
    async leave(ms = 10): Promise<void> {
      time += ms;
      leaves.shift()?.();
      for (let tick = 0; tick < 5; tick++) await Promise.resolve();
    },
  };
}

describe("the gate of requests", () => {
  it("lets through in order, and last who is patient", async () => {
    const { enter, leave, entered } = await bench();
    void enter("event", true);
    void enter("write 1", false);
    void enter("write 2", false);
    for (const expected of [["write 1"], ["write 1", "write 2"], ["write 1", "write 2", "event"]]) {
      await leave();
      expect(entered).toEqual(expected);
    }
  });

  it("lets one who is patient in each quarter of a second, however many others wait", async () => {
    const { enter, leave, entered } = await bench();
    for (let index = 0; index < 60; index++) void enter("write", false);
    for (let index = 0; index < 2; index++) void enter("event", true);
    for (let index = 0; index < 62; index++) await leave();
    const writes = Array<string>(24).fill("write");
    expect(entered.slice(0, 25)).toEqual([...writes, "event"]);
    expect(entered.slice(25, 50)).toEqual([...writes, "event"]);
    expect(entered.slice(50)).toEqual(Array(12).fill("write"));
  });

  it("counts from when somebody waits patiently", async () => {
    const { enter, leave, entered } = await bench();
    for (let index = 0; index < 100; index++) void enter("write", false);
    for (let index = 0; index < 50; index++) await leave();
    void enter("event", true);
    for (let index = 0; index < 26; index++) await leave();
    expect(entered.indexOf("event")).toBe(50 + 24);
  });

  it("keeps no place for whoever gave up", async () => {
    const { enter, leave, entered } = await bench();
    const controller = new AbortController();
    const given = enter("event", true, controller.signal);
    void enter("other", true);
    controller.abort(new Error("enough"));
    await expect(given).rejects.toThrow("enough");
    await leave();
    expect(entered).toEqual(["other"]);
  });
});
