import { endOfString, endOfValue, skipBlanks } from "./scan.ts";

/** A member of a JSON object: its name, and its value as it stands in the source. */
export interface Member {
  readonly name: string;
  readonly source: string;
}

/**
 * The members of an object in source order, names unescaped; undefined where the text holds no object. Only for text
 * that JSON.parse has accepted. No JavaScript object is made, so `__proto__` is a name like any other, integer-like
 * names keep their place, and numbers keep their digits.
 */
export function membersOf(json: string): readonly Member[] | undefined {
  let at = skipBlanks(json, 0);
  if (json[at] !== "{") return undefined;
  const members: Member[] = [];
  at = skipBlanks(json, at + 1);
  while (json[at] === '"') {
    const nameEnd = endOfString(json, at);
    const name = unquote(json.slice(at, nameEnd));
    const start = skipBlanks(json, skipBlanks(json, nameEnd) + 1);
    const end = endOfValue(json, start);
    members.push({ name, source: json.slice(start, end) });
    at = nextStart(json, end);
  }
  return members;
}

/** The elements of an array as they stand in the source; undefined where the text holds no array. */
export function elementsOf(json: string): readonly string[] | undefined {
  let at = skipBlanks(json, 0);
  if (json[at] !== "[") return undefined;
  const elements: string[] = [];
  at = skipBlanks(json, at + 1);
  while (at < json.length && json[at] !== "]") {
    const end = endOfValue(json, at);
    elements.push(json.slice(at, end));
    at = nextStart(json, end);
  }
  return elements;
}

/** After the comma that follows a value, or at the closing bracket. */
function nextStart(json: string, end: number): number {
  const at = skipBlanks(json, end);
  return json[at] === "," ? skipBlanks(json, at + 1) : at;
}

function unquote(quoted: string): string {
  return quoted.includes("\\") ? String(JSON.parse(quoted)) : quoted.slice(1, -1);
}
