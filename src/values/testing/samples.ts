import type { DataFromItem, DataItem, TargetModel } from "../../api/model.ts";
import type { SourceValue } from "../../api/source.ts";
import { endlessTurn } from "../../event-loop/testing/endless-turn.ts";
import type { ShapedKey } from "../contract.ts";
import { createInProcessSandbox } from "./in-process-sandbox.ts";

/** For tests: whole models of which a test states only what it is about. */

export const context = { sandbox: createInProcessSandbox(), turns: endlessTurn, allowDeclassification: true };

export function item(part: Partial<DataItem> = {}): DataItem {
  return {
    field: "spec.data[0]",
    key: "KEY",
    to: "Secret",
    store: { kind: "ClusterValueStore", name: "default" },
    ref: { kind: "secret", secretId: "prod/db" },
    extract: { kind: "whole" },
    decode: "None",
    optional: false,
    ...part,
  };
}

export function from(
  part: Partial<Omit<DataFromItem, "keys">> & { keys?: Partial<DataFromItem["keys"]> } = {},
): DataFromItem {
  return {
    field: "spec.dataFrom[0]",
    to: "Secret",
    store: { kind: "ClusterValueStore", name: "default" },
    ref: { kind: "parametersByPath", path: "/shop/prod", recursive: true },
    decode: "None",
    optional: false,
    ...part,
    keys: { format: "Relative", include: [], exclude: [], rewrite: [], onConflict: "Fail", ...part.keys },
  };
}

export function secret(content: string | Uint8Array, part: Partial<SourceValue> = {}): SourceValue {
  const name = part.name ?? "prod/db";
  return {
    service: "secretsManager",
    name,
    arn: `arn:aws:secretsmanager:eu-west-1:123456789012:secret:${name}-AbCdEf`,
    type: "Secret",
    version: "v1",
    versionKey: "v1",
    content,
    ...part,
  };
}

export function parameter(name: string, content: string, part: Partial<SourceValue> = {}): SourceValue {
  return {
    service: "parameterStore",
    name,
    arn: `arn:aws:ssm:eu-west-1:123456789012:parameter${name}`,
    type: "String",
    version: "1",
    versionKey: "1",
    content,
    ...part,
  };
}

export function target(part: Partial<TargetModel> = {}): TargetModel {
  return {
    kind: "Secret",
    name: "checkout",
    type: "Opaque",
    creationPolicy: "Owner",
    deletionPolicy: "Retain",
    immutable: false,
    labels: {},
    annotations: {},
    ...part,
  };
}

export function shaped(key: string, content: string | Uint8Array, part: Partial<ShapedKey> = {}): ShapedKey {
  return {
    key,
    to: "Secret",
    content,
    sensitive: false,
    field: "spec.data[0]",
    source: `parameterstore:/${key}`,
    version: "1",
    ...part,
  };
}

/** Options of composeTarget. */
export const compose = { sandbox: context.sandbox, turns: endlessTurn, uid: "uid-1", templatesFrom: {} };
