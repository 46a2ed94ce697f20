import type { Rule } from "./schema.ts";

/** Of these fields, exactly one must be there. */
export function exactlyOne<T extends object>(...names: readonly (keyof T & string)[]): Rule<T> {
  return {
    cel: oneOf(names),
    message: `must have exactly one of ${listed(names)}`,
    holds: (value) => countPresent(value, names) === 1,
  };
}

export function atMostOne<T extends object>(...names: readonly (keyof T & string)[]): Rule<T> {
  return {
    cel: noneOrOneOf(names),
    message: `must have at most one of ${listed(names)}`,
    holds: (value) => countPresent(value, names) <= 1,
  };
}

export function atLeastOne<T extends object>(...names: readonly (keyof T & string)[]): Rule<T> {
  return {
    cel: names.map(has).join(" || "),
    message: `must have at least one of ${listed(names)}`,
    holds: (value) => countPresent(value, names) >= 1,
  };
}

function countPresent<T extends object>(value: T, names: readonly (keyof T)[]): number {
  return names.filter((name) => value[name] !== undefined).length;
}

const has = (name: string): string => `has(self.${name})`;
const hasNone = (names: readonly string[]): string => names.map((name) => `!${has(name)}`).join(" && ");

// Nested choices, not a count: rules are paid on every write of a status, and these stop at the first field found.
function oneOf([first = "", ...rest]: readonly string[]): string {
  if (rest.length === 0) return has(first);
  if (rest.length === 1) return `${has(first)} != ${rest.map(has)}`;
  return `${has(first)} ? ${hasNone(rest)} : ${oneOf(rest)}`;
}

function noneOrOneOf([first = "", ...rest]: readonly string[]): string {
  if (rest.length === 1) return `!${has(first)} || ${hasNone(rest)}`;
  return `${has(first)} ? ${hasNone(rest)} : ${noneOrOneOf(rest)}`;
}

/** `a, b and c` */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
