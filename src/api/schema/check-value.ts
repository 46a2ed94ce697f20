import type { JsonSchema } from "./json-schema.ts";
import type { Schema } from "./schema.ts";

/** One thing that is wrong. The two read as one sentence: "spec.data[2].key must be set". Never holds a value. */
export interface Finding {
  /** `spec.data[2].key` */
  readonly field: string;
  readonly message: string;
}

/**
 * Checks a value against its schema, as the API server does: first the structure; the rules only where that holds.
 * Unknown fields, which the API server drops, are findings here: nothing that a user wrote is ignored.
 */
export function checkValue(schema: Schema<unknown>, value: unknown, field: string): readonly Finding[] {
  const findings = checkStructure(schema, value, field);
  return findings.length > 0 ? findings : checkRules(schema, value, field);
}

function checkStructure(schema: Schema<unknown>, value: unknown, field: string): Finding[] {
  const { node } = schema;
  if (!hasType(node.type, value)) return [{ field, message: `must be ${typeNames[node.type]}` }];
  const own = checkOwn(node, value).map((message) => ({ field, message }));
  return [
    ...own,
    ...repeatedItems(schema, value, field),
    ...unknownFields(schema, value, field),
    ...missingFields(schema, value, field),
  ].concat(children(schema, value, field).flatMap((child) => checkStructure(child.schema, child.value, child.field)));
}

function checkRules(schema: Schema<unknown>, value: unknown, field: string): Finding[] {
  const own = schema.rules.filter((rule) => !rule.holds(value)).map(({ message }) => ({ field, message }));
  return own.concat(
    children(schema, value, field).flatMap((child) => checkRules(child.schema, child.value, child.field)),
  );
}

const typeNames: Readonly<Record<JsonSchema["type"], string>> = {
  object: "an object",
  string: "a string",
  integer: "an integer",
  boolean: "true or false",
  array: "a list",
};

function hasType(type: JsonSchema["type"], value: unknown): boolean {
  if (type === "integer") return Number.isSafeInteger(value);
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isRecord(value);
  return typeof value === type;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function checkOwn(node: JsonSchema, value: unknown): string[] {
  if (typeof value === "string") return checkString(node, value);
  if (typeof value === "number") {
    return bounded({ size: value, least: node.minimum, most: node.maximum }, (bound) => `be ${bound}`);
  }
  if (Array.isArray(value)) {
    const size = { size: value.length, least: node.minItems, most: node.maxItems };
    return bounded(size, (bound) => `have ${bound} items`);
  }
  if (!isRecord(value)) return [];
  const size = { size: Object.keys(value).length, least: node.minProperties, most: node.maxProperties };
  return bounded(size, (bound) => `have ${bound} entries`);
}

function checkString(node: JsonSchema, value: string): string[] {
  if (node.enum && !node.enum.includes(value)) return [`must be one of ${node.enum.join(", ")}`];
  // The API server counts code points, never more than UTF-16 units.
  const size = { size: [...value].length, least: node.minLength, most: node.maxLength };
  const wrong = bounded(size, (bound) => `have ${bound} characters`);
  if (node.pattern && !new RegExp(node.pattern, "u").test(value)) wrong.push(`must match ${node.pattern}`);
  return wrong;
}

interface Size {
  readonly size: number;
  readonly least: number | undefined;
  readonly most: number | undefined;
}

function bounded({ size, least, most }: Size, phrase: (bound: string) => string): string[] {
  if (least !== undefined && size < least) return [`must ${phrase(`at least ${least}`)}`];
  return most !== undefined && size > most ? [`must ${phrase(`at most ${most}`)}`] : [];
}

function repeatedItems({ node }: Schema<unknown>, value: unknown, field: string): Finding[] {
  if (node["x-kubernetes-list-type"] !== "set" || !Array.isArray(value)) return [];
  return value.flatMap((item, index) =>
    value.indexOf(item) < index ? [{ field: `${field}[${index}]`, message: "must not repeat another item" }] : [],
  );
}

function unknownFields({ properties }: Schema<unknown>, value: unknown, field: string): Finding[] {
  if (!properties || !isRecord(value)) return [];
  return Object.keys(value)
    .filter((name) => !Object.hasOwn(properties, name))
    .map((name) => ({ field: `${field}.${name}`, message: "is not a field of this version" }));
}

function missingFields({ properties }: Schema<unknown>, value: unknown, field: string): Finding[] {
  if (!properties || !isRecord(value)) return [];
  return Object.entries(properties)
    .filter(([name, { optional }]) => !optional && value[name] === undefined)
    .map(([name]) => ({ field: `${field}.${name}`, message: "must be set" }));
}

interface Child {
  readonly schema: Schema<unknown>;
  readonly value: unknown;
  readonly field: string;
}

function children(schema: Schema<unknown>, value: unknown, field: string): Child[] {
  const { items, values, properties } = schema;
  if (items && Array.isArray(value)) {
    return value.map((item, index) => ({ schema: items, value: item, field: `${field}[${index}]` }));
  }
  if (!isRecord(value)) return [];
  if (values) {
    return Object.entries(value).map(([key, item]) => ({ schema: values, value: item, field: `${field}[${key}]` }));
  }
  return Object.entries(properties ?? {})
    .filter(([name]) => value[name] !== undefined)
    .map(([name, child]) => ({ schema: child, value: value[name], field: `${field}.${name}` }));
}
