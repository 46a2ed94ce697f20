import { ApiError } from "./client.ts";
import type { ResourceType } from "./objects.ts";
import { holdsValues } from "./resource-types.ts";
import { safeCauseMessage, safeMessage } from "./safe-message.ts";

type Cause = ApiError["causes"][number];

export interface RefusedAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

const longestMessage = 1_024;
const mostCauses = 64;

/** The ApiError of an answer that is no success: from its Status object, or from the bare HTTP status. */
export function apiErrorOf(answer: RefusedAnswer, type: ResourceType, attempt: string): ApiError {
  return fromStatus(parseObject(answer.text), { ...answer, type, attempt });
}

/** The ApiError of a Status object that came in a watch stream. */
export function apiErrorOfStatus(object: unknown, type: ResourceType, attempt: string): ApiError {
  const status = isObject(object) && typeof object["code"] === "number" ? object["code"] : 500;
  return fromStatus(isObject(object) ? object : {}, { status, retryAfter: undefined, type, attempt });
}

function fromStatus(
  body: Readonly<Record<string, unknown>>,
  answer: {
    readonly status: number;
    readonly retryAfter: string | undefined;
    readonly type: ResourceType;
    readonly attempt: string;
  },
): ApiError {
  const details = isObject(body["details"]) ? body["details"] : {};
  const reason = text(body["reason"]) || (reasons[answer.status] ?? "Unknown");
  const said = text(body["message"]).slice(0, longestMessage);
  const causes = causesOf(details["causes"], answer.type);
  if (isOtherUid(causes)) return anotherObject(answer.attempt, causes);
  const message = holdsValues(answer.type) ? safeMessage(reason, said, causes) : said;
  const retryAfterMs = retryAfter(answer.retryAfter, details["retryAfterSeconds"]);
  return new ApiError({
    status: answer.status,
    reason,
    message: `${answer.attempt}: ${answer.status} ${reason}${message === "" ? "" : `: ${message}`}`,
    causes,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/**
 * A write that names a uid which is not the living object's: the API server calls it Invalid, since it takes the uid
 * for a change of an immutable field (tried on 1.36). What was meant is a precondition, so it is a Conflict.
 */
function isOtherUid(causes: readonly Cause[]): boolean {
  return causes.length > 0 && causes.every(({ field }) => field === "metadata.uid");
}

function anotherObject(attempt: string, causes: readonly Cause[]): ApiError {
  const message = `${attempt}: 409 Conflict: the object has another uid: it was deleted and made again`;
  return new ApiError({ status: 409, reason: "Conflict", message, causes });
}

// What a proxy or load balancer between us and the API server says has no Status object.
const reasons: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  409: "Conflict",
  410: "Expired",
  413: "RequestEntityTooLarge",
  422: "Invalid",
  429: "TooManyRequests",
  500: "InternalError",
  503: "ServiceUnavailable",
  504: "Timeout",
};

function causesOf(raw: unknown, type: ResourceType): Cause[] {
  if (!Array.isArray(raw)) return [];
  return raw
    .slice(0, mostCauses)
    .filter(isObject)
    .map((cause) => {
      const message = text(cause["message"]).slice(0, longestMessage);
      const field = text(cause["field"]).slice(0, longestMessage);
      return { field, reason: text(cause["reason"]), message: holdsValues(type) ? safeCauseMessage(message) : message };
    });
}

function retryAfter(header: string | undefined, inBody: unknown): number | undefined {
  const seconds = header !== undefined && header.trim() !== "" ? Number(header) : inBody;
  return typeof seconds === "number" && Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : undefined;
}

function parseObject(json: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(json);
    return isObject(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
