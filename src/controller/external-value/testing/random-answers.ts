import fc from "fast-check";
import type { ValueRef } from "../../../api/source.ts";
import { isSensitiveType, type SourceType, type SourceValue } from "../../../api/source.ts";
import { AwsError, type AwsErrorKind } from "../../../aws/errors.ts";
import type { Reading } from "../../../aws/reader.ts";
import type { Item } from "../select.ts";

/** What AWS does for one item of a spec in one visit; contents are made from markers that occur nowhere else. */
export interface Fate {
  readonly kind: "value" | "lost" | "failure";
  readonly shapes: readonly Shape[];
  readonly type: SourceType;
  readonly error: { readonly kind: AwsErrorKind; readonly gone: boolean };
  /** Milliseconds since when the failure lasts. */
  readonly lasts: number;
  /** The last good answer is still held. */
  readonly held: boolean;
}

type Shape = "text" | "json" | "malformed" | "bytes" | "large" | "base64" | "empty" | "otherJson";

const shape = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<Shape>("text", "json", "json") },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Shape>("malformed", "bytes", "large", "base64", "empty", "otherJson"),
  },
);

const error = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ kind: "notFound" as AwsErrorKind, gone: true }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom<AwsErrorKind>("throttled", "unavailable", "credentials", "denied", "notFound", "invalid"),
      gone: fc.constant(false),
    }),
  },
);

const fate: fc.Arbitrary<Fate> = fc.record({
  kind: fc.constantFrom<Fate["kind"]>(
    "value",
    "value",
    "value",
    "value",
    "value",
    "value",
    "failure",
    "failure",
    "lost",
  ),
  shapes: fc.array(shape, { minLength: 1, maxLength: 4 }),
  type: fc.constantFrom<SourceType>("String", "StringList", "SecureString"),
  error,
  lasts: fc.constantFrom(0, 61_000),
  held: fc.boolean(),
});

/** One fate per item. */
export const randomFates = fc.array(fate, { minLength: 8, maxLength: 8 });

/** A reading, with the texts in it that must stay where they may stand. */
export interface Answer {
  /** Undefined: it did not come in time. */
  readonly reading: Reading | undefined;
  readonly sensitive: readonly string[];
  readonly all: readonly string[];
}

export interface Setting {
  /** Stands in every value of this item. */
  readonly mark: string;
  readonly now: number;
  readonly allowDeclassification: boolean;
}

export function answerFor(item: Item, fate: Fate, { mark, now, allowDeclassification }: Setting): Answer {
  const values = valuesFor(item.ref, fate, mark);
  const markers = values.map((_, index) => markerOf(mark, index));
  const declared = item.sensitive === false && allowDeclassification ? false : item.sensitive;
  const sensitive = values.flatMap(({ type }, index) => {
    const isTag = item.ref.kind === "tags";
    const bare = declared === false ? false : declared === true || (!isTag && isSensitiveType(type));
    return bare ? [markers[index] ?? ""] : [];
  });
  return { reading: readingOf(item.ref, fate, values, now), sensitive, all: markers };
}

function readingOf(ref: ValueRef, fate: Fate, values: readonly SourceValue[], now: number): Reading | undefined {
  if (fate.kind === "lost") return undefined;
  if (fate.kind === "value") return { ref, good: { values, at: now - 1_000 } };
  const { kind, gone } = fate.error;
  const failed = new AwsError({
    kind,
    code: "SomeException",
    operation: "SomeOperation",
    message: "AWS says no",
    gone,
  });
  const good = fate.held ? { good: { values, at: now - 10_000_000 } } : {};
  return { ref, ...good, failure: { error: failed, at: now - 500, since: now - 500 - fate.lasts } };
}

function valuesFor(ref: ValueRef, fate: Fate, mark: string): readonly SourceValue[] {
  switch (ref.kind) {
    case "tags":
      return [
        {
          ...sourceValue(ref.of.service, ref.of.id, fate, markerOf(mark, 0)),
          content: undefined,
          tags: { owner: markerOf(mark, 0) },
        },
      ].map(({ content: _, ...rest }) => rest);
    case "parameter":
      return [sourceValue("parameterStore", ref.name, fate, markerOf(mark, 0))];
    case "secret":
      return [sourceValue("secretsManager", ref.secretId, fate, markerOf(mark, 0))];
    case "parametersByPath":
    case "parametersByTags":
      return matches(fate).map((name, index) =>
        sourceValue("parameterStore", `/shop/prod/${name}`, withShape(fate, index), markerOf(mark, index)),
      );
    case "secretsByFilter":
      return matches(fate).map((name, index) =>
        sourceValue("secretsManager", `prod/${name}`, withShape(fate, index), markerOf(mark, index)),
      );
  }
}

const matchNames = ["a", "A", "db/user", `${"long/".repeat(60)}x`];

const matches = ({ shapes }: Fate): readonly string[] => matchNames.slice(0, shapes.length);

const markerOf = (mark: string, index: number): string => `${mark}v${index}q`;

/** Each match of a find has a shape of its own. */
const withShape = (fate: Fate, index: number): Fate => ({ ...fate, shapes: fate.shapes.slice(index) });

function sourceValue(service: SourceValue["service"], name: string, fate: Fate, marker: string): SourceValue {
  const secret = service === "secretsManager";
  const content = contentOf(fate.shapes[0] ?? "text", marker);
  return {
    service,
    name,
    arn: `arn:aws:${service}:eu-west-1:123456789012:${name}`,
    type: secret ? "Secret" : fate.type,
    version: "1",
    versionKey: `${name} ${marker}`,
    content: secret || typeof content === "string" ? content : Buffer.from(content).toString("base64"),
  };
}

function contentOf(shape: Shape, marker: string): string | Uint8Array {
  switch (shape) {
    case "text":
      return marker;
    case "json":
      return `{"password":"${marker}","A":"${marker}","x.y":"${marker}","number":12345678901234567890,"list":["${marker}"],"nested":{"a":"${marker}","B":"${marker}"},"${"long".repeat(1_500)}":"${marker}"}`;
    case "otherJson":
      return `["${marker}"]`;
    case "malformed":
      return `{"password":"${marker}`;
    case "bytes":
      return Buffer.concat([Buffer.from(marker), Buffer.from([0xff, 0x00, 0xfe])]);
    case "large":
      return marker + "x".repeat(400_000);
    case "base64":
      return Buffer.from(marker).toString("base64");
    case "empty":
      return "";
  }
}
