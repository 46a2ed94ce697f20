import type { Finding } from "../schema/check-value.ts";

/** Fields of the contract whose code does not exist yet: refused where they are set, never ignored. */
export const unsupportedFields = {
  ExternalValue: [],
  ValueStore: [],
  ClusterValueStore: ["spec.changeEvents"],
} as const satisfies Record<string, readonly string[]>;

/** A finding for each unsupported field that is set. A path with `[]`, as in `spec.data[].tag`, is looked up in each item. */
export function findUnsupported(
  kind: keyof typeof unsupportedFields,
  object: { readonly spec?: unknown },
  paths: readonly string[] = unsupportedFields[kind],
): readonly Finding[] {
  return paths.flatMap((path) => present({ value: object, field: "" }, path.split(".")));
}

interface Place {
  readonly value: unknown;
  readonly field: string;
}

function present(place: Place, segments: readonly string[]): Finding[] {
  const [segment, ...rest] = segments;
  if (segment === undefined) return [{ field: place.field, message: "is not supported yet" }];
  return step(place, segment).flatMap((next) => present(next, rest));
}

function step({ value, field }: Place, segment: string): Place[] {
  const name = segment.replace(/\[\]$/u, "");
  const child: unknown = Reflect.get(Object(value), name);
  const path = field === "" ? name : `${field}.${name}`;
  if (child === undefined || child === null) return [];
  if (!segment.endsWith("[]")) return [{ value: child, field: path }];
  const items: readonly unknown[] = Array.isArray(child) ? child : [];
  return items.map((item, index) => ({ value: item, field: `${path}[${index}]` }));
}
