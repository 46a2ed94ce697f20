import { matchesPattern } from "./arns.ts";
import { createRuleBook, type RuleBook, type Turn } from "./rule-book.ts";

/** What happens instead of the answer, or before it, to the requests that all patterns match. */
export interface ScriptedFault extends Turn {
  /** Pattern of the operation; default all. */
  readonly operation?: string;
  /** Pattern of the caller's ARN. */
  readonly identity?: string;
  /** The request's body contains this text: a name, for one. */
  readonly containing?: string;
  /** Wait before what follows, in milliseconds. */
  readonly delayMs?: number;
  /** `error`: code, message and status. `reset`: the connection is cut. `hang`: no answer ever. `pass`: after the delay as always. */
  readonly effect: "error" | "reset" | "hang" | "pass";
  readonly code?: string;
  readonly message?: string;
  readonly status?: number;
}

interface StruckRequest {
  readonly operation: string;
  readonly identity: string;
  readonly body: string;
}

export type FaultScript = RuleBook<ScriptedFault, StruckRequest>;

export function createFaultScript(): FaultScript {
  return createRuleBook(
    (fault: ScriptedFault, request: StruckRequest) =>
      matchesPattern(fault.operation ?? "*", request.operation) &&
      matchesPattern(fault.identity ?? "*", request.identity) &&
      (fault.containing === undefined || request.body.includes(fault.containing)),
  );
}
