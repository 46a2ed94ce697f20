import { isMap, isScalar, type Pair, parseDocument, type YAMLMap } from "yaml";
import { code, markdownTable } from "./table.ts";

/** The table of a chart's values, from its values.yaml: path, default, and the comment above it. */
export function chartValuesTable(valuesYaml: string): string {
  const { contents } = parseDocument(valuesYaml);
  if (!isMap(contents)) throw new Error("values.yaml must be a map");
  return markdownTable(["value", "default", "meaning"], [...rowsOf(contents, "")]);
}

function rowsOf(map: YAMLMap, prefix: string): string[][] {
  return map.items.flatMap((pair, index) => rowsOfPair(pair, prefix, index === 0 ? map.commentBefore : undefined));
}

/** A map with entries has a row of its own only where a comment says something of it. */
function rowsOfPair(pair: Pair, prefix: string, commentOfMap: string | null | undefined): string[][] {
  const name = isScalar(pair.key) ? String(pair.key.value) : "";
  const meaning = commentOf(pair, commentOfMap);
  if (!isMap(pair.value) || pair.value.items.length === 0) {
    return [[code(`${prefix}${name}`), code(JSON.stringify(pair.value)), meaning]];
  }
  const rows = rowsOf(pair.value, `${prefix}${name}.`);
  return meaning === "" ? rows : [[code(`${prefix}${name}`), "", meaning], ...rows];
}

/** The comment of a map's first key stands on the map. What was commented out (an example) is left out. */
function commentOf(pair: Pair, ofMap: string | null | undefined): string {
  const own = isScalar(pair.key) ? pair.key.commentBefore : undefined;
  return (own ?? ofMap ?? "")
    .split("\n")
    .filter((line) => /^ \S/.test(line))
    .map((line) => line.trim())
    .join(" ");
}
