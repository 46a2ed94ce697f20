import type { ConfigMapTargetFields, SecretTargetFields } from "../fields/target-fields.ts";
import type { DataFromItem, DataItem, TargetKind, TargetModel, TemplateFrom, TemplateModel } from "../model.ts";
import type { Report } from "./parse-source.ts";

/**
 * A target exists where its block is there or something is routed to it; what ByType takes from Secrets Manager is
 * always secret.
 */
export function isRoutedTo(kind: TargetKind, items: readonly (DataItem | DataFromItem)[]): boolean {
  return items.some(({ to, ref }) => {
    if (to !== "ByType") return to === kind;
    return kind === "Secret" || (ref.kind !== "secret" && ref.kind !== "secretsByFilter");
  });
}

type TargetFields = Partial<SecretTargetFields & ConfigMapTargetFields>;

/** A target with its defaults. */
export function parseTarget(kind: TargetKind, fields: TargetFields, defaultName: string, report: Report): TargetModel {
  const field = kind === "Secret" ? "spec.secret" : "spec.configMap";
  return {
    kind,
    name: fields.name ?? defaultName,
    type: fields.type ?? "Opaque",
    creationPolicy: fields.creationPolicy ?? "Owner",
    deletionPolicy: fields.deletionPolicy ?? "Retain",
    immutable: fields.immutable ?? false,
    labels: fields.labels ?? {},
    annotations: fields.annotations ?? {},
    ...(fields.template ? { template: parseTemplate(fields.template, `${field}.template`, report) } : {}),
  };
}

function parseTemplate(
  { data = {}, from = [], mergePolicy = "Merge" }: NonNullable<TargetFields["template"]>,
  field: string,
  report: Report,
): TemplateModel {
  const seen = new Set(Object.keys(data));
  const sources = from.map(parseTemplateFrom);
  for (const [index, { as }] of sources.entries()) {
    if (seen.has(as))
      report({ field: `${field}.from[${index}]`, message: `must not give the key ${as} a second template` });
    seen.add(as);
  }
  return { data, from: sources, mergePolicy };
}

type TemplateFromFields = NonNullable<NonNullable<TargetFields["template"]>["from"]>[number];

function parseTemplateFrom({ configMap, secret }: TemplateFromFields): TemplateFrom {
  const { name, key, as = key } = secret ?? configMap ?? noSource();
  return { kind: secret ? "Secret" : "ConfigMap", name, key, as };
}

function noSource(): never {
  throw new Error("the schema lets no template through without a source");
}
