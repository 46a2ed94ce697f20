import type { TargetModel } from "../api/model.ts";
import { giveTurn } from "../event-loop/in-slices.ts";
import type { Turns } from "../event-loop/turns.ts";
import { contentOfBytes } from "./content.ts";
import type { ComposedTarget, ComposeTarget, Content, Result, ShapedKey } from "./contract.ts";
import { fail, failAt, succeed } from "./result.ts";
import { checkAnnotations, checkLabels } from "./target/metadata.ts";
import { plainKeys } from "./target/plain-keys.ts";
import { checkTypeAllowed, checkTypedKeys } from "./target/secret-types.ts";
import { checkSize } from "./target/size.ts";
import { blockOf, isTemplate, type RenderContext, renderTemplates, templateKeys } from "./target/templates.ts";

/**
 * Puts a target together: the keys routed to it, its templates, labels and annotations. Checks what the API server would
 * refuse, before anything is encoded or written. Failures: SpecInvalid, KeyConflict, TooLarge, TemplateFailed,
 * ValueInvalid, each naming the field or the key.
 */
export const composeTarget: ComposeTarget = async (target, keys, { sandbox, turns, uid, templatesFrom }) => {
  const allowed = checkTypeAllowed(target.type);
  if (!allowed.ok) return allowed;
  const context: ComposeContext = { target, keys, sandbox, turns, uid };
  const data = await composeData(context, templatesFrom);
  if (!data.ok) return data;
  await giveTurn(data.value.size, turns);
  const checked = checkData(target, data.value);
  if (!checked.ok) return checked;
  const labels = await composeMetadata("labels", context);
  if (!labels.ok) return labels;
  const annotations = await composeMetadata("annotations", context);
  if (!annotations.ok) return annotations;
  return succeed(composed(target, data.value, { labels: labels.value, annotations: annotations.value }));
};

interface ComposeContext extends RenderContext {
  readonly turns: Turns;
}

function composed(
  target: TargetModel,
  data: ReadonlyMap<string, Content>,
  metadata: Pick<ComposedTarget, "labels" | "annotations">,
): ComposedTarget {
  return { kind: target.kind, name: target.name, type: target.type, data, ...metadata };
}

/** Keys in sorted order, so that equal input gives an equal target. Templates win over plain keys of the same name. */
async function composeData(
  context: ComposeContext,
  templatesFrom: Readonly<Record<string, string>>,
): Promise<Result<ReadonlyMap<string, Content>>> {
  const { target } = context;
  const templates = templateKeys(target, templatesFrom);
  if (!templates.ok) return templates;
  const plain = plainKeys(target.kind, context.keys);
  if (!plain.ok) return plain;
  await giveTurn(context.keys.length, context.turns);
  const replaced = target.template?.mergePolicy === "Replace";
  const kept = replaced ? [] : [...plain.value].filter(([key]) => !templates.value.has(key));
  const contents = kept.map(([key, shaped]) => [key, contentFor(target, shaped)] as const);
  // What is too large already needs no rendering.
  const fits = checkSize(target.kind, new Map(contents));
  if (!fits.ok) return failAt(place(target), fits.failure);
  await giveTurn(contents.length, context.turns);
  const rendered = await renderTemplates(templates.value, context, target.kind === "ConfigMap");
  if (!rendered.ok) return rendered;
  const all = [...contents, ...rendered.value].sort(([one], [other]) => (one < other ? -1 : 1));
  return succeed(new Map(all));
}

/** A ConfigMap has text where it can; only what is not UTF-8 goes to binaryData. */
function contentFor(target: TargetModel, { content }: ShapedKey): Content {
  return target.kind === "ConfigMap" && typeof content !== "string" ? contentOfBytes(content) : content;
}

function checkData(target: TargetModel, data: ReadonlyMap<string, Content>): Result<undefined> {
  const fits = checkSize(target.kind, data);
  if (!fits.ok) return failAt(place(target), fits.failure);
  const merges = target.creationPolicy === "Merge" || target.creationPolicy === "CreateOrMerge";
  // Where keys are merged in, the others may bring what the type needs.
  if (target.kind !== "Secret" || merges) return succeed(undefined);
  const typed = checkTypedKeys(target.type, data);
  return typed.ok ? typed : failAt(place(target), typed.failure);
}

const place = (target: TargetModel): string => `${target.kind}/${target.name}`;

/** Labels or annotations, rendered from keys that are not sensitive, and checked. */
async function composeMetadata(
  part: "labels" | "annotations",
  context: RenderContext,
): Promise<Result<Readonly<Record<string, string>>>> {
  const field = `spec.${blockOf(context.target)}.${part}`;
  const sources = Object.entries(context.target[part]);
  const templates = new Map(
    sources.map(([name, source]) => [name, { name: `${field}[${JSON.stringify(name)}]`, source }]),
  );
  const outputs = await renderTemplates(templates, context, true);
  if (!outputs.ok) return outputs;
  const texts = new Map<string, string>();
  for (const [name, content] of outputs.value) {
    if (typeof content !== "string")
      return fail("TemplateFailed", `${field}[${JSON.stringify(name)}] must give text, and gives bytes`);
    texts.set(name, content);
  }
  const rendered = new Set(sources.filter(([, source]) => isTemplate(source)).map(([name]) => name));
  const check = part === "labels" ? checkLabels : checkAnnotations;
  const checked = check(texts, { field, rendered });
  return checked.ok ? succeed(Object.fromEntries(texts)) : checked;
}
