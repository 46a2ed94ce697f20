import type { Place } from "./arns.ts";
import type { Identity } from "./identities.ts";
import type { State } from "./state.ts";
import { WireError } from "./wire-error.ts";

export type Input = Readonly<Record<string, unknown>>;

/** How lists misbehave within what AWS allows itself. */
export interface ListBehaviour {
  /** Every page is followed by this many empty ones that carry a NextToken. */
  emptyPages: number;
  /** ListSecrets and filters show the secrets as they were so many milliseconds ago. */
  lagMs: number;
}

/** What one request runs with. */
export interface OperationContext {
  readonly state: State;
  readonly identity: Identity;
  /** The caller's account, and the region of the endpoint. */
  readonly place: Place;
  readonly lists: ListBehaviour;
  /** Why a rule refuses the caller this action on this resource: AWS's own text; undefined where it may. */
  denial(action: string, resource: string): string | undefined;
}

export interface OperationResult {
  readonly output: object;
  /** Values, descriptions or names delivered, for the counts. */
  readonly items: number;
}

export type Operation = (context: OperationContext, input: Input) => OperationResult;

/** Throws AWS's AccessDeniedException where a rule refuses. */
export function authorize(context: OperationContext, action: string, resource: string): void {
  const denial = context.denial(action, resource);
  if (denial !== undefined) {
    throw new WireError("AccessDeniedException", denial);
  }
}

export function optionalText(input: Input, field: string): string | undefined {
  const value = input[field];
  if (value === undefined || value === null) {
    return undefined;
  }
  if (typeof value !== "string") {
    throw new WireError("SerializationException", `${field} must be a string`);
  }
  return value;
}

export function requiredText(input: Input, field: string): string {
  const value = optionalText(input, field);
  if (value === undefined || value === "") {
    throw mustNotBeNull(field);
  }
  return value;
}

export function textList(input: Input, field: string): readonly string[] | undefined {
  const value = input[field];
  if (value === undefined || value === null) {
    return undefined;
  }
  if (!(Array.isArray(value) && value.every((each) => typeof each === "string"))) {
    throw new WireError("SerializationException", `${field} must be a list of strings`);
  }
  return value;
}

export function optionalNumber(input: Input, field: string): number | undefined {
  const value = input[field];
  return typeof value === "number" ? value : undefined;
}

/** Objects of a list; anything else in it is refused. */
export function recordList(input: Input, field: string): readonly Input[] {
  const value = input[field];
  if (value === undefined || value === null) {
    return [];
  }
  if (!Array.isArray(value)) {
    throw new WireError("SerializationException", `${field} must be a list`);
  }
  return value.map((each: unknown) => {
    if (typeof each !== "object" || each === null) {
      throw new WireError("SerializationException", `${field} must be a list of structures`);
    }
    return { ...each };
  });
}

export function mustNotBeNull(field: string): WireError {
  const name = field.charAt(0).toLowerCase() + field.slice(1);
  return new WireError(
    "ValidationException",
    `1 validation error detected: Value null at '${name}' failed to satisfy constraint: Member must not be null`,
  );
}

/** Seconds since the epoch, as JSON 1.1 sends times. */
export function seconds(milliseconds: number): number {
  return milliseconds / 1000;
}
