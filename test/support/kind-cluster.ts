import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { applyCustomResourceDefinitions } from "./custom-resource-definitions.ts";
import { type Connection, writeKubeconfig } from "./kubeconfig.ts";
import { kubernetesBinary } from "./kubernetes-binaries.ts";
import { inRepository } from "./repository.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

const run = promisify(execFile);

/** A cluster that hack/e2e-kind.sh has made, with the operator's image on its nodes. */
export interface KindCluster {
  readonly admin: Connection;
  readonly adminKubeconfig: string;
  readonly image: string;
  /** This machine, as pods see it. */
  readonly hostAddress: string;
}

/** The cluster that the environment names, or undefined. */
export async function connectToKind(): Promise<KindCluster | undefined> {
  const kubeconfig = process.env["EXTERNAL_VALUES_KIND_KUBECONFIG"];
  if (kubeconfig === undefined) return undefined;
  const kubectl = async (...args: string[]) =>
    (await run(kubernetesBinary("kubectl"), [`--kubeconfig=${kubeconfig}`, ...args], { timeout: 60_000 })).stdout;

  // The suites speak as a ServiceAccount with a token, where kind gives a client certificate.
  const account = ["--namespace=kube-system", "external-values-bench"];
  await kubectl("create", "serviceaccount", ...account);
  const binding = ["external-values-bench", "--clusterrole=cluster-admin"];
  await kubectl("create", "clusterrolebinding", ...binding, "--serviceaccount=kube-system:external-values-bench");
  const token = (await kubectl("create", "token", "--duration=8h", ...account)).trim();
  const { clusters } = JSON.parse(await kubectl("config", "view", "--raw", "--minify", "--output=json"));
  const { server, "certificate-authority-data": authority } = clusters[0].cluster;
  const admin = { url: server, certificateAuthority: Buffer.from(authority, "base64").toString(), token };

  await applyCustomResourceDefinitions(admin, inRepository("crds"));
  return {
    admin,
    adminKubeconfig: writeKubeconfig(join(temporaryDirectory("kind"), "admin.kubeconfig"), admin),
    image: process.env["EXTERNAL_VALUES_KIND_IMAGE"] ?? "",
    hostAddress: process.env["EXTERNAL_VALUES_KIND_HOST"] ?? "",
  };
}
