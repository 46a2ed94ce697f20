import type { SourceValue } from "../../api/source.ts";
import type { CallOptions } from "../calls.ts";
import type { Access } from "../reading/access.ts";

/** What a find needs besides its ref. */
export interface FindContext {
  readonly access: Access;
  readonly options: CallOptions;
  /** Which matches are wanted, by bare name: the rest is dropped page by page. */
  readonly keep: (name: string) => boolean;
  /** What the last good find held. */
  readonly previous: readonly SourceValue[];
}

/** What was found before and is not found now: lists lag, so each is looked at directly before it counts as gone. */
export function lostMatches(
  { previous, keep }: FindContext,
  found: ReadonlyMap<string, unknown>,
): readonly SourceValue[] {
  return previous.filter((value) => !found.has(value.name) && keep(value.name));
}

/** Whether the tags hold every one asked for, to the letter. */
export function hasTags(
  tags: Readonly<Record<string, string>>,
  asked: Readonly<Record<string, string>> | undefined,
): boolean {
  return Object.entries(asked ?? {}).every(([key, value]) => tags[key] === value);
}
