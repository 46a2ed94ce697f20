import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, resolve } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { parse } from "yaml";

export interface KubeConfigOptions {
  /** A kubeconfig file. Undefined: `KUBECONFIG`, then `~/.kube/config`, then the pod's ServiceAccount. */
  readonly kubeconfigPath?: string;
  /** Takes the pod's ServiceAccount and nothing else. */
  readonly inCluster?: boolean;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** Where the API server is and how to authenticate. Throws with the places that were tried. */
export function loadKubeConfig(options: KubeConfigOptions): KubeConfig {
  const environment = options.environment ?? process.env;
  if (options.inCluster) return inClusterConfig();
  const files = kubeconfigFiles(options.kubeconfigPath, environment);
  if (files.length > 0) return configFromFiles(files);
  if (environment["KUBERNETES_SERVICE_HOST"]) return inClusterConfig();
  throw new Error("No cluster: neither --kubeconfig, KUBECONFIG nor ~/.kube/config is there, and this is no pod");
}

/** The same configuration with nothing remembered: tokens are read and exec plugins run anew. */
export function forgetCredentials(kubeConfig: KubeConfig): KubeConfig {
  const { clusters, contexts, users, currentContext } = kubeConfig;
  const fresh = new KubeConfig();
  fresh.loadFromOptions({ clusters, contexts, users, currentContext });
  return fresh;
}

function inClusterConfig(): KubeConfig {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromCluster();
  return kubeConfig;
}

function kubeconfigFiles(
  path: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): string[] {
  if (path !== undefined) return [path];
  const named = (environment["KUBECONFIG"] ?? "").split(delimiter).filter((file) => file !== "" && existsSync(file));
  if (named.length > 0) return named;
  const standard = resolve(environment["HOME"] ?? homedir(), ".kube", "config");
  return existsSync(standard) ? [standard] : [];
}

function configFromFiles(files: readonly string[]): KubeConfig {
  const merged = new KubeConfig();
  for (const file of files) {
    const one = new KubeConfig();
    try {
      one.loadFromFile(file);
      rereadTokenFiles(one, file);
    } catch (error) {
      throw unreadable(file, error);
    }
    merged.mergeConfig(one, merged.currentContext !== "" && merged.currentContext !== undefined);
  }
  return merged;
}

/** Only the kind of the fault: a parser's message quotes the file, credentials included. */
function unreadable(file: string, error: unknown): Error {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return new Error(`kubeconfig ${file} does not exist`);
  if (code === "EACCES") return new Error(`kubeconfig ${file} may not be read by this user`);
  return new Error(
    `kubeconfig ${file} is no valid kubeconfig; "kubectl config view --kubeconfig ${file}" may say more`,
  );
}

/** The library reads a kubeconfig's `tokenFile` once; a projected token is renewed within the hour. */
function rereadTokenFiles(kubeConfig: KubeConfig, file: string): void {
  const raw: unknown = parse(readFileSync(file, "utf8"));
  const users = (raw as { users?: { name: string; user?: { token?: string; tokenFile?: string } }[] } | null)?.users;
  const tokenFiles = new Map(
    (users ?? []).flatMap(({ name, user }) => (user?.tokenFile && !user.token ? [[name, user.tokenFile]] : [])),
  );
  kubeConfig.users = kubeConfig.users.map((user) => {
    const tokenFile = tokenFiles.get(user.name);
    if (tokenFile === undefined) return user;
    const config = { tokenFile: resolve(dirname(file), tokenFile) };
    return { ...user, token: undefined, authProvider: { name: "tokenFile", config } };
  });
}
