import { bareName } from "./wire-names.ts";

/** What can be told of a thrown thing, whatever threw it: the SDK, Node, a parser. */
export interface ErrorFacts {
  /** Wire name, or Node's code, or the class of the error. */
  readonly name: string;
  /** Node's code, where there is one. */
  readonly code: string | undefined;
  /** Empty where the message may quote what was being worked on. */
  readonly message: string;
  readonly httpStatus: number | undefined;
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;
  /** The service answered, with an error that the protocol could read. */
  readonly fromService: boolean;
  /** An answer came that is not what the protocol speaks. */
  readonly garbled: boolean;
}

/** Takes a thrown thing apart without trusting its shape. */
export function factsOf(error: unknown): ErrorFacts {
  const thrown = recordOf(error);
  const metadata = recordOf(thrown["$metadata"]);
  const httpStatus = numberOf(metadata["httpStatusCode"]);
  const common = {
    code: codeOf(thrown) ?? codeOf(recordOf(thrown["cause"])),
    httpStatus,
    requestId: textOf(metadata["requestId"]),
    retryAfterMs: retryAfter(thrown["$response"]),
  };
  if (thrown["$fault"] !== undefined) {
    const name = bareName(textOf(thrown["name"]) ?? "Unknown");
    // A JSON error without a code is nobody's: a proxy, a wrong endpoint.
    const known = name !== "Unknown" && name !== "UnknownError" && name !== "Error";
    return { ...common, name, message: textOf(thrown["message"]) ?? "", fromService: known, garbled: !known };
  }
  // An answer came, and no parser could read it: its error quotes the answer.
  if (httpStatus !== undefined)
    return { ...common, name: "MalformedResponse", message: "", fromService: false, garbled: true };
  const name = textOf(thrown["name"]) ?? typeof error;
  return { ...common, name, message: "", fromService: false, garbled: false };
}

function codeOf(thrown: Readonly<Record<string, unknown>>): string | undefined {
  const code = textOf(thrown["code"]);
  return code !== undefined && /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? code : undefined;
}

/** Seconds, or a date that is not looked at: AWS sends seconds. */
function retryAfter(response: unknown): number | undefined {
  const header = textOf(recordOf(recordOf(response)["headers"])["retry-after"]);
  const seconds = header !== undefined && /^\d{1,5}$/.test(header) ? Number(header) : undefined;
  return seconds === undefined ? undefined : seconds * 1000;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
