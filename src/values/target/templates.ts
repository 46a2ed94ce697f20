import type { TargetModel } from "../../api/model.ts";
import { sizeOf } from "../content.ts";
import type { Content, Result, Sandbox, ShapedKey } from "../contract.ts";
import { checkKeyName } from "../key-name.ts";
import { fail, failAt, succeed } from "../result.ts";
import { visibleKeys } from "./variables.ts";

/** All keys go to the worker, which has little memory. */
const mostVariableBytes = 8 * 1024 * 1024;

/** What templates need besides their sources. */
export interface RenderContext {
  readonly target: TargetModel;
  readonly keys: readonly ShapedKey[];
  readonly sandbox: Sandbox;
  readonly uid: string;
}

/** Whether a text has anything for Liquid to do. */
export function isTemplate(text: string): boolean {
  return text.includes("{{") || text.includes("{%");
}

/** The templates of a target's keys: those in the spec as `template.data["key"]`, those read elsewhere as `template.from["key"]`. */
export function templateKeys(
  target: TargetModel,
  templatesFrom: Readonly<Record<string, string>>,
): Result<ReadonlyMap<string, Template>> {
  const field = `spec.${blockOf(target)}.template`;
  const templates = new Map<string, Template>();
  for (const [origin, sources] of [
    ["data", target.template?.data ?? {}],
    ["from", templatesFrom],
  ] as const) {
    for (const [key, source] of Object.entries(sources)) {
      // The whole key, which is bounded: outputs are told apart by these names.
      const name = `${field}.${origin}[${JSON.stringify(key)}]`;
      const named = checkKeyName(key, "correct it");
      if (!named.ok) return failAt(name, named.failure);
      if (templates.has(key)) return fail("SpecInvalid", `${name} must not name a key that ${field}.data has too`);
      templates.set(key, { name, source });
    }
  }
  return succeed(templates);
}

/** A template with its name for messages. */
export interface Template {
  readonly name: string;
  readonly source: string;
}

/** The block of the spec that a target is set in: `secret`, `configMap`. */
export function blockOf({ kind }: Pick<TargetModel, "kind">): string {
  return kind === "Secret" ? "secret" : "configMap";
}

/** Renders templates by key. With `harmlessOnly` no sensitive key may be named. What is no template is taken as it is. */
export async function renderTemplates(
  templates: ReadonlyMap<string, Template>,
  context: RenderContext,
  harmlessOnly: boolean,
): Promise<Result<ReadonlyMap<string, Content>>> {
  const sources = [...templates.values()].filter(({ source }) => isTemplate(source));
  const rendered = await renderSources(sources, context, harmlessOnly);
  if (!rendered.ok) return rendered;
  const outputs = new Map(Object.entries(rendered.value));
  return succeed(new Map([...templates].map(([key, { name, source }]) => [key, outputs.get(name) ?? source])));
}

async function renderSources(
  sources: readonly Template[],
  { target, keys, sandbox, uid }: RenderContext,
  harmlessOnly: boolean,
): Promise<Result<Readonly<Record<string, Content>>>> {
  if (sources.length === 0) return succeed({});
  const visible = visibleKeys(target.kind, keys, harmlessOnly);
  const bytes = Object.values(visible.variables).reduce((sum, content) => sum + sizeOf(content), 0);
  if (bytes > mostVariableBytes) {
    const field = `spec.${blockOf(target)}.template`;
    return fail(
      "TooLarge",
      `${field}: templates see at most ${mostVariableBytes} bytes of keys, and there are ${bytes}`,
    );
  }
  return await sandbox.render({
    templates: Object.fromEntries(sources.map(({ name, source }) => [name, source])),
    ...visible,
    uid,
  });
}
