import type { Extraction } from "../api/model.ts";
import type { ParameterRef, SecretRef, TagsRef } from "../api/source.ts";

const longestExtraction = 100;

/** Where a key comes from, for the status: `secretsmanager:prod/db:AWSPREVIOUS#password`, `parameterstore:/shop/x:3`. */
export function sourceLabel(ref: ParameterRef | SecretRef | TagsRef, extract: Extraction): string {
  return `${refLabel(ref)}${extractionLabel(extract)}`;
}

function refLabel(ref: ParameterRef | SecretRef | TagsRef): string {
  switch (ref.kind) {
    case "parameter":
      return `parameterstore:${ref.name}${selectorLabel(ref)}`;
    case "secret":
      return `secretsmanager:${ref.secretId}${stageLabel(ref)}`;
    case "tags":
      return `${ref.of.service.toLowerCase()}:${ref.of.id}`;
  }
}

function selectorLabel({ selector }: ParameterRef): string {
  if (selector === undefined) return "";
  return "version" in selector ? `:${selector.version}` : `:${selector.label}`;
}

function stageLabel({ versionId, versionStage }: SecretRef): string {
  const stage = versionId ?? versionStage ?? "AWSCURRENT";
  return stage === "AWSCURRENT" ? "" : `:${stage}`;
}

function extractionLabel(extract: Extraction): string {
  switch (extract.kind) {
    case "whole":
      return "";
    case "jsonKey":
      return `#${extract.jsonKey.slice(0, longestExtraction)}`;
    case "jmesPath":
      return `#${extract.jmesPath.slice(0, longestExtraction)}`;
    case "tag":
      return `#tag:${extract.tag.slice(0, longestExtraction)}`;
  }
}
