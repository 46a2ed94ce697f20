import { type Input, type ListBehaviour, optionalNumber, optionalText } from "./operation.ts";
import { WireError } from "./wire-error.ts";

export interface PageResult<T> {
  readonly items: readonly T[];
  readonly nextToken: string | undefined;
}

/** What one kind of page is bounded by. `badToken`: the error's wire name for a token that this fake did not make. */
export interface PageRules {
  readonly most: number;
  readonly badToken: string;
}

/**
 * The page that `NextToken` and `MaxResults` ask for. `keyOf` names the place of an item in an ordered list, so that
 * items that come or go between two pages neither repeat nor hide others.
 */
export function page<T>(
  ordered: readonly T[],
  input: Input,
  rules: PageRules,
  pager: { readonly lists: ListBehaviour; readonly keyOf: (item: T) => string },
): PageResult<T> {
  const size = optionalNumber(input, "MaxResults") ?? rules.most;
  if (size < 1 || size > rules.most) {
    throw new WireError(
      "ValidationException",
      `1 validation error detected: Value '${size}' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to ${rules.most}`,
    );
  }
  const token = parseToken(optionalText(input, "NextToken"), rules);
  const start = token ? firstAfter(ordered, token.after, pager.keyOf) : 0;
  if (token && token.empty > 0) {
    return { items: [], nextToken: makeToken(token.after, token.empty - 1) };
  }
  const items = ordered.slice(start, start + size);
  const last = items.at(-1);
  const more = last !== undefined && start + size < ordered.length;
  return { items, nextToken: more ? makeToken(pager.keyOf(last), pager.lists.emptyPages) : undefined };
}

function firstAfter<T>(ordered: readonly T[], after: string, keyOf: (item: T) => string): number {
  let low = 0;
  let high = ordered.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = ordered[middle];
    if (item !== undefined && keyOf(item) <= after) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

function makeToken(after: string, empty: number): string {
  return Buffer.from(JSON.stringify([after, empty])).toString("base64");
}

function parseToken(text: string | undefined, rules: PageRules): { after: string; empty: number } | undefined {
  if (text === undefined) {
    return undefined;
  }
  try {
    const [after, empty] = JSON.parse(Buffer.from(text, "base64").toString()) as unknown[];
    if (typeof after === "string" && typeof empty === "number") {
      return { after, empty };
    }
  } catch {
    // Not JSON: refused below.
  }
  throw new WireError(rules.badToken, "The specified token is not valid.");
}
