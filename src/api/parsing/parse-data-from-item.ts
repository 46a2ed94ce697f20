import { RE2JS, RE2JSException } from "re2js";
import type { DataFromItemFields } from "../fields/data-fields.ts";
import type { DataFromItem, KeyRules, StoreRef } from "../model.ts";
import { itemSettings } from "./item-settings.ts";
import { checkJsonKey } from "./parse-data-item.ts";
import { parseSourceFrom, type Report } from "./parse-source.ts";

/** One `dataFrom` item; undefined after a report. */
export function parseDataFromItem(
  item: DataFromItemFields,
  place: { readonly field: string; readonly store: StoreRef },
  report: Report,
): DataFromItem | undefined {
  const { field, store } = place;
  const source = parseSourceFrom(item, field, report);
  checkJsonKey(item.jsonKey, field, report);
  const keys = parseKeyRules(item.keys ?? {}, `${field}.keys`, report);
  if (!source) return undefined;
  if (source.jsonKey !== undefined && item.jsonKey !== undefined) {
    report({ field, message: "must not have jsonKey, since its arn names a JSON key" });
  }
  const jsonKey = item.jsonKey ?? source.jsonKey;
  return {
    field,
    to: item.to ?? "Secret",
    ref: source.ref,
    ...(jsonKey === undefined ? {} : { jsonKey }),
    ...itemSettings(item, store),
    keys,
  };
}

function parseKeyRules(
  { format = "Relative", include = [], exclude = [], rewrite = [], onConflict = "Fail" }: Partial<KeyRules>,
  field: string,
  report: Report,
): KeyRules {
  for (const [index, pattern] of include.entries()) checkPattern(pattern, `${field}.include[${index}]`, report);
  for (const [index, pattern] of exclude.entries()) checkPattern(pattern, `${field}.exclude[${index}]`, report);
  for (const [index, { match }] of rewrite.entries()) checkPattern(match, `${field}.rewrite[${index}].match`, report);
  return { format, include, exclude, rewrite, onConflict };
}

function checkPattern(pattern: string, field: string, report: Report): void {
  try {
    RE2JS.compile(pattern);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    report({ field, message: `must be an RE2 pattern: ${error.message.replace(/^error parsing regexp: /u, "")}` });
  }
}
