import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse, parseAllDocuments } from "yaml";

const repositoryRoot = fileURLToPath(new URL("../", import.meta.url));
export const chartDirectory = `${repositoryRoot}charts/external-values`;

/** Helm's path. Throws where it is missing: `make test` brings it. */
function helm(): string {
  const path = `${repositoryRoot}.tools/bin/helm`;
  if (!existsSync(path)) throw new Error(`${path} is missing: "make test" brings it`);
  return path;
}

/** An object of the chart, as far as tests look into it. */
export interface ChartObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly rules?: readonly PolicyRule[];
  readonly spec?: unknown;
  readonly roleRef?: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly { readonly name: string; readonly namespace?: string }[];
}

export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

export interface Rendering {
  readonly objects: readonly ChartObject[];
  /** What Helm said on standard error where it refused. Empty: it did not. */
  readonly refusal: string;
}

/**
 * Renders the chart as `helm template` does, for the release `external-values` in the namespace `external-values`.
 */
export function renderChart(values: object = {}, options: readonly string[] = []): Rendering {
  const release = ["external-values", chartDirectory, "--namespace=external-values", "--kube-version=1.36.0"];
  const { status, stdout, stderr } = spawnSync(helm(), ["template", ...release, "--values=-", ...options], {
    input: JSON.stringify(values),
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) return { objects: [], refusal: stderr };
  const objects = parseAllDocuments(stdout).map((document) => document.toJS() as ChartObject | null);
  return { objects: objects.filter((object) => object !== null), refusal: "" };
}

/** Runs `helm lint --strict`. */
export function lintChart(): { readonly ok: boolean; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(helm(), ["lint", "--strict", chartDirectory], { encoding: "utf8" });
  return { ok: status === 0, output: stdout + stderr };
}

/** A YAML or JSON file of the repository. */
export function readRepositoryFile<T>(path: string): T {
  return parse(readFileSync(`${repositoryRoot}${path}`, "utf8")) as T;
}

/** Names and texts of the YAML files of a folder of the repository. */
export function readFolder(path: string): Readonly<Record<string, string>> {
  const folder = `${repositoryRoot}${path}`;
  if (!existsSync(folder)) return {};
  const names = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(`${folder}/${name}`, "utf8")]));
}
