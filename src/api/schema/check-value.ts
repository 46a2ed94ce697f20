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
  const findings: Finding[] = [];
  checkStructure(schema, { value, field }, findings);
  if (findings.length === 0) checkRules(schema, { value, field }, findings);
  return findings;
}

/** A part of what is checked. */
interface Part {
  readonly value: unknown;
  readonly field: string;
}

/** Into one list, and nothing made for what is in order: every spec passes here once. */
function checkStructure(schema: Schema<unknown>, part: Part, findings: Finding[]): void {
  const { node } = schema;
  const { value, field } = part;
  if (!hasType(node.type, value)) {
    findings.push({ field, message: `must be ${typeNames[node.type]}` });
    return;
  }
  for (const message of checkOwn(node, value)) findings.push({ field, message });
  checkRepeated(schema, part, findings);
  checkUnknown(schema, part, findings);
  checkMissing(schema, part, findings);
  eachChild(schema, part, (child, own) => checkStructure(child, own, findings));
}

function checkRules(schema: Schema<unknown>, part: Part, findings: Finding[]): void {
  for (const { holds, message } of schema.rules) {
    if (!holds(part.value)) findings.push({ field: part.field, message });
  }
  eachChild(schema, part, (child, own) => checkRules(child, own, findings));
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

function checkOwn(node: JsonSchema, value: unknown): readonly string[] {
  if (typeof value === "string") return checkString(node, value);
  if (typeof value === "number") {
    return bounded({ size: value, least: node.minimum, most: node.maximum }, (bound) => `be ${bound}`);
  }
  if (Array.isArray(value)) {
    const size = { size: value.length, least: node.minItems, most: node.maxItems };
    return bounded(size, (bound) => `have ${bound} items`);
  }
  if (!isRecord(value)) return nothing;
  const size = { size: Object.keys(value).length, least: node.minProperties, most: node.maxProperties };
  return bounded(size, (bound) => `have ${bound} entries`);
}

const nothing: readonly string[] = [];

function checkString(node: JsonSchema, value: string): readonly string[] {
  if (node.enum && !node.enum.includes(value)) return [`must be one of ${node.enum.join(", ")}`];
  const size = { size: codePoints(value), least: node.minLength, most: node.maxLength };
  const wrong = bounded(size, (bound) => `have ${bound} characters`);
  if (node.pattern === undefined || expression(node.pattern).test(value)) return wrong;
  return [...wrong, `must match ${node.pattern}`];
}

/** The API server counts code points, never more than UTF-16 units. */
function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

const expressions = new Map<string, RegExp>();

/** The patterns are those of the schemas, a few dozen. */
function expression(pattern: string): RegExp {
  const known = expressions.get(pattern) ?? new RegExp(pattern, "u");
  expressions.set(pattern, known);
  return known;
}

interface Size {
  readonly size: number;
  readonly least: number | undefined;
  readonly most: number | undefined;
}

function bounded({ size, least, most }: Size, phrase: (bound: string) => string): readonly string[] {
  if (least !== undefined && size < least) return [`must ${phrase(`at least ${least}`)}`];
  return most !== undefined && size > most ? [`must ${phrase(`at most ${most}`)}`] : nothing;
}

function checkRepeated({ node }: Schema<unknown>, { value, field }: Part, findings: Finding[]): void {
  if (node["x-kubernetes-list-type"] !== "set" || !Array.isArray(value)) return;
  for (const [index, item] of value.entries()) {
    if (value.indexOf(item) < index) {
      findings.push({ field: `${field}[${index}]`, message: "must not repeat another item" });
    }
  }
}

function checkUnknown({ properties }: Schema<unknown>, { value, field }: Part, findings: Finding[]): void {
  if (!properties || !isRecord(value)) return;
  for (const name of Object.keys(value)) {
    if (Object.hasOwn(properties, name)) continue;
    findings.push({ field: `${field}.${name}`, message: "is not a field of this version" });
  }
}

function checkMissing({ properties }: Schema<unknown>, { value, field }: Part, findings: Finding[]): void {
  if (!isRecord(value)) return;
  for (const name in properties) {
    if (properties[name]?.optional || value[name] !== undefined) continue;
    findings.push({ field: `${field}.${name}`, message: "must be set" });
  }
}

type Visit = (schema: Schema<unknown>, part: Part) => void;

function eachChild(schema: Schema<unknown>, { value, field }: Part, visit: Visit): void {
  const { items, values, properties = {} } = schema;
  if (items && Array.isArray(value)) {
    for (const [index, item] of value.entries()) visit(items, { value: item, field: `${field}[${index}]` });
  } else if (values && isRecord(value)) {
    for (const key of Object.keys(value)) visit(values, { value: value[key], field: `${field}[${key}]` });
  } else if (isRecord(value)) {
    eachProperty(properties, { value, field }, visit);
  }
}

function eachProperty(
  properties: Readonly<Record<string, Schema<unknown>>>,
  { value, field }: Part & { readonly value: Readonly<Record<string, unknown>> },
  visit: Visit,
): void {
  for (const name in properties) {
    const schema = properties[name];
    if (schema && value[name] !== undefined) visit(schema, { value: value[name], field: `${field}.${name}` });
  }
}
