import type { PathRef, SourceValue } from "../../api/source.ts";
import { fromParameter } from "../refs/source-value.ts";
import type { FindContext } from "./find-context.ts";
import { pagesOf } from "./pages.ts";
import { parametersNamed } from "./values-of.ts";

/** All parameters under a path, page by page. */
export async function findByPath(ref: PathRef, context: FindContext): Promise<SourceValue[]> {
  const { access, options, keep } = context;
  const { path, recursive } = ref;
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
  const lost = context.lost(found).filter((name) => isBelow(ref, name));
  return [...found.values(), ...(await parametersNamed(lost, context))];
}

/** What is known of former matches may come from a status, which must not widen what is read. */
function isBelow({ path, recursive }: PathRef, name: string): boolean {
  const folder = path.endsWith("/") ? path : `${path}/`;
  return name.startsWith(folder) && (recursive || !name.slice(folder.length).includes("/"));
}
