import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { createConnections } from "./connection.ts";
import { loadKubeConfig } from "./kube-config.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kube-config-"));
});

function write(name: string, user: string, cluster = ""): string {
  const file = join(folder, name);
  writeFileSync(
    file,
    `apiVersion: v1
kind: Config
clusters: [{ name: c-${name}, cluster: { server: "https://${name}.example:6443/base/", ${cluster} } }]
users: [{ name: u-${name}, user: ${user} }]
contexts: [{ name: x-${name}, context: { cluster: c-${name}, user: u-${name}, namespace: shop } }]
current-context: x-${name}
`,
  );
  return file;
}

const authorization = async (file: string) => {
  const connections = createConnections(loadKubeConfig({ kubeconfigPath: file }), () => 0);
  const { headers } = await connections.current();
  connections.close();
  return headers["Authorization"];
};

describe("a kubeconfig that cannot be used is named, and nothing of it is quoted", () => {
  it.each([
    { name: "missing", text: undefined, message: / does not exist$/ },
    { name: "no YAML", text: "users: [{ name: a, user: { token: CANARY }", message: / is no valid kubeconfig;/ },
  ])("$name", ({ text, message }) => {
    const file = join(folder, "broken");
    if (text !== undefined) writeFileSync(file, text);
    const load = () => loadKubeConfig({ kubeconfigPath: file });
    expect(load).toThrow(message);
    expect(load).toThrow(file);
    expect(load).not.toThrow("CANARY");
  });
});

describe("which configuration is taken", () => {
  const server = (options: Parameters<typeof loadKubeConfig>[0]) => loadKubeConfig(options).getCurrentCluster()?.server;

  it("the file that was named, before any other", () => {
    const environment = { KUBECONFIG: write("two", "{ token: t }") };
    expect(server({ kubeconfigPath: write("one", "{ token: t }"), environment })).toBe("https://one.example:6443/base");
  });

  it("KUBECONFIG, with several files: the first one's context, the clusters of all, absent files left out", () => {
    const files = [join(folder, "absent"), write("one", "{ token: t }"), write("two", "{ token: t }")];
    const kubeConfig = loadKubeConfig({ environment: { KUBECONFIG: files.join(delimiter) } });
    expect(kubeConfig.currentContext).toBe("x-one");
    expect(kubeConfig.getClusters().map(({ name }) => name)).toEqual(["c-one", "c-two"]);
  });

  it("the pod's ServiceAccount", () => {
    const kubeConfig = loadKubeConfig({ environment: { HOME: folder, KUBERNETES_SERVICE_HOST: "10.0.0.1" } });
    expect(kubeConfig.getCurrentUser()?.authProvider.config.tokenFile).toBe(
      "/var/run/secrets/kubernetes.io/serviceaccount/token",
    );
    expect(loadKubeConfig({ inCluster: true }).currentContext).toBe(kubeConfig.currentContext);
  });

  it("none: says where it looked", () => {
    expect(() => loadKubeConfig({ environment: { HOME: folder } })).toThrow("--kubeconfig, KUBECONFIG");
  });
});

describe("credentials", () => {
  it.each([
    { kind: "a token", user: "{ token: abc }", expected: "Bearer abc" },
    { kind: "a token file, relative to the kubeconfig", user: "{ tokenFile: token }", expected: "Bearer from-file" },
    { kind: "a name and password", user: "{ username: u, password: p }", expected: "Basic dTpw" },
    {
      kind: "an exec plugin",
      user: `{ exec: { apiVersion: client.authentication.k8s.io/v1, command: sh, args: ["-c", "echo '{\\"status\\":{\\"token\\":\\"plugged\\"}}'"] } }`,
      expected: "Bearer plugged",
    },
    { kind: "none", user: "{}", expected: undefined },
  ])("$kind", async ({ user, expected }) => {
    writeFileSync(join(folder, "token"), "from-file\n");
    expect(await authorization(write("one", user))).toBe(expected);
  });

  it("are read anew after 15 s, and the connections stay while CA and certificate do", async () => {
    let now = 0;
    const kubeConfig = loadKubeConfig({ kubeconfigPath: write("one", "{ token: first }") });
    const connections = createConnections(kubeConfig, () => now);
    const first = await connections.current();
    for (const user of kubeConfig.users) Object.assign(user, { token: "second" });
    now = 14_999;
    expect((await connections.current()).headers["Authorization"]).toBe("Bearer first");
    now = 15_000;
    const second = await connections.current();
    expect(second.headers["Authorization"]).toBe("Bearer second");
    expect(second.agent).toBe(first.agent);
    for (const cluster of kubeConfig.clusters) Object.assign(cluster, { caData: "Y2E=" });
    now = 30_000;
    expect((await connections.current()).agent).not.toBe(first.agent);
    connections.close();
  });

  it("renewed after a refusal: a token file is read at once, and the same token is no reason to repeat", async () => {
    const token = join(folder, "token");
    writeFileSync(token, "old");
    const kubeConfig = loadKubeConfig({ kubeconfigPath: write("one", "{ tokenFile: token }") });
    const connections = createConnections(kubeConfig, () => 0);
    const refused = await connections.current();
    expect(await connections.renew(refused)).toBe(false);
    writeFileSync(token, "new");
    expect(await connections.renew(await connections.current())).toBe(true);
    expect((await connections.current()).headers["Authorization"]).toBe("Bearer new");
    // Another request that was refused with the old token finds the new one already there.
    expect(await connections.renew(refused)).toBe(true);
    connections.close();
  });

  it("a proxy's agent comes from the library and keeps its connections", async () => {
    const file = write("one", "{ token: t }", `proxy-url: "http://proxy.example:3128"`);
    const connections = createConnections(loadKubeConfig({ kubeconfigPath: file }), () => 0);
    const { agent } = await connections.current();
    expect([agent.constructor.name, (agent as unknown as { keepAlive: boolean }).keepAlive]).toEqual([
      "HttpsProxyAgent",
      true,
    ]);
    connections.close();
  });
});
