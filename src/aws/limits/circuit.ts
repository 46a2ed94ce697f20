import type { Clock } from "../clock.ts";
import { AwsError } from "../errors.ts";
import type { CircuitState } from "../metrics.ts";

/** The outcome of a request, for the circuit: it was answered (by whatever), it failed as an outage, or neither is known. */
export type CircuitOutcome = "answered" | "outage" | "unknown";

/**
 * Keeps requests from an endpoint that is down: opens after several outages in a row, fails fast while open, and lets a
 * single request through to probe after a delay that grows with jitter. Any answer closes it, a denial too.
 */
export interface Circuit {
  /** Throws AwsError `unavailable`, code `CircuitOpen`, while the circuit is open. Makes no promise to the caller. */
  check(operation: string): void;
  /** As `check`, and admits the caller, who must tell the outcome to what is returned, once. */
  enter(operation: string): (outcome: CircuitOutcome) => void;
  readonly state: CircuitState;
}

export interface CircuitOptions {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** For people: `ssm in eu-west-1`. */
  readonly subject: string;
  readonly changed?: (state: CircuitState) => void;
  /** Outages in a row that open it. Default 5. */
  readonly threshold?: number;
  /** The first delay before a probe; it doubles up to the cap. Defaults 1 s and 30 s. */
  readonly baseMs?: number;
  readonly capMs?: number;
}

/** One circuit, for one service at one endpoint in one region. */
export function createCircuit(options: CircuitOptions): Circuit {
  const { clock, random, subject, threshold = 5, baseMs = 1000, capMs = 30_000 } = options;
  let state: CircuitState = "closed";
  let outages = 0;
  let openings = 0;
  let probeAt = 0;

  function become(next: CircuitState): void {
    if (state === next) return;
    state = next;
    options.changed?.(next);
  }

  function open(): void {
    const ceiling = Math.min(capMs, baseMs * 2 ** Math.min(openings, 20));
    openings += 1;
    // Half fixed, half random: many processes that lost the same endpoint do not probe it together.
    probeAt = clock.now() + ceiling * (0.5 + 0.5 * random());
    become("open");
  }

  function check(operation: string): void {
    if (state === "closed" || (state === "open" && clock.now() >= probeAt)) return;
    throw new AwsError({
      kind: "unavailable",
      code: "CircuitOpen",
      operation,
      message: `${subject} does not answer; it is asked again in a moment`,
      retryAfterMs: Math.max(probeAt - clock.now(), baseMs / 2),
    });
  }

  function answered(): void {
    outages = 0;
    openings = 0;
    become("closed");
  }

  function failed(probe: boolean): void {
    outages += 1;
    if (probe || (state === "closed" && outages >= threshold)) open();
  }

  function finished(outcome: CircuitOutcome, probe: boolean): void {
    if (outcome === "answered") answered();
    else if (outcome === "outage") failed(probe);
    // The probe was given up before it told anything: the next caller may probe.
    else if (probe) become("open");
  }

  return {
    check,
    enter(operation) {
      check(operation);
      const probe = state === "open";
      if (probe) become("halfOpen");
      let told = false;
      return (outcome) => {
        if (!told) finished(outcome, probe);
        told = true;
      };
    },
    get state() {
      return state;
    },
  };
}
