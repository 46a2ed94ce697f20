import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { inRepository } from "./repository.ts";

export type KubernetesBinary = "etcd" | "kube-apiserver" | "kube-controller-manager" | "kubectl";

/**
 * Where a binary is: KUBEBUILDER_ASSETS first, as envtest does, then what `make setup` put into .tools/kubernetes; for
 * kubectl the PATH too. Throws with the command that helps.
 */
export function kubernetesBinary(name: KubernetesBinary): string {
  const directories = [process.env["KUBEBUILDER_ASSETS"], inRepository(".tools/kubernetes")];
  if (name === "kubectl") directories.push(...(process.env["PATH"] ?? "").split(delimiter));
  for (const directory of directories) {
    if (directory !== undefined && directory !== "" && isExecutable(join(directory, name)))
      return join(directory, name);
  }
  throw new Error(`${name} is missing: run "make setup", or set KUBEBUILDER_ASSETS to a directory that has it`);
}

/** helm, from .tools/bin. */
export function helmBinary(): string {
  const path = inRepository(".tools/bin/helm");
  if (!isExecutable(path)) throw new Error('helm is missing: run "make setup"');
  return path;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
