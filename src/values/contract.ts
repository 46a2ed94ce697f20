import type { Failure } from "../api/conditions.ts";
import type { DataFromItem, DataItem, TargetKind, TargetModel } from "../api/model.ts";
import type { SourceValue } from "../api/source.ts";
import type { Turns } from "../event-loop/turns.ts";

/** Content of a key: text, or bytes where it came as bytes or is not UTF-8. */
export type Content = string | Uint8Array;

/** One key, shaped and ready for a target or for templates. */
export interface ShapedKey {
  readonly key: string;
  readonly to: TargetKind | "Template";
  readonly content: Content;
  /** True: may not stand in a ConfigMap, a label or an annotation. */
  readonly sensitive: boolean;
  /** `spec.data[2]`: where it was asked for. */
  readonly field: string;
  /** For the status row: `secretsmanager:prod/db#password`, `parameterstore:/shop/x:3`. */
  readonly source: string;
  readonly version: string;
  /** True: gives way to another key of the same name in the target (`keys.onConflict: Last`). */
  readonly yields?: boolean;
}

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

/**
 * Runs what may be hostile (Liquid, JMESPath, bcrypt, PKCS#12) in a worker thread that is ended after a second.
 * One for the process; calls queue up.
 */
export interface Sandbox {
  jmesPath(json: string, expression: string): Promise<Result<Content>>;
  /** Output by the name of its template; bytes where a template is one output of bytes, such as a keystore. */
  render(job: RenderJob): Promise<Result<Readonly<Record<string, Content>>>>;
  close(): Promise<void>;
}

/** Renders several templates with the same variables. */
export interface RenderJob {
  /** Name of the template for messages (`spec.secret.template.data["DATABASE_URL"]`) to Liquid source. */
  readonly templates: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, Content>>;
  /** Keys that exist but may not be used here (sensitive ones in a ConfigMap's template): naming one is SpecInvalid. */
  readonly forbidden: ReadonlySet<string>;
  /** Salts derive from it: uid of the ExternalValue. */
  readonly uid: string;
}

/** One `data` item with the value that was read for it. */
export type ShapeItem = (item: DataItem, value: SourceValue, context: ShapeContext) => Promise<Result<ShapedKey>>;

/** One `dataFrom` item with all that was read for it; `values` of a find may be empty only where the item is optional. */
export type ShapeFrom = (
  item: DataFromItem,
  values: readonly SourceValue[],
  context: ShapeContext,
) => Promise<Result<readonly ShapedKey[]>>;

export interface ShapeContext {
  readonly sandbox: Sandbox;
  readonly turns: Turns;
  /** The store's allowDeclassification: false forbids `sensitive: false`. */
  readonly allowDeclassification: boolean;
}

/** Everything that goes into one target: plain keys by `to`, templates, labels and annotations; checks keys and size. */
export type ComposeTarget = (
  target: TargetModel,
  keys: readonly ShapedKey[],
  options: {
    readonly sandbox: Sandbox;
    readonly turns: Turns;
    readonly uid: string;
    /** Sources of `template.from`, already read: the key in the target to Liquid source. */
    readonly templatesFrom: Readonly<Record<string, string>>;
  },
) => Promise<Result<ComposedTarget>>;

/** What a target must hold. For a ConfigMap, `data` of bytes goes into `binaryData`. */
export interface ComposedTarget {
  readonly kind: TargetKind;
  readonly name: string;
  readonly type: string;
  readonly data: ReadonlyMap<string, Content>;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}
