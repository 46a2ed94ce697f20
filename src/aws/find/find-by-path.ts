import type { PathRef, SourceValue } from "../../api/source.ts";
import { fromParameter } from "../refs/source-value.ts";
import { type FindContext, lostMatches } from "./find-context.ts";
import { pagesOf } from "./pages.ts";
import { parametersNamed } from "./values-of.ts";

/** All parameters under a path, page by page. */
export async function findByPath({ path, recursive }: PathRef, context: FindContext): Promise<SourceValue[]> {
  const { access, options, keep } = context;
  const found = new Map<string, SourceValue>();
  const pages = pagesOf("GetParametersByPath", (token) =>
    access.calls.getParametersByPath({ path, recursive, ...token }, options),
  );
  for await (const page of pages) {
    for (const value of page.map(fromParameter)) {
      if (keep(value.name)) {
        found.set(value.name, value);
      }
    }
  }
  // A parameter's name never changes, so one that still stands is still below the path.
  const lost = lostMatches(context, found).map(({ name }) => name);
  return [...found.values(), ...(await parametersNamed(lost, context))];
}
