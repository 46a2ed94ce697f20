/** Which template a filter runs in: what salts derive from. */
export interface FilterScope {
  readonly uid: string;
  readonly template: string;
}

/** One use of a filter: `{{ input | name: args }}`. */
export interface FilterCall {
  readonly name: string;
  readonly input: unknown;
  readonly args: readonly unknown[];
  readonly scope: FilterScope;
  /** Whether the first argument stands in the template as a quoted text. */
  readonly literal: boolean;
}

/** A filter: pure; a FilterError says what is wrong without a value. */
export type FilterFunction = (call: FilterCall) => unknown;
