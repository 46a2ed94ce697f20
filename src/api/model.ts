import type { FindRef, ParameterRef, SecretRef, TagsRef } from "./source.ts";

/** An ExternalValue after parsing: defaults filled in, ARNs taken apart, one-of fields made into unions. */
export interface ExternalValueModel {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  readonly refreshPolicy: "Periodic" | "OnChange" | "Once";
  readonly refreshIntervalMs: number;
  readonly suspend: boolean;
  /** The value of the annotation `externalvalues.dev/refresh`: a new one asks for a read now. */
  readonly refreshRequest?: string;
  /** Set where an item, a dataFrom or a block asks for it: with nothing routed to a kind there is no target of it. */
  readonly secret?: TargetModel;
  readonly configMap?: TargetModel;
  readonly data: readonly DataItem[];
  readonly dataFrom: readonly DataFromItem[];
  readonly restart: readonly RestartItem[];
}

export interface StoreRef {
  readonly kind: "ValueStore" | "ClusterValueStore";
  readonly name: string;
}

export type TargetKind = "Secret" | "ConfigMap";

export interface TargetModel {
  readonly kind: TargetKind;
  readonly name: string;
  /** Secrets only; "Opaque" by default. */
  readonly type: string;
  readonly creationPolicy: "Owner" | "Orphan" | "Merge" | "CreateOrMerge";
  readonly deletionPolicy: "Retain" | "Prune" | "Delete";
  readonly immutable: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly template?: TemplateModel;
}

export interface TemplateModel {
  /** Key to Liquid source. */
  readonly data: Readonly<Record<string, string>>;
  readonly from: readonly TemplateFrom[];
  readonly mergePolicy: "Merge" | "Replace";
}

/** A template that stands in a key of a ConfigMap or a Secret in the same namespace. */
export interface TemplateFrom {
  readonly kind: TargetKind;
  readonly name: string;
  readonly key: string;
  /** The key in the target that it renders to. */
  readonly as: string;
}

export type Route = TargetKind | "Template";
export type Decoding = "None" | "Base64" | "Base64URL" | "Auto";

/** What is taken out of a value. A leading "/" of `jsonKey` makes it a JSON Pointer. */
export type Extraction =
  | { readonly kind: "whole" }
  | { readonly kind: "jsonKey"; readonly jsonKey: string }
  | { readonly kind: "jmesPath"; readonly jmesPath: string }
  | { readonly kind: "tag"; readonly tag: string };

export interface DataItem {
  /** Where it stands in the manifest, for messages: `spec.data[2]`. */
  readonly field: string;
  readonly key: string;
  readonly to: Route;
  readonly store: StoreRef;
  /** A tag extraction has a TagsRef here. */
  readonly ref: ParameterRef | SecretRef | TagsRef;
  readonly extract: Extraction;
  readonly decode: Decoding;
  /** `false`: the author declares it harmless. Undefined: by the type of the value. */
  readonly sensitive?: boolean | undefined;
  readonly optional: boolean;
}

export interface DataFromItem {
  readonly field: string;
  readonly to: Route | "ByType";
  readonly store: StoreRef;
  /** A single ref: every top-level key of a JSON object (below `jsonKey` where set). A find: a key per match. */
  readonly ref: ParameterRef | SecretRef | FindRef;
  readonly jsonKey?: string;
  readonly decode: Decoding;
  readonly sensitive?: boolean | undefined;
  readonly optional: boolean;
  readonly keys: KeyRules;
}

export interface KeyRules {
  readonly format: "Relative" | "Env" | "Full" | "Base";
  /** RE2 patterns, on the key as formatted, before rewriting. Empty include: all. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly rewrite: readonly { readonly match: string; readonly replace: string }[];
  readonly onConflict: "Fail" | "Last";
}

export interface RestartItem {
  readonly kind: string;
  readonly name?: string;
  readonly selector?: LabelSelector;
}

export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
    readonly values?: readonly string[];
  }[];
}
