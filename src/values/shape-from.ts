import type { DataFromItem } from "../api/model.ts";
import type { SourceValue } from "../api/source.ts";
import { giveTurn, mapInSlices } from "../event-loop/in-slices.ts";
import type { Content, Result, ShapeContext, ShapedKey, ShapeFrom } from "./contract.ts";
import { decodeContent } from "./decoding.ts";
import { findJsonKey } from "./json/json-key.ts";
import { jsonTextOf } from "./json/json-text.ts";
import { contentOfJson } from "./json/json-value.ts";
import { type Member, membersOf } from "./json/members.ts";
import { checkKeyName } from "./key-name.ts";
import { resolveConflicts } from "./keys/conflicts.ts";
import { compileKeyRules, type KeyMaker } from "./keys/key-rules.ts";
import { quoteName } from "./name-list.ts";
import { fail, failAt, succeed } from "./result.ts";
import { routeValue } from "./sensitivity.ts";
import { decodeJson, jsonKeyContent } from "./shape-item.ts";
import { sourceLabel } from "./source-label.ts";

/** Something that may become a key: its name, and how to get at its content once its name has passed the rules. */
interface Candidate {
  readonly name: string;
  readonly value: SourceValue;
  readonly source: string;
  readonly content: () => Result<Content>;
}

/**
 * Shapes one `dataFrom` item. A single value must be a JSON object: every top-level key, or those below `jsonKey`. A find
 * gives a key per match, with `jsonKey` taken out of each. Names pass the rules first, so that what is excluded need not
 * be right. Nothing left is ValueNotFound unless the item is optional; two names for one key is KeyConflict.
 */
export const shapeFrom: ShapeFrom = async (item, values, context) => {
  const rules = compileKeyRules(item);
  if (!rules.ok) return rules;
  const shaped = await shape(item, values, { ...context, keyOf: rules.value });
  return shaped.ok ? shaped : failAt(item.field, shaped.failure);
};

async function shape(
  item: DataFromItem,
  values: readonly SourceValue[],
  context: ShapeContext & { readonly keyOf: KeyMaker },
): Promise<Result<readonly ShapedKey[]>> {
  const candidates = candidatesOf(item, values);
  if (!candidates.ok) return candidates;
  await giveTurn(candidates.value.length, context.turns);
  const shaped = await mapInSlices(candidates.value, context.turns, (candidate) => {
    const key = context.keyOf(candidate.name);
    return key === undefined ? undefined : shapeCandidate(item, key, candidate, context);
  });
  const keys: ShapedKey[] = [];
  for (const result of shaped) {
    if (result === undefined) continue;
    if (!result.ok) return result;
    keys.push(result.value);
  }
  await giveTurn(keys.length, context.turns);
  if (keys.length === 0 && !item.optional) return fail("ValueNotFound", emptyMessage(item, candidates.value.length));
  return resolveConflicts(keys, item.keys.onConflict);
}

function candidatesOf(item: DataFromItem, values: readonly SourceValue[]): Result<readonly Candidate[]> {
  if (item.ref.kind === "parameter" || item.ref.kind === "secret") {
    const [value] = values;
    return value === undefined ? succeed([]) : membersAsCandidates(item, value);
  }
  // In an order of their own, so that the last of two is the same one each time.
  const sorted = [...values].sort((one, other) => (one.name < other.name ? -1 : 1));
  return succeed(sorted.map((value) => matchAsCandidate(item, value)));
}

function matchAsCandidate(item: DataFromItem, value: SourceValue): Candidate {
  const service = value.service.toLowerCase();
  const suffix = item.jsonKey === undefined ? "" : `#${item.jsonKey}`;
  return {
    name: value.name,
    value,
    source: `${service}:${value.name}${suffix}`,
    content: () => matchContent(item, value),
  };
}

