import type { ParameterSelector, ValueRef } from "../../api/source.ts";

/** The selector as it stands behind the colon of a name, or undefined for the latest version. */
export function selectorText(selector: ParameterSelector | undefined): string | undefined {
  if (selector === undefined) {
    return undefined;
  }
  return "version" in selector ? String(selector.version) : selector.label;
}

/** A secret's AWSCURRENT, asked for by name or by silence: the one thing that BatchGetSecretValue answers. */
export function isCurrentSecret(ref: { readonly versionId?: string; readonly versionStage?: string }): boolean {
  return ref.versionId === undefined && (ref.versionStage === undefined || ref.versionStage === "AWSCURRENT");
}

function partsOf(ref: ValueRef): readonly unknown[] {
  switch (ref.kind) {
    case "parameter":
      return [ref.name, selectorText(ref.selector)];
    case "secret":
      // AWSCURRENT spelt out is the same question as no stage at all.
      return isCurrentSecret(ref) ? [ref.secretId] : [ref.secretId, ref.versionId, ref.versionStage];
    case "tags":
      return [ref.of.service, ref.of.id];
    case "parametersByPath":
      return [ref.path, ref.recursive];
    case "parametersByTags":
      return [sorted(ref.tags)];
    case "secretsByFilter":
      return [ref.namePrefix, sorted(ref.tags ?? {})];
  }
}

function sorted(tags: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * Equal for two refs exactly when they are the same question. A name, a partial ARN and a full ARN are different
 * questions, even where one object answers them all.
 */
export function refKey(ref: ValueRef): string {
  return `${ref.kind}:${JSON.stringify(partsOf(ref))}`;
}
