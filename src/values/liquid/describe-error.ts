import { LiquidError } from "liquidjs";
import { fail } from "../result.ts";
import { forbiddenName } from "./check-names.ts";
import { FilterError, ForbiddenVariableError } from "./errors.ts";

/**
 * A failed template in words that hold no value. Liquid's own messages are not repeated, since they may quote values
 * (an undefined `values[PASSWORD]` is named by what PASSWORD holds): only the source of a variable's name, names of
 * filters and tags, and our own filters' messages are.
 */
export function describeTemplateError(error: unknown): ReturnType<typeof fail> {
  const chain = chainOf(error);
  const forbidden = chain.find((link) => link instanceof ForbiddenVariableError);
  const place = placeOf(chain);
  if (forbidden) return fail("SpecInvalid", `${place}${forbiddenName(forbidden.variable)}`);
  return fail("TemplateFailed", `${place}${explain(chain)}`);
}

function chainOf(error: unknown): readonly unknown[] {
  const chain: unknown[] = [];
  let link = error;
  while (link !== undefined && link !== null && chain.length < 10) {
    chain.push(link);
    link = LiquidError.is(link) ? link.originalError : undefined;
  }
  return chain;
}

function placeOf(chain: readonly unknown[]): string {
  const liquid = chain.find((link) => LiquidError.is(link));
  if (!liquid) return "";
  const [line] = liquid.token.getPosition();
  return `line ${line}: `;
}

function explain(chain: readonly unknown[]): string {
  const filterError = chain.find((link) => link instanceof FilterError);
  if (filterError) return filterError.message;
  const undefinedVariable = chain.find((link) => LiquidError.is(link) && link.name === "UndefinedVariableError");
  if (LiquidError.is(undefinedVariable)) {
    const variable = undefinedVariable.token.getText().slice(0, 100);
    return `${variable} is not there; where it may be absent, write ${variable} | default: …`;
  }
  const message = messageOf(chain[0]);
  for (const [pattern, say] of known) {
    const match = pattern.exec(message);
    if (match) return say(match[1] ?? "");
  }
  return "this cannot be rendered; check the types of what the filters are given";
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : "");

/** Liquid's messages that may be told, in our words; each group is a name out of the template's own syntax. */
const known: readonly (readonly [RegExp, (name: string) => string])[] = [
  [/^undefined filter: (\w+)/, (name) => `there is no filter ${name}${hintForFilter(name)}`],
  [/^tag "(\w+)" not found/, (name) => `there is no tag ${name}${hintForTag(name)}`],
  [/^tag "?\{%-?\s*(\w+).* not closed/s, (name) => `the tag ${name} is not closed`],
  [/^output ".* not closed/s, () => "an output {{ is not closed with }}"],
  [/^template render limit exceeded/, () => "the template takes too long"],
  [/^(?:memory alloc|parse length) limit exceeded/, () => "the template needs too much memory"],
  [/^Invalid (?:string|array) length/, () => "the template needs too much memory"],
  [/^Cannot convert object to primitive value/, () => "an object cannot stand in text; use json, to_yaml or to_toml"],
  [/^Maximum call stack size exceeded/, () => "the template nests too deeply"],
  [/^(?:unexpected|invalid|illegal|expected|unbalanced|\[ not closed|duplicated)/, () => "this is not valid Liquid"],
];

function hintForFilter(name: string): string {
  if (/^date|^sample$|^shuffle$/.test(name)) return ": a render must not depend on clock or chance";
  return "";
}

function hintForTag(name: string): string {
  return ["include", "render", "layout", "block"].includes(name) ? ": a template cannot read other templates" : "";
}
