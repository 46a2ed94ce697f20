import { describe, expect, it } from "@jest/globals";
import { createFakeClock } from "../fakes/fake-clock.ts";
import type { CircuitState } from "../metrics.ts";
import { createCircuit } from "./circuit.ts";

function start(): {
  circuit: ReturnType<typeof createCircuit>;
  clock: ReturnType<typeof createFakeClock>;
  states: CircuitState[];
  outage(): void;
} {
  const clock = createFakeClock();
  const states: CircuitState[] = [];
  const circuit = createCircuit({
    clock,
    random: () => 1,
    subject: "ssm in eu-west-1",
    changed: (state) => void states.push(state),
  });
  return { circuit, clock, states, outage: () => circuit.enter("GetParameters")("outage") };
}

describe("a circuit", () => {
  it("opens after five outages in a row, and fails fast with when to come again", () => {
    const { circuit, outage, states } = start();
    for (let n = 0; n < 4; n += 1) outage();
    expect(circuit.state).toBe("closed");
    outage();
    expect(states).toEqual(["open"]);
    expect(() => circuit.check("GetParameters")).toThrow(
      expect.objectContaining({
        kind: "unavailable",
        code: "CircuitOpen",
        retryAfterMs: 1000,
        operation: "GetParameters",
      }),
    );
  });

  it("stays closed where an answer comes between, be it a denial", () => {
    const { circuit, outage } = start();
    for (let n = 0; n < 12; n += 1) {
      outage();
      if (n % 4 === 3) circuit.enter("X")("answered");
    }
    expect(circuit.state).toBe("closed");
  });

  it("lets one request through to probe, and closes on any answer", async () => {
    const { circuit, clock, outage, states } = start();
    for (let n = 0; n < 5; n += 1) outage();
    await clock.advance(1000);
    const tell = circuit.enter("X");
    expect(() => circuit.enter("X")).toThrow();
    tell("answered");
    expect(() => circuit.check("X")).not.toThrow();
    expect(states).toEqual(["open", "halfOpen", "closed"]);
  });

  it("waits longer after each failed probe, up to the cap, and starts anew after an answer", async () => {
    const { circuit, clock, outage } = start();
    for (let n = 0; n < 5; n += 1) outage();
    const delays: number[] = [];
    for (let probe = 0; probe < 7; probe += 1) {
      let delay = 0;
      while (isOpen(circuit)) {
        await clock.advance(1000);
        delay += 1;
      }
      delays.push(delay);
      circuit.enter("X")("outage");
    }
    expect(delays).toEqual([1, 2, 4, 8, 16, 30, 30]);
    await clock.advance(30_000);
    circuit.enter("X")("answered");
    for (let n = 0; n < 5; n += 1) outage();
    await clock.advance(1000);
    expect(isOpen(circuit)).toBe(false);
  });

  it("lets the next one probe where a probe was given up", async () => {
    const { circuit, clock, outage } = start();
    for (let n = 0; n < 5; n += 1) outage();
    await clock.advance(1000);
    circuit.enter("X")("unknown");
    expect(() => circuit.enter("X")("answered")).not.toThrow();
    expect(circuit.state).toBe("closed");
  });

  it("closes when a request from before answers after all", () => {
    const { circuit, outage } = start();
    const slow = circuit.enter("X");
    for (let n = 0; n < 5; n += 1) outage();
    slow("answered");
    expect(circuit.state).toBe("closed");
  });

  it("does not count late outages of requests from before while it is open", async () => {
    const { circuit, clock, outage } = start();
    const late = circuit.enter("X");
    for (let n = 0; n < 5; n += 1) outage();
    await clock.advance(900);
    late("outage");
    await clock.advance(100);
    expect(isOpen(circuit)).toBe(false);
  });
});

function isOpen(circuit: ReturnType<typeof createCircuit>): boolean {
  try {
    circuit.check("X");
    return false;
  } catch {
    return true;
  }
}
