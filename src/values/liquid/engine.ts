import { filters as builtInFilters, Liquid } from "liquidjs";
import { FilterError } from "./errors.ts";
import type { FilterScope } from "./filters/filter.ts";
import { filters } from "./filters/table.ts";
import { SourceNumber } from "./values.ts";

/** Longest template, all of one job together would be bounded by the size of an object in etcd anyway. */
const mostTemplateCharacters = 1024 * 1024;
/** Characters and list elements that one render may make. */
const mostMemory = 20_000_000;

/**
 * Filters of liquidjs that stay: those that depend on nothing but their input. The clock (`date`), randomness (`sample`),
 * and expressions in strings (`where_exp` and its kin, which would escape the check of names) do not.
 */
const keptFilters: readonly string[] = [
  ...["append", "capitalize", "downcase", "lstrip", "prepend", "remove", "remove_first", "remove_last", "replace"],
  ...[
    "replace_first",
    "replace_last",
    "rstrip",
    "slice",
    "split",
    "squish",
    "strip",
    "strip_newlines",
    "truncate",
    "upcase",
  ],
  ...["compact", "concat", "find", "first", "has", "join", "last", "map", "pop", "push", "reject", "reverse", "shift"],
  ...["size", "sort", "sort_natural", "sum", "uniq", "unshift", "where"],
  ...["default", "escape", "xml_escape", "to_integer"],
];

/** Arithmetic of liquidjs, on doubles: guarded below. */
const arithmetic: readonly string[] = [
  ...["abs", "at_least", "at_most", "ceil", "divided_by", "floor", "minus", "modulo", "plus", "round", "times"],
];

/** Tags that open files. */
const fileTags: readonly string[] = ["include", "render", "layout", "block"];

/** A Liquid engine that reads no file and knows no clock; `scope` tells filters which template they run in. */
export function createEngine(scope: () => FilterScope, timeLimitMs: number): Liquid {
  const engine = new Liquid({
    strictVariables: true,
    strictFilters: true,
    // `values["x"] | default: …` and `{% if values["x"] %}`; unknown plain names are refused before.
    lenientIf: true,
    ownPropertyOnly: true,
    keepOutputType: true,
    templates: {},
    relativeReference: false,
    parseLimit: mostTemplateCharacters,
    memoryLimit: mostMemory,
    renderLimit: timeLimitMs,
  });
  for (const tag of fileTags) delete engine.tags[tag];
  for (const name of Object.keys(builtInFilters)) if (!keptFilters.includes(name)) delete engine.filters[name];
  for (const name of arithmetic) engine.registerFilter(name, guardArithmetic(name));
  for (const [name, filter] of filters) {
    engine.registerFilter(name, function (input: unknown, ...args: unknown[]) {
      try {
        return filter({ name, input, args, scope: scope(), literal: isLiteral(this.token.args[0]) });
      } catch (error) {
        if (error instanceof RangeError) throw new FilterError(`${name} was given too much, or too deeply nested`);
        throw error;
      }
    });
  }
  return engine;
}

/** "NaN" or a rounded integer would stand in a Secret without anybody noticing. */
function guardArithmetic(name: string) {
  const builtIn = builtInFilters[name];
  const calculate = typeof builtIn === "function" ? builtIn : builtIn?.handler;
  return function (
    this: ThisParameterType<NonNullable<typeof calculate>>,
    input: unknown,
    ...args: unknown[]
  ): unknown {
    const numbers = [input, ...args]
      .filter((operand) => typeof operand !== "boolean")
      .map((operand) => numberIn(operand));
    const result: unknown = calculate?.call(this, input, ...args);
    if (!numbers.every(Number.isFinite) || !Number.isFinite(result))
      throw new FilterError(`${name} must be given numbers, and not divide by zero`);
    if (Number.isInteger(result) && !Number.isSafeInteger(result))
      throw new FilterError(`${name} gives too large a number`);
    return result;
  };
}

/** Not a number where an operand is none; Liquid would take it for 0. */
function numberIn(operand: unknown): number {
  const text = operand instanceof SourceNumber ? operand.source : operand;
  return typeof text === "number" || (typeof text === "string" && text.trim() !== "") ? Number(text) : Number.NaN;
}

/** Whether an argument stands in the template as a quoted text, and so is no value. */
function isLiteral(argument: unknown): boolean {
  const text =
    argument instanceof Object && "getText" in argument ? String((argument as { getText(): string }).getText()) : "";
  return /^(?:"[^"]*"|'[^']*')$/.test(text);
}
