import type { DataItem } from "../api/model.ts";
import type { SourceValue } from "../api/source.ts";
import type { Content, Result, Sandbox, ShapedKey, ShapeItem } from "./contract.ts";
import { decodeContent } from "./decoding.ts";
import { findJsonKey } from "./json/json-key.ts";
import { jsonTextOf } from "./json/json-text.ts";
import { contentOfJson, type JsonContent } from "./json/json-value.ts";
import { checkKeyName } from "./key-name.ts";
import { fail, failAt, succeed } from "./result.ts";
import { routeValue } from "./sensitivity.ts";
import { sourceLabel } from "./source-label.ts";
import { tagContent } from "./tags.ts";

/**
 * Shapes one `data` item: routes it, takes out what `jsonKey`, `jmesPath` or `tag` ask for, decodes it. Failures:
 * SpecInvalid (an edit is needed), NotAllowedByStore, ValueNotFound (no such JSON key or tag), ValueInvalid (the value is
 * not what the item says). Every message starts with the key.
 */
export const shapeItem: ShapeItem = async (item, value, context) => {
  const subject = `key ${item.key}`;
  const shaped = await shape(item, value, context);
  return shaped.ok ? shaped : failAt(subject, shaped.failure);
};

async function shape(
  item: DataItem,
  value: SourceValue,
  context: Parameters<ShapeItem>[2],
): Promise<Result<ShapedKey>> {
  const key = checkKeyName(item.key, `correct ${item.field}.key`);
  if (!key.ok) return key;
  const routing = routeValue(item, value, { ...context, isTag: item.extract.kind === "tag" });
  if (!routing.ok) return routing;
  const content = await extractContent(item, value, context.sandbox);
  if (!content.ok) return content;
  return succeed({
    key: item.key,
    ...routing.value,
    content: content.value,
    field: item.field,
    source: sourceLabel(item.ref, item.extract),
    version: value.version,
  });
}

async function extractContent(item: DataItem, value: SourceValue, sandbox: Sandbox): Promise<Result<Content>> {
  if (item.extract.kind === "tag") return tagContent(value, item.extract.tag);
  if (value.content === undefined) return fail("InternalError", "its value was not read");
  if (item.extract.kind === "whole") return decodeContent(value.content, item.decode);
  const json = jsonTextOf(value.content);
  if (!json.ok) return json;
  if (item.extract.kind === "jmesPath") {
    const found = await sandbox.jmesPath(json.value, item.extract.jmesPath);
    return found.ok ? decodeContent(found.value, item.decode) : found;
  }
  return jsonKeyContent(json.value, item.extract.jsonKey, item.decode);
}

/** The decoded content of what a jsonKey names. Only for text that JSON.parse has accepted. */
export function jsonKeyContent(json: string, jsonKey: string, decoding: DataItem["decode"]): Result<Content> {
  const source = findJsonKey(json, jsonKey);
  if (!source.ok) return source;
  const found = contentOfJson(source.value);
  return found.ok ? decodeJson(found.value, decoding) : found;
}

/** Decodes what a JSON value gave. Only a JSON string can be encoded: Auto leaves others alone, Base64 refuses them. */
export function decodeJson(json: JsonContent, decoding: DataItem["decode"]): Result<Content> {
  if (json.fromString) return decodeContent(json.text, decoding);
  if (decoding === "None" || decoding === "Auto") return succeed(json.text);
  return fail(
    "ValueInvalid",
    `decode: ${decoding} needs a JSON string, and this is a number, a boolean, an object or an array`,
  );
}
