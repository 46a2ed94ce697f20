import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** Ports, paths and tokens of one control plane. */
export interface ControlPlaneLayout {
  readonly directory: string;
  readonly etcdClientPort: number;
  readonly etcdPeerPort: number;
  readonly apiServerPort: number;
  readonly auditLog: string;
  readonly auditPolicy: string;
  readonly certificates: string;
  readonly serviceAccountKey: string;
  readonly tokens: string;
  readonly adminToken: string;
  readonly controllerManagerToken: string;
  readonly controllerManagerKubeconfig: string;
}

/** Every request, who sent it with which user agent and how it ended; no bodies, so no Secret's data on disk. */
const auditPolicy = {
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived"],
  omitManagedFields: true,
  rules: [{ level: "Metadata" }],
};

/** The controllers that the tests rely on; no others, so that starting is quick and the audit log readable. */
const controllers = [
  "garbage-collector-controller",
  "namespace-controller",
  "serviceaccount-controller",
  "serviceaccount-token-controller",
  "clusterrole-aggregation-controller",
  "root-ca-certificate-publisher-controller",
];

export function writeControlPlaneFiles(layout: ControlPlaneLayout): void {
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  const secret = { mode: 0o600 };
  writeFileSync(layout.serviceAccountKey, privateKey, secret);
  writeFileSync(
    layout.tokens,
    [
      `${layout.adminToken},bench-admin,bench-admin,"system:masters"`,
      `${layout.controllerManagerToken},bench-controller-manager,bench-controller-manager,"system:masters"`,
      "",
    ].join("\n"),
    secret,
  );
  writeFileSync(layout.auditPolicy, JSON.stringify(auditPolicy));
}

export function etcdArguments(layout: ControlPlaneLayout): string[] {
  const client = `http://127.0.0.1:${layout.etcdClientPort}`;
  const peer = `http://127.0.0.1:${layout.etcdPeerPort}`;
  return [
    `--data-dir=${join(layout.directory, "etcd")}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    // Nothing has to survive a power cut here.
    "--unsafe-no-fsync",
    "--log-level=warn",
  ];
}

export function apiServerArguments(layout: ControlPlaneLayout): string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${layout.etcdClientPort}`,
    "--bind-address=127.0.0.1",
    "--advertise-address=127.0.0.1",
    `--secure-port=${layout.apiServerPort}`,
    `--cert-dir=${layout.certificates}`,
    "--service-cluster-ip-range=10.96.0.0/16",
    // A loopback address may not stand in the endpoints of the Service `kubernetes`.
    "--endpoint-reconciler-type=none",
    "--authorization-mode=RBAC",
    `--token-auth-file=${layout.tokens}`,
    "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
    `--service-account-key-file=${layout.serviceAccountKey}`,
    `--service-account-signing-key-file=${layout.serviceAccountKey}`,
    `--audit-policy-file=${layout.auditPolicy}`,
    `--audit-log-path=${layout.auditLog}`,
    // Never rotated: a test reads it from the start.
    "--audit-log-maxsize=0",
    "--profiling=false",
  ];
}

export function controllerManagerArguments(layout: ControlPlaneLayout): string[] {
  return [
    `--kubeconfig=${layout.controllerManagerKubeconfig}`,
    `--controllers=${controllers.join(",")}`,
    `--service-account-private-key-file=${layout.serviceAccountKey}`,
    `--root-ca-file=${join(layout.certificates, "apiserver.crt")}`,
    "--leader-elect=false",
    // It serves nothing.
    "--secure-port=0",
    "--kube-api-qps=200",
    "--kube-api-burst=400",
    "--profiling=false",
  ];
}
