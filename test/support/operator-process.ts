import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { testCredentials } from "./aws.ts";
import { eventually, Hopeless } from "./eventually.ts";
import { freePorts } from "./free-ports.ts";
import { type Connection, writeKubeconfig } from "./kubeconfig.ts";
import { type Exit, type ManagedProcess, startProcess, tail } from "./managed-process.ts";
import { type ControllerContainer, resolveEnvironment } from "./operator-container.ts";
import { inRepository } from "./repository.ts";

export interface ProcessOverrides {
  /** Over the container's own variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Behind the container's own flags. */
  readonly args?: readonly string[];
  /** The API server through a proxy. Default: the connection's own. */
  readonly apiServerUrl?: string;
  /** The PEM of the proxy, where it has its own. */
  readonly certificateAuthority?: string;
  /** False: resolve at once, e.g. to see it fail to start. */
  readonly awaitReady?: boolean;
}

/** A running replica of the operator. */
export interface RunningOperator {
  /** stdout and stderr so far. */
  output(): Promise<string>;
  /** The metrics page. */
  metrics(): Promise<string>;
  /** The HTTP status of a probe. */
  probe(path: "/healthz" | "/readyz"): Promise<number>;
  /** SIGTERM; resolves when it has ended, by SIGKILL after the chart's grace of 30 s. */
  stop(): Promise<Exit>;
  /** SIGKILL: a crash. */
  kill(): Promise<Exit>;
  /** Of a replica that runs as a process here; undefined on kind, where it is a pod. */
  readonly local?: LocalReplica;
}

export interface LocalReplica {
  readonly process: ManagedProcess;
  readonly metricsUrl: string;
  /** Without a path. */
  readonly healthUrl: string;
}

export interface Replica {
  readonly name: string;
  readonly namespace: string;
  readonly directory: string;
  readonly container: ControllerContainer;
  readonly connection: Connection;
  readonly awsEndpoint: string;
  readonly webIdentityToken: () => Promise<string>;
}

/** Runs `node dist/main.js` with the container's flags and variables, its ports replaced by free ones. */
export async function startOperatorProcess(replica: Replica, overrides: ProcessOverrides): Promise<RunningOperator> {
  const bundle = inRepository("dist/main.js");
  if (!existsSync(bundle)) throw new Error('dist/main.js is missing: run "make build"');
  mkdirSync(replica.directory, { recursive: true });
  const [metricsPort = 0, healthPort = 0] = await freePorts(2);
  const kubeconfig = writeKubeconfig(
    join(replica.directory, "kubeconfig"),
    {
      url: overrides.apiServerUrl ?? replica.connection.url,
      certificateAuthority: overrides.certificateAuthority ?? replica.connection.certificateAuthority,
      token: replica.connection.token,
    },
    replica.namespace,
  );
  const started = startProcess({
    name: replica.name,
    command: process.execPath,
    args: [
      bundle,
      ...withPorts(replica.container.args, metricsPort, healthPort),
      `--kubeconfig=${kubeconfig}`,
      ...(overrides.args ?? []),
    ],
    env: { ...(await environment(replica)), ...overrides.env },
    logFile: join(replica.directory, "output.log"),
  });
  const operator = running({
    process: started,
    metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
    healthUrl: `http://127.0.0.1:${healthPort}`,
  });
  if (overrides.awaitReady ?? true) await awaitReady(operator, started);
  return operator;
}

function withPorts(args: readonly string[], metricsPort: number, healthPort: number): string[] {
  return args.map((argument) =>
    argument
      .replace(/^(--metrics-bind-address=).*$/, `$1127.0.0.1:${metricsPort}`)
      .replace(/^(--health-probe-bind-address=).*$/, `$1127.0.0.1:${healthPort}`),
  );
}

/** Nothing of this process's own environment reaches the operator: neither jest's flags nor the user's AWS profile. */
async function environment(replica: Replica): Promise<Record<string, string>> {
  const { container, name, namespace, directory } = replica;
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: directory,
    ...(await operatorEnvironment(replica)),
    ...resolveEnvironment(container.env, { "metadata.name": name, "metadata.namespace": namespace }),
  };
}

/** Where AWS is, and who the operator is there. */
export async function operatorEnvironment(replica: Replica): Promise<Record<string, string>> {
  return { AWS_ENDPOINT_URL: replica.awsEndpoint, ...(await identity(replica)) };
}

async function identity({ container, directory, webIdentityToken }: Replica): Promise<Record<string, string>> {
  if (container.roleArn === undefined) {
    return {
      AWS_ACCESS_KEY_ID: testCredentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: testCredentials.secretAccessKey,
    };
  }
  const file = join(directory, "web-identity-token");
  writeFileSync(file, await webIdentityToken(), { mode: 0o600 });
  return { AWS_ROLE_ARN: container.roleArn, AWS_WEB_IDENTITY_TOKEN_FILE: file };
}

// One that was stopped by SIGSTOP takes the connection and never answers.
const answerMs = 10_000;

function running(local: LocalReplica): RunningOperator {
  const { process: started, metricsUrl, healthUrl } = local;
  return {
    local,
    output: async () => started.output(),
    async metrics() {
      const response = await fetch(metricsUrl, { signal: AbortSignal.timeout(answerMs) });
      return await response.text();
    },
    async probe(path) {
      const response = await fetch(`${healthUrl}${path}`, { signal: AbortSignal.timeout(answerMs) });
      await response.arrayBuffer();
      return response.status;
    },
    stop: () => started.stop(30_000),
    kill: () => started.kill(),
  };
}

async function awaitReady(operator: RunningOperator, started: ManagedProcess): Promise<void> {
  await eventually(
    async () => {
      if (started.exit !== undefined) throw new Hopeless(`the operator has ended; ${tail(started)}`);
      return (await operator.probe("/readyz")) === 200 || undefined;
    },
    { what: "the operator is ready", timeoutMs: 30_000, intervalMs: 50 },
  );
}
