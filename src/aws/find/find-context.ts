import type { CallOptions } from "../calls.ts";
import type { Access } from "../reading/access.ts";

/** What a find needs besides its ref. */
export interface FindContext {
  readonly access: Access;
  readonly options: CallOptions;
  /** Which matches are wanted, by bare name: the rest is dropped page by page. */
  readonly keep: (name: string) => boolean;
  /**
   * Names that were found before and are not listed now: lists lag, so each is looked at directly before it counts as
   * gone. To be asked once, when all pages have been read.
   */
  readonly lost: (listed: ReadonlyMap<string, unknown>) => readonly string[];
}

/** Whether the tags hold every one asked for, to the letter. */
export function hasTags(
  tags: Readonly<Record<string, string>>,
  asked: Readonly<Record<string, string>> | undefined,
): boolean {
  return Object.entries(asked ?? {}).every(([key, value]) => tags[key] === value);
}
