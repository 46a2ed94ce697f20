import { type Liquid, LiquidError, type Template } from "liquidjs";
import type { Content, Result } from "../contract.ts";
import { fail, failAt, succeed } from "../result.ts";
import type { RenderRequest } from "../sandbox/protocol.ts";
import { mostTargetBytes } from "../target/size.ts";
import { checkNames } from "./check-names.ts";
import { describeParseError, describeRenderError } from "./describe-error.ts";
import { createEngine } from "./engine.ts";
import { BytesInTextError } from "./errors.ts";
import type { FilterScope } from "./filters/filter.ts";
import { createScope } from "./scope.ts";
import { BytesValue } from "./values.ts";

/** Renders a job. `onTemplate` is called after each template. */
export type Renderer = (
  job: Omit<RenderRequest, "id" | "kind">,
  onTemplate: () => void,
) => Result<readonly (readonly [string, Content])[]>;

/** Somewhat below the time after which the worker is ended: a template that loops politely costs no new worker. */
const timeLimitMs = 900;

/** A renderer with an engine of its own. A render is a pure function of its job. */
export function createRenderer(): Renderer {
  let current: FilterScope = { uid: "", template: "" };
  const engine = createEngine(() => current, timeLimitMs);
  return ({ templates, variables, forbidden, uid }, onTemplate) => {
    const scope = createScope(variables, forbidden);
    const names = { known: new Set(variables.map(([name]) => name)), forbidden: new Set(forbidden) };
    const outputs: (readonly [string, Content])[] = [];
    for (const [name, source] of templates) {
      current = { uid, template: name };
      const output = renderOne(engine, source, scope, names);
      if (!output.ok) return failAt(name, output.failure);
      outputs.push([name, output.value]);
      onTemplate();
    }
    return succeed(outputs);
  };
}

interface Names {
  readonly known: ReadonlySet<string>;
  readonly forbidden: ReadonlySet<string>;
}

function renderOne(engine: Liquid, source: string, scope: object, names: Names): Result<Content> {
  const parsed = parse(engine, source);
  if (!parsed.ok) return parsed;
  try {
    const checked = checkNames(parsed.value, names.known, names.forbidden);
    return checked.ok ? contentOfOutput(engine.renderSync(parsed.value, scope)) : checked;
  } catch (error) {
    // A YAML block ends in a line break, which is hardly meant to stand behind a keystore.
    const trimmed = source.trim();
    if (isBytesInText(error) && trimmed !== source) return renderOne(engine, trimmed, scope, names);
    return describeRenderError(error, source);
  }
}

function parse(engine: Liquid, source: string): Result<Template[]> {
  try {
    return succeed(engine.parse(source));
  } catch (error) {
    return describeParseError(error);
  }
}

function isBytesInText(error: unknown): boolean {
  return error instanceof BytesInTextError || (LiquidError.is(error) && isBytesInText(error.originalError));
}

/** Liquid keeps the type where a template is one output alone. */
function contentOfOutput(output: unknown): Result<Content> {
  if (output instanceof BytesValue) return succeed(output.bytes);
  const text = output === undefined || output === null ? "" : textOfOutput(output);
  // A character is a byte or more, so that nothing much larger than a target is sent back.
  if (text.length <= mostTargetBytes) return succeed(text);
  return fail("TooLarge", `the output has more than ${mostTargetBytes} bytes`);
}

function textOfOutput(output: unknown): string {
  if (Array.isArray(output)) return output.map(textOfOutput).join("");
  return typeof output === "string" ? output : String(output);
}
