import { FilterError } from "../errors.ts";
import { numberOfValue, textOfValue } from "../values.ts";
import type { FilterCall, FilterFunction } from "./filter.ts";

/** Indentation as Helm does it, and the filter that insists on a value. */
export const textFilters: readonly (readonly [string, FilterFunction])[] = [
  ["indent", indent],
  ["nindent", (call) => `\n${indent(call)}`],
  ["required", required],
];

/** Every line, the first one too, after so many spaces (default 2). */
function indent({ input, args, name }: FilterCall): string {
  const width = numberOfValue(args[0] ?? 2, `the width of ${name}`, { min: 0, max: 100 });
  const text = textOfValue(input, name);
  const spaces = " ".repeat(width);
  return text.replaceAll(/^/gm, spaces);
}

/** Passes on what is there; an empty or missing input fails with the author's words, unless those are computed. */
function required({ input, args, literal }: FilterCall): unknown {
  if (input !== undefined && input !== null && input !== "") return input;
  const [message] = args;
  throw new FilterError(literal && typeof message === "string" ? message.slice(0, 200) : "a required value is empty");
}
