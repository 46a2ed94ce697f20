import type { Turns } from "../../event-loop/turns.ts";
import type { CallOptions, Permit } from "../calls.ts";
import type { Clock } from "../clock.ts";
import type { CredentialSource, Credentials } from "../credentials/credentials.ts";
import { classify, isClockSkew } from "../errors/classify.ts";
import { isStaleConnection } from "../errors/network-codes.ts";
import { AwsError } from "../errors.ts";
import type { Circuit, CircuitOutcome } from "../limits/circuit.ts";
import type { Limiter } from "../limits/limiter.ts";
import type { QuotaClass } from "../limits/quota-class.ts";
import type { AwsMetrics, AwsService } from "../metrics.ts";
import { abortable } from "./abortable.ts";
import type { Operation } from "./operations.ts";

/** What every request passes: credentials, circuit, limiter, classification of what goes wrong, metrics. */
export interface Gate {
  /**
   * Runs one request. It is tried a second time where the service refused the credentials (they are renewed between) and
   * where a kept connection turned out to be closed; nothing else is tried again here, since storms are sat out by
   * requeueing (aws.md, "SDK"). Rejects with an AwsError and nothing else.
   */
  run<T>(operation: Operation, options: RunOptions, send: () => Promise<T>): Promise<T>;
  /** Stands in line for a request that is yet to be filled. Undefined where the request would not get that far. */
  admit(operation: Operation, options: CallOptions): Promise<Permit | undefined>;
}

export interface RunOptions extends CallOptions {
  /** Names or ids in a request that may carry several, for metrics. */
  readonly items?: number;
}

export interface GateOptions {
  readonly region: string;
  readonly credentials: CredentialSource;
  readonly circuit: (service: AwsService) => Circuit;
  readonly limiter: (quota: QuotaClass) => Limiter;
  readonly metrics: AwsMetrics;
  readonly clock: Clock;
  /** Each refresh waits for its turn of the event loop: to write and to sign a request takes half a millisecond. */
  readonly turns?: Turns;
}

/** The gate of one identity in one region. */
export function createGate(gate: GateOptions): Gate {
  return {
    async run(operation, options, send) {
      const first = await tryOnce(gate, { operation, options, attempt: 1 }, send);
      if (first.ok) return first.value;
      if (!mayTryAgain(first.error, () => gate.credentials.drop(first.credentials))) throw first.error;
      const second = await tryOnce(gate, { operation, options, attempt: 2 }, send);
      if (second.ok) return second.value;
      throw second.error;
    },
    async admit(operation, options) {
      try {
        gate.circuit(operation.service).check(operation.name);
        // They name the account, and so the line to stand in.
        await gate.credentials.get();
        const limiter = gate.limiter(operation.quota);
        return permitOf(operation.quota, limiter, await limiter.acquire(options));
      } catch {
        // The request meets the same, and tells.
        return undefined;
      }
    },
  };
}

function permitOf(quota: QuotaClass, limiter: Limiter, waitedMs: number): Permit {
  let over = false;
  return {
    use(wanted) {
      if (over || wanted !== quota) return undefined;
      over = true;
      return waitedMs;
    },
    giveBack() {
      if (!over) limiter.giveBack();
      over = true;
    },
  };
}

function mayTryAgain(error: AwsError, drop: () => boolean): boolean {
  if (error.kind !== "expired") return isStaleConnection(error.code);
  // The SDK has learnt the difference of the clocks from the answer; the credentials are not at fault.
  return isClockSkew(error) || drop();
}

interface Attempt {
  readonly operation: Operation;
  readonly options: RunOptions;
  readonly attempt: number;
}

type Tried<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: AwsError; readonly credentials: Credentials };

/** Throws where the request did not go out: no credentials, an open circuit, an abort. */
async function tryOnce<T>(gate: GateOptions, attempt: Attempt, send: () => Promise<T>): Promise<Tried<T>> {
  const { operation, options } = attempt;
  const circuit = gate.circuit(operation.service);
  // Before the limiter, so that nobody stands in line for an endpoint that is down; and after it, for who stood there.
  circuit.check(operation.name);
  const credentials = await unlessGivenUp(gate.credentials.get(), attempt);
  await waitForQuota(gate, attempt);
  // Whoever is waited for does not stand behind all that is due.
  if (options.priority === "refresh") await gate.turns?.take();
  const tell = circuit.enter(operation.name);
  const begun = gate.clock.now();
  try {
    const value = await abortable(send(), options.signal);
    tell("answered");
    report(gate, attempt, { outcome: "success", begun });
    return { ok: true, value };
  } catch (thrown) {
    const error = errorOf(thrown, attempt);
    tell(circuitOutcome(error));
    if (error.kind === "throttled") gate.limiter(operation.quota).throttled();
    report(gate, attempt, { outcome: error, begun });
    return { ok: false, error, credentials };
  }
}

function circuitOutcome(error: AwsError): CircuitOutcome {
  if (error.kind === "credentials" || error.code === aborted) return "unknown";
  return error.kind === "unavailable" ? "outage" : "answered";
}

async function waitForQuota(gate: GateOptions, attempt: Attempt): Promise<void> {
  const { operation, options } = attempt;
  const waited =
    options.permit?.use(operation.quota) ??
    (await unlessGivenUp(gate.limiter(operation.quota).acquire(options), attempt));
  const { region } = gate;
  gate.metrics.limiterWaited?.({
    quota: operation.quota,
    region,
    priority: options.priority,
    seconds: waited / 1000,
  });
}

async function unlessGivenUp<T>(work: Promise<T>, attempt: Attempt): Promise<T> {
  try {
    return await abortable(work, attempt.options.signal);
  } catch (thrown) {
    throw errorOf(thrown, attempt);
  }
}

const aborted = "AbortError";

/** An abort is not an outage of AWS: whoever asked has given up. */
function errorOf(thrown: unknown, { operation, options }: Attempt): AwsError {
  if (thrown instanceof AwsError || options.signal?.aborted !== true) return classify(thrown, operation.name);
  const message = "the request was given up before its answer came";
  return new AwsError({ kind: "unavailable", code: aborted, operation: operation.name, message });
}

function report(
  gate: GateOptions,
  { operation, options, attempt }: Attempt,
  { outcome, begun }: { readonly outcome: "success" | AwsError; readonly begun: number },
): void {
  const { region } = gate;
  if (options.items !== undefined)
    gate.metrics.batchSent?.({ operation: operation.name, region, items: options.items });
  gate.metrics.requestFinished?.({
    service: operation.service,
    operation: operation.name,
    region,
    store: options.store,
    outcome: outcome === "success" ? "success" : outcome.kind,
    code: outcome === "success" ? "OK" : outcome.code,
    seconds: (gate.clock.now() - begun) / 1000,
    attempt,
  });
}
