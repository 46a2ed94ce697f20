import { stringify as stringifyToml } from "smol-toml";
import { stringify as stringifyYaml } from "yaml";
import { findJsonKey } from "../../json/json-key.ts";
import { jsonTextOf } from "../../json/json-text.ts";
import { evaluateJmesPath } from "../../sandbox/jmes-path.ts";
import { FilterError } from "../errors.ts";
import { BytesValue, bytesOfValue, jsonOfTree, SourceNumber, textOfValue, treeOfJson } from "../values.ts";
import type { FilterCall, FilterFunction } from "./filter.ts";

/** JSON both ways, paths into it, and the formats that configuration files have. */
export const structureFilters: readonly (readonly [string, FilterFunction])[] = [
  ["json", ({ input }) => jsonOfTree(input)],
  ["from_json", ({ input, name }) => treeOfJson(textOfValue(input, name))],
  ["json_path", jsonPath],
  ["to_yaml", toYaml],
  ["toYaml", toYaml],
  ["to_toml", toToml],
  ["toToml", toToml],
  ["dockerconfigjson", dockerConfig],
];

/** What `jsonKey` with a leading "/" (JSON Pointer) or `jmesPath` would find, in JSON text or in a parsed value. */
function jsonPath({ input, args, name }: FilterCall): unknown {
  const path = textOfValue(args[0], `the path of ${name}`);
  const json = jsonTextOf(typeof input === "string" ? input : jsonOfTree(input));
  if (!json.ok) throw new FilterError(`${name}: ${json.failure.message}`);
  if (path.startsWith("/")) {
    const source = findJsonKey(json.value, path);
    if (!source.ok) throw new FilterError(`${name} finds nothing at its pointer`);
    return treeOfJson(source.value);
  }
  // Inside an object, so that a text that looks like a number stays text.
  const found = evaluateJmesPath(json.value, `{found: ${path}}`);
  if (!found.ok)
    throw new FilterError(`${name} finds nothing: its path must be a JMESPath expression that fits the JSON`);
  const { found: value } = treeOfJson(found.value) as { readonly found?: unknown };
  if (value === null || value === undefined) throw new FilterError(`${name} finds nothing at its path`);
  return value;
}

function toYaml({ input }: FilterCall): string {
  const options = { lineWidth: 0, aliasDuplicateObjects: false };
  // Helm's toYaml ends without a line break too, so that it fits `nindent`.
  return stringifyYaml(plain(input), options).replace(/\n$/, "");
}

function toToml({ input, name }: FilterCall): string {
  const table = plain(input);
  if (!(table instanceof Object) || Array.isArray(table)) throw new FilterError(`${name} must be given an object`);
  try {
    return stringifyToml(table);
  } catch {
    throw new FilterError(`${name} is given something that TOML cannot say, such as null in a list`);
  }
}

/** Plain objects that serializers know, long integers as BigInt. */
function plain(value: unknown): unknown {
  if (value instanceof SourceNumber) return numberOf(value.source);
  if (value instanceof BytesValue) throw new FilterError("bytes cannot stand in YAML or TOML; use base64_encode first");
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    Object.defineProperty(copy, name, { value: plain(member), enumerable: true, configurable: true, writable: true });
  }
  return copy;
}

function numberOf(source: string): unknown {
  return /^-?\d+$/.test(source) ? BigInt(source) : Number(source);
}

/** `{{ USER | dockerconfigjson: PASSWORD, "registry.example.com" }}`: the content of an image pull secret. */
function dockerConfig({ input, args, name }: FilterCall): string {
  const username = textOfValue(input, `the user name of ${name}`);
  const password = textOfValue(args[0], `the password of ${name}`);
  const registry = textOfValue(args[1], `the registry of ${name}`);
  const auth = Buffer.from(bytesOfValue(`${username}:${password}`, name)).toString("base64");
  return `{"auths":{${JSON.stringify(registry)}:${JSON.stringify({ username, password, auth })}}}`;
}
