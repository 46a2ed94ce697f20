import { readFileSync, writeFileSync } from "node:fs";

/** Puts the body between `<!-- begin name -->` and `<!-- end name -->`. Throws a RangeError where the text has no such place. */
export function replaceSection(text: string, name: string, body: string): string {
  const [begin, end] = [`<!-- begin ${name} -->\n`, `<!-- end ${name} -->`];
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from === -1 || to === -1) throw new RangeError(`the page has no section "${name}"`);
  return `${text.slice(0, from + begin.length)}\n${body.trim()}\n\n${text.slice(to)}`;
}

/** Writes one section of a page; all else of it stays. */
export function writeSection(path: string, name: string, body: string): void {
  writeFileSync(path, replaceSection(readFileSync(path, "utf8"), name, body));
}
