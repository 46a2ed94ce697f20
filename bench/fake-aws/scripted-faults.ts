import { matchesPattern } from "./arns.ts";

/** What happens instead of the answer, or before it, to the requests that all patterns match. */
export interface ScriptedFault {
  /** Pattern of the operation; default all. */
  readonly operation?: string;
  /** Pattern of the caller's ARN. */
  readonly identity?: string;
  /** The request's body contains this text: a name, for one. */
  readonly containing?: string;
  /** Matching requests that pass before the fault begins; default 0. */
  readonly skip?: number;
  /** Requests that it strikes; default all. */
  readonly times?: number;
  /** Wait before what follows. */
  readonly delayMs?: number;
  /** `error`: code, message and status. `reset`: the connection is cut. `hang`: no answer ever. `pass`: after the delay as always. */
  readonly effect: "error" | "reset" | "hang" | "pass";
  readonly code?: string;
  readonly message?: string;
  readonly status?: number;
}

export interface FaultScript {
  set(faults: readonly ScriptedFault[]): void;
  /** The fault that strikes this request, if any; counts it. */
  next(request: {
    readonly operation: string;
    readonly identity: string;
    readonly body: string;
  }): ScriptedFault | undefined;
}

export function createFaultScript(): FaultScript {
  let entries: Entry[] = [];
  return {
    set(faults) {
      entries = faults.map((fault) => ({ fault, seen: 0 }));
    },
    next: (request) => entries.find((entry) => matches(entry.fault, request) && strikes(entry))?.fault,
  };
}

interface Entry {
  readonly fault: ScriptedFault;
  seen: number;
}

/** Counts a matching request; true where the fault's turn has come. */
function strikes(entry: Entry): boolean {
  entry.seen += 1;
  const skip = entry.fault.skip ?? 0;
  return entry.seen > skip && entry.seen <= skip + (entry.fault.times ?? Number.POSITIVE_INFINITY);
}

function matches(fault: ScriptedFault, request: Parameters<FaultScript["next"]>[0]): boolean {
  return (
    matchesPattern(fault.operation ?? "*", request.operation) &&
    matchesPattern(fault.identity ?? "*", request.identity) &&
    (fault.containing === undefined || request.body.includes(fault.containing))
  );
}
