import { compile, TreeInterpreter } from "@jmespath-community/jmespath";
import type { Result } from "../contract.ts";
import { canonicalDecimal } from "../json/decimal.ts";
import { parseTree, writeTree } from "../json/tree.ts";
import { fail, succeed } from "../result.ts";
import { mostTargetBytes } from "../target/size.ts";

/**
 * Evaluates a JMESPath expression: a string comes raw, a number with the digits of its source, objects and arrays as
 * compact JSON. JMESPath itself reckons in doubles: a document with two numbers that differ only beyond a double is
 * refused, since the wrong one might be found. Finding nothing, or null, is ValueNotFound.
 */
export function evaluateJmesPath(json: string, expression: string): Result<string> {
  const sources = new Map<number, string>();
  let ambiguous = false;
  const tree = parseTree(json, (value, source) => {
    const other = sources.get(value);
    ambiguous ||= other !== undefined && canonicalDecimal(other) !== canonicalDecimal(source);
    sources.set(value, other ?? source);
    return value;
  });
  if (!tree.ok) return tree;
  if (ambiguous) return fail("ValueInvalid", "the JSON has numbers too long for JMESPath to tell apart; use jsonKey");
  const found = search(tree.value, expression);
  return found.ok ? textOfFound(found.value, sources) : found;
}

function search(tree: unknown, expression: string): Result<unknown> {
  let node: ReturnType<typeof compile>;
  try {
    node = compile(expression);
  } catch (error) {
    // The parser has seen nothing but the expression.
    return fail("SpecInvalid", `jmesPath must be a JMESPath expression: ${firstLine(error)}`);
  }
  try {
    return succeed(TreeInterpreter.search(node, tree as Parameters<typeof TreeInterpreter.search>[1]));
  } catch (error) {
    return evaluationFailure(error);
  }
}

/** Only messages that speak of the expression and of types are told: others might quote a value. */
const safeMessages =
  /^(Unknown function: \w+\(\)|Invalid arity: [\w() ,.'"]+|Invalid type: [\w() ,.<>|[\]]+|TypeError: [\w() ,.<>|[\]]+)/;

function evaluationFailure(error: unknown): ReturnType<typeof fail> {
  if (error instanceof RangeError) return fail("ValueInvalid", "jmesPath needs too much memory or nests too deeply");
  const [safe] = safeMessages.exec(firstLine(error)) ?? [];
  if (safe?.startsWith("Unknown function")) return fail("SpecInvalid", `jmesPath: ${safe}`);
  return fail("ValueInvalid", `jmesPath does not fit the JSON${safe === undefined ? "" : `: ${safe}`}`);
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : "";
  return message.split("\n", 1)[0]?.slice(0, 200) ?? "";
}

function textOfFound(found: unknown, sources: ReadonlyMap<number, string>): Result<string> {
  // A function is a prototype's, reached through an object that the expression itself made.
  if (found === null || found === undefined || typeof found === "function") {
    return fail("ValueNotFound", "jmesPath finds nothing, or null, in the JSON");
  }
  const text = typeof found === "string" ? found : written(found, sources);
  if (text === undefined) return fail("ValueInvalid", "jmesPath gives something that is no JSON");
  if (text.length > mostTargetBytes) return fail("TooLarge", `jmesPath gives more than ${mostTargetBytes} bytes`);
  return succeed(text);
}

function written(found: unknown, sources: ReadonlyMap<number, string>): string | undefined {
  try {
    return writeTree(found, (leaf) => (typeof leaf === "number" ? sources.get(leaf) : undefined));
  } catch {
    return undefined;
  }
}
