import type { FindRef, SourceValue } from "../../api/source.ts";
import { asAwsError, bad, type Outcome } from "../batching/outcome.ts";
import type { CallOptions } from "../calls.ts";
import type { QuotaClass } from "../limits/quota-class.ts";
import type { Access } from "../reading/access.ts";
import { type Entry, keepIdOf } from "../reading/entry.ts";
import { countedCalls } from "./counted-calls.ts";
import { findByPath } from "./find-by-path.ts";
import type { FindContext } from "./find-context.ts";
import { findParametersByTags } from "./find-parameters-by-tags.ts";
import { findSecrets } from "./find-secrets.ts";
import { createFormerMatches } from "./former-matches.ts";

export interface FindRead {
  readonly access: Access;
  readonly options: CallOptions;
  /** Clock milliseconds. */
  readonly began: number;
}

/** One find. Any page or value that cannot be read makes it fail as a whole, so that a failure removes nothing. */
export async function readFind(entry: Entry, read: FindRead): Promise<Outcome> {
  const { keep, kept } = keptBy(entry);
  entry.keeping = kept;
  const cost = new Map<QuotaClass, number>();
  const access = { ...read.access, calls: countedCalls(read.access.calls, cost) };
  try {
    entry.former ??= createFormerMatches();
    const { former } = entry;
    const lookedAt = new Set<string>();
    const unwanted = new Set<string>();
    const lost = (listed: ReadonlyMap<string, unknown>): readonly string[] => {
      for (const name of new Set([...namesOf(entry.good?.values ?? []), ...former.names()])) {
        (keep(name) ? lookedAt : unwanted).add(name);
      }
      return [...lookedAt].filter((name) => !listed.has(name));
    };
    const values = await find(entry.ref as FindRef, { ...read, access, keep, lost });
    former.learn({ began: read.began, found: new Set(namesOf(values)), lookedAt, unwanted });
    entry.kept = kept;
    entry.cost = cost;
    return { ok: true, values: values.sort((a, b) => (a.name < b.name ? -1 : 1)) };
  } catch (thrown) {
    return bad(asAwsError(thrown, "find"));
  }
}

function namesOf(values: readonly SourceValue[]): readonly string[] {
  return values.map(({ name }) => name);
}

function find(ref: FindRef, context: FindContext): Promise<SourceValue[]> {
  switch (ref.kind) {
    case "parametersByPath":
      return findByPath(ref, context);
    case "parametersByTags":
      return findParametersByTags(ref, context);
    case "secretsByFilter":
      return findSecrets(ref, context);
  }
}

/** What any of those wants who want it now; everything, where one sets no bound or nobody is known yet. */
function keptBy({ wants }: Entry): Pick<FindContext, "keep"> & Pick<Entry, "kept"> {
  const kept = new Set<unknown>();
  const predicates: ((name: string) => boolean)[] = [];
  for (const want of wants.values()) {
    if (want.keep === undefined) {
      return { keep: () => true, kept: undefined };
    }
    if (!kept.has(keepIdOf(want))) {
      kept.add(keepIdOf(want));
      predicates.push(want.keep);
    }
  }
  return predicates.length === 0
    ? { keep: () => true, kept: undefined }
    : { keep: (name) => predicates.some((keep) => keep(name)), kept };
}
