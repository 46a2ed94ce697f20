import { writeFileSync } from "node:fs";

/** How to reach an API server, and as whom. */
export interface Connection {
  /** `https://127.0.0.1:6443`, without a slash at its end. */
  readonly url: string;
  /** PEM. */
  readonly certificateAuthority: string;
  readonly token: string;
}

/** Writes a kubeconfig, for this user alone, and returns its path. */
export function writeKubeconfig(path: string, connection: Connection, namespace = "default"): string {
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: "bench",
        cluster: {
          server: connection.url,
          "certificate-authority-data": Buffer.from(connection.certificateAuthority).toString("base64"),
        },
      },
    ],
    users: [{ name: "bench", user: { token: connection.token } }],
    contexts: [{ name: "bench", context: { cluster: "bench", user: "bench", namespace } }],
    "current-context": "bench",
  };
  // JSON is YAML.
  writeFileSync(path, `${JSON.stringify(config, undefined, 2)}\n`, { mode: 0o600 });
  return path;
}
