/** Steps over JSON text that JSON.parse has accepted already: linear, without recursion, whatever the nesting. */

/** The first position at or after `at` that is no white space. */
export function skipBlanks(json: string, at: number): number {
  let position = at;
  while (isBlank(json.charCodeAt(position))) position += 1;
  return position;
}

/** White space as RFC 8259 knows it. */
export function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** The position after the closing quote of the string that opens at `at`. */
export function endOfString(json: string, at: number): number {
  let position = at + 1;
  while (position < json.length && json[position] !== '"') position += json[position] === "\\" ? 2 : 1;
  return position + 1;
}

/** The position after the value that starts at `at`. */
export function endOfValue(json: string, at: number): number {
  const opening = json[at];
  if (opening === '"') return endOfString(json, at);
  if (opening === "{" || opening === "[") return endOfNested(json, at);
  let position = at;
  while (position < json.length && !/[\s,\]}]/.test(json[position] ?? "")) position += 1;
  return position;
}

function endOfNested(json: string, at: number): number {
  let depth = 0;
  let position = at;
  do {
    const character = json[position];
    if (character === '"') {
      position = endOfString(json, position);
      continue;
    }
    if (character === "{" || character === "[") depth += 1;
    else if (character === "}" || character === "]") depth -= 1;
    position += 1;
  } while (depth > 0 && position < json.length);
  return position;
}

/** The same JSON without white space between its tokens; strings and numbers as they stand. */
export function compactJson(json: string): string {
  const parts: string[] = [];
  let start = skipBlanks(json, 0);
  let position = start;
  while (position < json.length) {
    if (json[position] === '"') {
      position = endOfString(json, position);
    } else if (isBlank(json.charCodeAt(position))) {
      parts.push(json.slice(start, position));
      position = skipBlanks(json, position);
      start = position;
    } else {
      position += 1;
    }
  }
  parts.push(json.slice(start));
  return parts.join("");
}
