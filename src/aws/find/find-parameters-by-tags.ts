import type { ParameterTagsRef, SourceValue } from "../../api/source.ts";
import { type FindContext, hasTags } from "./find-context.ts";
import { pagesOf } from "./pages.ts";
import { parametersNamed } from "./values-of.ts";

/** All parameters that carry the tags: their names by DescribeParameters, which matches exactly, then their values. */
export async function findParametersByTags({ tags }: ParameterTagsRef, context: FindContext): Promise<SourceValue[]> {
  const { access, options, keep } = context;
  const filters = Object.entries(tags).map(([key, value]) => ({
    key: `tag:${key}`,
    option: "Equals" as const,
    values: [value],
  }));
  const names = new Map<string, true>();
  const pages = pagesOf("DescribeParameters", (token) =>
    access.calls.describeParameters({ filters, ...token }, options),
  );
  for await (const page of pages) {
    for (const { name } of page.filter((item) => keep(item.name))) {
      names.set(name, true);
    }
  }
  const values = new Map((await parametersNamed([...names.keys()], context)).map((value) => [value.name, value]));
  for (const value of await parametersNamed(context.lost(values), context)) {
    if (hasTags(await access.calls.listParameterTags(value.name, options), tags)) {
      values.set(value.name, value);
    }
  }
  return [...values.values()];
}
