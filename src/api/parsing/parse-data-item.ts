import type { DataItemFields } from "../fields/data-fields.ts";
import type { DataItem, Extraction, StoreRef } from "../model.ts";
import type { ParameterRef, SecretRef, TagsRef } from "../source.ts";
import { itemSettings } from "./item-settings.ts";
import { parseSource, type Report, type Source } from "./parse-source.ts";

/** One `data` item; undefined after a report. */
export function parseDataItem(
  item: DataItemFields,
  place: { readonly field: string; readonly store: StoreRef },
  report: Report,
): DataItem | undefined {
  const { field, store } = place;
  const source = parseSource(item, field, report);
  checkJsonKey(item.jsonKey, field, report);
  if (!source) return undefined;
  const ref = item.tag === undefined ? source.ref : tagsRef(source.ref, field, report);
  const extract = parseExtraction(item, source, field, report);
  const { decode, sensitive, optional, store: itemStore } = itemSettings(item, store);
  // Spelt out: what is spread takes a third more memory, and there are eight a resource.
  return { field, key: item.key, to: item.to ?? "Secret", store: itemStore, ref, extract, decode, sensitive, optional };
}

/** A JSON Pointer (RFC 6901) has "~" only in "~0" and "~1". */
export function checkJsonKey(jsonKey: string | undefined, field: string, report: Report): void {
  if (jsonKey === undefined || !jsonKey.startsWith("/") || !/~(?![01])/u.test(jsonKey)) return;
  report({ field: `${field}.jsonKey`, message: 'must be a JSON Pointer, where "~" is written "~0" and "/" "~1"' });
}

const whole: Extraction = { kind: "whole" };

function parseExtraction(
  { jsonKey, jmesPath, tag }: DataItemFields,
  source: Source<unknown>,
  field: string,
  report: Report,
): Extraction {
  if (source.jsonKey !== undefined && (jsonKey ?? jmesPath ?? tag) !== undefined) {
    report({ field, message: "must not have jsonKey, jmesPath or tag, since its arn names a JSON key" });
  }
  if (tag !== undefined) return { kind: "tag", tag };
  if (jmesPath !== undefined) return { kind: "jmesPath", jmesPath };
  const key = jsonKey ?? source.jsonKey;
  return key === undefined ? whole : { kind: "jsonKey", jsonKey: key };
}

function tagsRef(ref: ParameterRef | SecretRef, field: string, report: Report): TagsRef {
  if (isSelected(ref)) {
    report({ field, message: "must not select a version with tag, since tags belong to all versions" });
  }
  return ref.kind === "secret"
    ? { kind: "tags", of: { service: "secretsManager", id: ref.secretId } }
    : { kind: "tags", of: { service: "parameterStore", id: ref.name } };
}

function isSelected(ref: ParameterRef | SecretRef): boolean {
  if (ref.kind === "parameter") return ref.selector !== undefined;
  return ref.versionId !== undefined || ref.versionStage !== undefined;
}
