import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { helmBinary } from "./kubernetes-binaries.ts";
import { inRepository } from "./repository.ts";
import { removeDirectory, temporaryDirectory } from "./temporary-directory.ts";

const run = promisify(execFile);
// It asks an API server that does not answer for ever.
const longestMs = 60_000;

export interface HelmRelease {
  readonly kubeconfig: string;
  readonly namespace: string;
  readonly release: string;
}

/** Values of the chart, as in values.yaml. */
export type HelmValues = Readonly<Record<string, unknown>>;

/** Installs or upgrades the chart, and waits for nothing: there is no kubelet. */
export async function helmInstall(target: HelmRelease, values: HelmValues): Promise<void> {
  const directory = temporaryDirectory("helm");
  try {
    const file = join(directory, "values.json");
    writeFileSync(file, JSON.stringify(values), { mode: 0o600 });
    const chart = inRepository("charts/external-values");
    await helm(target, ["upgrade", "--install", target.release, chart, `--values=${file}`], directory);
  } finally {
    removeDirectory(directory);
  }
}

export async function helmUninstall(target: HelmRelease): Promise<void> {
  const directory = temporaryDirectory("helm");
  try {
    await helm(target, ["uninstall", target.release, "--ignore-not-found"], directory);
  } finally {
    removeDirectory(directory);
  }
}

/** Helm keeps its caches in the directory, so that nothing of the user's is read or written. */
async function helm(target: HelmRelease, args: readonly string[], directory: string): Promise<void> {
  const env = { PATH: process.env["PATH"], HOME: directory };
  const common = [`--kubeconfig=${target.kubeconfig}`, `--namespace=${target.namespace}`];
  await run(helmBinary(), [...args, ...common], { env, timeout: longestMs, killSignal: "SIGKILL" });
}
