import { join } from "node:path";
import { eventually, Hopeless } from "./eventually.ts";
import { freePorts } from "./free-ports.ts";
import { type ManagedProcess, startProcess, tail } from "./managed-process.ts";
import { inRepository } from "./repository.ts";
import { removeDirectory, temporaryDirectory } from "./temporary-directory.ts";

/** A server that speaks AWS on 127.0.0.1, empty at its start. */
export interface Emulator {
  readonly name: string;
  /** For AWS_ENDPOINT_URL: `http://127.0.0.1:5000`. */
  readonly url: string;
  readonly process: ManagedProcess;
  stop(): Promise<void>;
}

export interface EmulatorOptions {
  /** Where it listens. Default: 127.0.0.1; for pods to reach it, an address of this machine on their network. */
  readonly address?: string;
}

interface EmulatorSpec {
  readonly name: string;
  readonly address: string;
  /** In .tools/venv/bin. */
  readonly program: string;
  readonly healthPath: string;
  readonly args?: (port: number) => readonly string[];
  readonly env?: (port: number, directory: string) => Readonly<Record<string, string>>;
}

/**
 * moto: Parameter Store, Secrets Manager, STS, KMS, SQS. Good for contracts; wrong about rotations (a secret whose
 * AWSPENDING is promoted keeps answering with the old value).
 */
export function startMoto({ address = "127.0.0.1" }: EmulatorOptions = {}): Promise<Emulator> {
  return startEmulator({
    address,
    name: "moto",
    program: "moto_server",
    healthPath: "/moto-api/data.json",
    args: (port) => ["-H", address, "-p", String(port)],
  });
}

/** ministack: the same services, right about rotations, and with `iam` it enforces IAM policies per resource. */
export function startMinistack(options: EmulatorOptions & { readonly iam?: boolean } = {}): Promise<Emulator> {
  const { address = "127.0.0.1", iam = false } = options;
  return startEmulator({
    address,
    name: "ministack",
    program: "ministack",
    healthPath: "/_ministack/health",
    env: (port, directory) => ({
      GATEWAY_PORT: String(port),
      BIND_HOST: address,
      MINISTACK_HOST: address,
      SERVICES: "ssm,secretsmanager,sts,kms,sqs,iam,events",
      IOT_MTLS_ENABLED: "false",
      LOG_LEVEL: "WARNING",
      AUTH: String(iam),
      TMPDIR: directory,
    }),
  });
}

/** A port taken in between starts it again. */
async function startEmulator(spec: EmulatorSpec): Promise<Emulator> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(spec);
    } catch (error) {
      if (attempt === 3 || !/address (already )?in use/i.test(String(error))) throw error;
    }
  }
}

async function startOnce(spec: EmulatorSpec): Promise<Emulator> {
  const [port = 0] = await freePorts(1);
  const directory = temporaryDirectory(spec.name);
  const started = startProcess({
    name: spec.name,
    command: inRepository(`.tools/venv/bin/${spec.program}`),
    args: spec.args?.(port) ?? [],
    // Nothing of the user's AWS configuration, and no bytecode of a user's site directory, reaches an emulator.
    env: { PATH: process.env["PATH"], HOME: directory, ...spec.env?.(port, directory) },
    cwd: directory,
    logFile: join(directory, `${spec.name}.log`),
  });
  const url = `http://${spec.address}:${port}`;
  const stop = async () => {
    await started.stop(500);
    removeDirectory(directory);
  };
  try {
    await awaitHealth(started, `${url}${spec.healthPath}`);
    return { name: spec.name, url, process: started, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function awaitHealth(started: ManagedProcess, url: string): Promise<void> {
  await eventually(
    async () => {
      if (started.exit !== undefined) throw new Hopeless(`${started.name} has ended; ${tail(started)}`);
      const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
      await response.arrayBuffer();
      return response.ok || undefined;
    },
    { what: `${started.name} answers`, timeoutMs: 60_000 },
  );
}
