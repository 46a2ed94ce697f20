/** When a rule strikes among the requests that it matches. */
export interface Turn {
  /** Matching requests that pass before it begins; default 0. */
  readonly skip?: number;
  /** Requests that it strikes; default all that follow. */
  readonly times?: number;
}

/** Rules as data, in order: the first whose turn it is strikes. */
export interface RuleBook<Rule extends Turn, Request> {
  /** Replaces all rules; their counts begin anew. */
  set(rules: readonly Rule[]): void;
  /** The rule that strikes this request, if any. A rule counts a request when no rule before it struck. */
  strike(request: Request): Rule | undefined;
}

export function createRuleBook<Rule extends Turn, Request>(
  matches: (rule: Rule, request: Request) => boolean,
): RuleBook<Rule, Request> {
  let entries: { readonly rule: Rule; seen: number }[] = [];
  return {
    set(rules) {
      entries = rules.map((rule) => ({ rule, seen: 0 }));
    },
    strike: (request) => entries.find((entry) => matches(entry.rule, request) && isItsTurn(entry))?.rule,
  };
}

function isItsTurn(entry: { readonly rule: Turn; seen: number }): boolean {
  entry.seen += 1;
  const skip = entry.rule.skip ?? 0;
  return entry.seen > skip && entry.seen <= skip + (entry.rule.times ?? Number.POSITIVE_INFINITY);
}
