import type { Page } from "../calls.ts";
import { AwsError } from "../errors.ts";

/**
 * Every page of a paged call, one after the other. An empty page with a token goes on; a token seen before would go on
 * for ever and is an error.
 */
export async function* pagesOf<T>(
  operation: string,
  fetch: (token: { readonly nextToken?: string }) => Promise<Page<T>>,
): AsyncGenerator<readonly T[]> {
  const seen = new Set<string>();
  let nextToken: string | undefined;
  do {
    const page: Page<T> = await fetch(nextToken === undefined ? {} : { nextToken });
    yield page.items;
    nextToken = page.nextToken;
    if (nextToken !== undefined && seen.has(nextToken)) {
      throw new AwsError({
        kind: "unavailable",
        code: "RepeatedToken",
        operation,
        message: `${operation} returned the same NextToken twice`,
      });
    }
    seen.add(nextToken ?? "");
  } while (nextToken !== undefined);
}
