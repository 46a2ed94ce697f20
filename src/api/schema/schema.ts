import type { JsonSchema } from "./json-schema.ts";

/**
 * One source for three things: the CRDs (`toJsonSchema`), the TypeScript types (`Infer`) and the check of a manifest
 * without an API server (`checkValue`).
 */
export interface Schema<T> {
  /** This node alone: children and rules are added by `toJsonSchema`. */
  readonly node: JsonSchema;
  readonly rules: readonly Rule<T>[];
  readonly properties?: Readonly<Record<string, Schema<unknown>>>;
  readonly items?: Schema<unknown>;
  readonly values?: Schema<unknown>;
  readonly optional?: true;
  /** Carries the type; never set. */
  readonly inferred?: T;
}

/** A rule that the API server checks as CEL and that `checkValue` checks as a function: both must say the same. */
export interface Rule<T> {
  readonly cel: string;
  /** Follows the field's path in a sentence: "must have …". */
  readonly message: string;
  /** Called only with a value that the structural schema accepts. */
  holds(value: T): boolean;
}

export type Infer<S> = S extends Schema<infer T> ? T : never;

type Properties = Readonly<Record<string, Schema<unknown>>>;
type OptionalKeys<P> = { [K in keyof P]: P[K] extends { readonly optional: true } ? K : never }[keyof P];
type Flat<T> = { readonly [K in keyof T]: T[K] };
export type InferObject<P> = Flat<
  { readonly [K in Exclude<keyof P, OptionalKeys<P>>]: Infer<P[K]> } & {
    readonly [K in OptionalKeys<P>]?: Infer<P[K]>;
  }
>;

interface Ruled<T> {
  readonly rules?: readonly Rule<T>[];
}

interface StringBounds {
  /** In code points. */
  readonly maxLength: number;
  readonly minLength?: number;
  /** RE2 and JavaScript must read it alike. */
  readonly pattern?: string;
  readonly format?: "date-time";
}

export function string(description: string, options: StringBounds & Ruled<string>): Schema<string> {
  const { rules = [], ...bounds } = options;
  return { node: { type: "string", description, ...bounds }, rules };
}

/** A string out of a closed list. */
export function choice<const C extends string>(description: string, choices: readonly C[]): Schema<C> {
  return { node: { type: "string", description, enum: choices }, rules: [] };
}

interface IntegerBounds {
  readonly minimum?: number;
  readonly maximum?: number;
  readonly format?: "int64";
}

export function integer(description: string, bounds: IntegerBounds): Schema<number> {
  return { node: { type: "integer", description, ...bounds }, rules: [] };
}

export function boolean(description: string): Schema<boolean> {
  return { node: { type: "boolean", description }, rules: [] };
}

interface ArrayBounds {
  readonly maxItems: number;
  readonly minItems?: number;
  /** `set`: the API server refuses duplicates. Default `atomic`: one owner writes the whole list. */
  readonly listType?: "atomic" | "set";
  /** Makes the list a map by these fields, as conditions are. */
  readonly mapKeys?: readonly string[];
}

export function array<T>(
  description: string,
  items: Schema<T>,
  options: ArrayBounds & Ruled<readonly NoInfer<T>[]>,
): Schema<readonly T[]> {
  const { rules = [], listType = "atomic", mapKeys, ...bounds } = options;
  const node: JsonSchema = {
    type: "array",
    description,
    ...bounds,
    "x-kubernetes-list-type": mapKeys ? "map" : listType,
    ...(mapKeys ? { "x-kubernetes-list-map-keys": mapKeys } : {}),
  };
  return { node, rules, items };
}

interface MapBounds {
  readonly maxProperties: number;
  readonly minProperties?: number;
}

export function map<T>(
  description: string,
  values: Schema<T>,
  options: MapBounds & Ruled<Readonly<Record<string, NoInfer<T>>>>,
): Schema<Readonly<Record<string, T>>> {
  const { rules = [], ...bounds } = options;
  return { node: { type: "object", description, ...bounds }, rules, values };
}

export function object<const P extends Properties>(
  description: string,
  properties: P,
  options: Ruled<InferObject<NoInfer<P>>> & { readonly default?: InferObject<NoInfer<P>> } = {},
): Schema<InferObject<P>> {
  const { rules = [], ...rest } = options;
  return { node: { type: "object", description, ...rest }, rules, properties };
}

/** Marks a property that may be left out. */
export function optional<T>(schema: Schema<T>): Schema<T> & { readonly optional: true } {
  return { ...schema, optional: true };
}

/** The schema as it stands in a CustomResourceDefinition. */
export function toJsonSchema(schema: Schema<unknown>): JsonSchema {
  return {
    ...schema.node,
    ...(schema.items ? { items: toJsonSchema(schema.items) } : {}),
    ...(schema.values ? { additionalProperties: toJsonSchema(schema.values) } : {}),
    ...(schema.properties ? propertiesOf(schema.properties) : {}),
    ...(schema.rules.length > 0
      ? { "x-kubernetes-validations": schema.rules.map(({ cel, message }) => ({ rule: cel, message })) }
      : {}),
  };
}

function propertiesOf(properties: Properties): Pick<JsonSchema, "properties" | "required"> {
  const entries = Object.entries(properties);
  const required = entries.filter(([, schema]) => !schema.optional).map(([name]) => name);
  return {
    properties: Object.fromEntries(entries.map(([name, schema]) => [name, toJsonSchema(schema)])),
    ...(required.length > 0 ? { required } : {}),
  };
}
