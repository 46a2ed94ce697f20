import type { SecretFilterRef, SourceValue } from "../../api/source.ts";
import type { SecretFilter } from "../calls.ts";
import { AwsError } from "../errors.ts";
import { type FindContext, hasTags } from "./find-context.ts";
import { pagesOf } from "./pages.ts";
import { secretsByArn } from "./values-of.ts";

/** All secrets that carry the tags and whose names start with the prefix: listed, checked to the letter, then read. */
export async function findSecrets(ref: SecretFilterRef, context: FindContext): Promise<SourceValue[]> {
  const { access, options, keep } = context;
  const arns = new Map<string, string>();
  const pages = pagesOf("ListSecrets", (token) =>
    access.calls.listSecrets({ filters: filtersOf(ref), ...token }, options),
  );
  for await (const page of pages) {
    for (const { name, arn } of page.filter((item) => matches(ref, item) && keep(item.name))) {
      arns.set(name, arn);
    }
  }
  const values = new Map((await secretsByArn([...arns.values()], context)).map((value) => [value.name, value]));
  const standing: string[] = [];
  for (const name of context.lost(values)) {
    const arn = await standingArn(ref, name, context);
    if (arn !== undefined) {
      standing.push(arn);
    }
  }
  return [...values.values(), ...(await secretsByArn(standing, context))];
}

/**
 * Only narrows the list. A tag's key and value are matched apart from each other and as prefixes, and a leading "!" turns
 * a filter round (ListSecrets, "Filters"), so each answer is checked again.
 */
function filtersOf({ namePrefix, tags }: SecretFilterRef): readonly SecretFilter[] {
  const [tag] = Object.entries(tags ?? {});
  const wanted: readonly (readonly [SecretFilter["key"], string | undefined])[] = [
    ["name", namePrefix],
    ["tag-key", tag?.[0]],
    ["tag-value", tag?.[1]],
  ];
  return wanted.flatMap(([key, value]) =>
    value === undefined || value === "" || value.startsWith("!") ? [] : [{ key, values: [value] }],
  );
}

function matches(
  { namePrefix, tags }: SecretFilterRef,
  secret: { readonly name: string; readonly tags: Readonly<Record<string, string>> },
): boolean {
  return secret.name.startsWith(namePrefix ?? "") && hasTags(secret.tags, tags);
}

/** Asks the secret itself, since the list may lag by minutes. Its ARN; undefined where it is gone or fits no longer. */
async function standingArn(
  ref: SecretFilterRef,
  name: string,
  { access, options }: FindContext,
): Promise<string | undefined> {
  try {
    const secret = await access.calls.describeSecret(name, options);
    return secret.deletedDate === undefined && matches(ref, secret) ? secret.arn : undefined;
  } catch (error) {
    if (error instanceof AwsError && error.gone) {
      return undefined;
    }
    throw error;
  }
}