function matchContent(item: DataFromItem, value: SourceValue): Result<Content> {
  if (value.content === undefined) return fail("InternalError", "its value was not read");
  if (item.jsonKey === undefined) return decodeContent(value.content, item.decode);
  const json = jsonTextOf(value.content);
  return json.ok ? jsonKeyContent(json.value, item.jsonKey, item.decode) : json;
}

function membersAsCandidates(item: DataFromItem, value: SourceValue): Result<readonly Candidate[]> {
  if (value.content === undefined) return fail("InternalError", "its value was not read");
  const json = jsonTextOf(value.content);
  if (!json.ok) return json;
  const source = item.jsonKey === undefined ? succeed(json.value) : findJsonKey(json.value, item.jsonKey);
  if (!source.ok) return source;
  const members = membersOf(source.value);
  if (members === undefined)
    return fail("ValueInvalid", "the value must be a JSON object, and is JSON of another kind");
  const twice = firstRepeated(members);
  if (twice !== undefined) {
    return fail("ValueInvalid", `${quoteName(twice)} stands more than once in the JSON object; keep one`);
  }
  return succeed(members.map((member) => memberAsCandidate(item, value, member)));
}

function memberAsCandidate(item: DataFromItem, value: SourceValue, member: Member): Candidate {
  const base =
    item.ref.kind === "parameter" || item.ref.kind === "secret" ? sourceLabel(item.ref, { kind: "whole" }) : "";
  const pointer = item.jsonKey === undefined ? member.name : `${asPointer(item.jsonKey)}/${escapeToken(member.name)}`;
  const content = () => {
    const found = contentOfJson(member.source);
    return found.ok ? decodeJson(found.value, item.decode) : found;
  };
  return { name: member.name, value, source: `${base}#${pointer}`, content };
}

const escapeToken = (name: string): string => name.replaceAll("~", "~0").replaceAll("/", "~1");
const asPointer = (jsonKey: string): string => (jsonKey.startsWith("/") ? jsonKey : `/${escapeToken(jsonKey)}`);

function firstRepeated(members: readonly Member[]): string | undefined {
  const seen = new Set<string>();
  for (const { name } of members) {
    if (seen.has(name)) return name;
    seen.add(name);
  }
  return undefined;
}

function shapeCandidate(
  item: DataFromItem,
  key: string,
  candidate: Candidate,
  context: ShapeContext,
): Result<ShapedKey> {
  const named = checkKeyName(key, "rewrite it with keys.rewrite, or leave it out with keys.exclude");
  // The name came from AWS and may change there: unlike a key in the spec, it may heal without an edit.
  if (!named.ok) return fail("ValueInvalid", `${candidate.source}: ${named.failure.message}`);
  const routing = routeValue(item, candidate.value, context);
  if (!routing.ok) return failAt(`key ${key}`, routing.failure);
  const content = candidate.content();
  if (!content.ok) return failAt(`key ${key}`, content.failure);
  return succeed({
    key,
    ...routing.value,
    content: content.value,
    field: item.field,
    source: candidate.source,
    version: candidate.value.version,
    ...(item.keys.onConflict === "Last" ? { yields: true } : {}),
  });
}

function emptyMessage(item: DataFromItem, candidates: number): string {
  if (candidates === 0) return `there is ${nothingFor(item.ref)}, or set optional: true`;
  return `keys.include and keys.exclude leave none of ${candidates} names; correct them, or set optional: true`;
}

/** What is missing, and what to do about it. */
function nothingFor(ref: DataFromItem["ref"]): string {
  switch (ref.kind) {
    case "parametersByPath": {
      const deeper = ref.recursive ? "" : ", set recursive: true for those at deeper paths";
      return `no parameter under ${ref.path}; correct the path${deeper}`;
    }
    case "parametersByTags":
      return "no parameter with these tags; correct the tags";
    case "secretsByFilter":
      return `no secret ${ref.namePrefix === undefined ? "with these tags" : `named ${ref.namePrefix}*`}; correct namePrefix or tags`;
    case "parameter":
    case "secret":
      return "no key in the JSON object; correct the value";
  }
}
