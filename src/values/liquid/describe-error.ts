import { LiquidError } from "liquidjs";
import { fail } from "../result.ts";
import { forbiddenName } from "./check-names.ts";
import { FilterError, ForbiddenVariableError } from "./errors.ts";
import { filters } from "./filters/table.ts";

/**
 * A template that cannot be parsed, in our words. Parsing sees no value, so names of filters and tags may be told; the
 * rest of Liquid's message quotes the source, which may come from a Secret, and is not.
 */
export function describeParseError(error: unknown): ReturnType<typeof fail> {
  const message = messageOf(error);
  for (const [pattern, say] of parseMessages) {
    const match = pattern.exec(message);
    if (match) return fail("TemplateFailed", `${placeOf(chainOf(error))}${say(match[1] ?? "")}`);
  }
  return fail("TemplateFailed", `${placeOf(chainOf(error))}this is not valid Liquid`);
}

/**
 * A template that failed while it was rendered, in words that hold no value. Liquid's own messages are not repeated: an
 * undefined `values[PASSWORD]` is named by what PASSWORD holds, and `where: PASSWORD` is parsed. Told are only the
 * variable as it stands in `source`, and our own filters' messages.
 */
export function describeRenderError(error: unknown, source: string): ReturnType<typeof fail> {
  const chain = chainOf(error).filter((link) => !LiquidError.is(link) || link.token.input === source);
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
  const [, known] = renderMessages.find(([pattern]) => pattern.test(message)) ?? [];
  return known ?? "this cannot be rendered; check the types of what the filters are given";
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : "");

const parseMessages: readonly (readonly [RegExp, (name: string) => string])[] = [
  [/^undefined filter: (\w+)/, (name) => `there is no filter ${name}${hintForFilter(name)}`],
  [/^tag "(\w+)" not found/, (name) => `there is no tag ${name}${hintForTag(name)}`],
  [/^tag "?\{%-?\s*(\w+).* not closed/s, (name) => `the tag ${name} is not closed`],
  [/^output ".* not closed/s, () => "an output {{ is not closed with }}"],
  [/^parse length limit exceeded/, () => "the template is too long"],
];

const renderMessages: readonly (readonly [RegExp, string])[] = [
  [/^template render limit exceeded/, "the template takes too long"],
  [/^memory alloc limit exceeded|^Invalid (?:string|array) length/, "the template needs too much memory"],
  [/^Cannot convert object to primitive value/, "an object cannot stand in text; use json, to_yaml or to_toml"],
  [/^Maximum call stack size exceeded/, "the template nests too deeply"],
];

function hintForFilter(name: string): string {
  if (/^date|^sample$|^shuffle$/.test(name)) return ": a render must not depend on clock or chance";
  const meant = [...filters.keys()].find((known) => plain(known) === plain(name));
  return meant === undefined ? "" : `; it is written ${meant}`;
}

/** `urlencode`, `urlEncode` and `url_encode` are meant to be one. */
const plain = (name: string): string => name.replaceAll("_", "").toLowerCase();

function hintForTag(name: string): string {
  return ["include", "render", "layout", "block"].includes(name) ? ": a template cannot read other templates" : "";
}
