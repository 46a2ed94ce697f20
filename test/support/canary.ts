/**
 * A mark in secret values of tests. It stands nowhere else, so whatever an operator tells in which it is found, in any
 * encoding, has leaked (leak-watch.ts).
 */
export const canaryMark = "cAn4ryVa1ue";

/** A value that may stand in a Secret and nowhere else. */
export function secretValue(text: string): string {
  return `${canaryMark}:${text}`;
}

/** The text of a value that `secretValue` made; any other as it is. */
export function withoutMark(value: string): string {
  return value.startsWith(`${canaryMark}:`) ? value.slice(canaryMark.length + 1) : value;
}

const most = 64;
const registered = new Set<string>();

/**
 * Secret content that a test puts into AWS without a mark: its parts are looked for as well, where they are long enough
 * to stand nowhere by chance, and no more than 64 of a test file.
 */
export function registerSecret(content: string): void {
  for (const text of [content, ...leavesOf(content)]) {
    if (registered.size < most && isDistinctive(text)) registered.add(text);
  }
}

export function registeredSecrets(): ReadonlySet<string> {
  return registered;
}

// "first", "info" and "password" are in many a message; 60,000 times the same letter is no secret.
const shortest = 12;
const fewestLetters = 6;

function isDistinctive(text: string): boolean {
  return text.length >= shortest && text.length <= 1_000 && new Set(text).size >= fewestLetters;
}

/** The texts in a JSON document; none where it is no JSON. */
function leavesOf(content: string): readonly string[] {
  try {
    return textsIn(JSON.parse(content));
  } catch {
    return [];
  }
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
