import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Commands } from "./commands.ts";

/** The commands of a fake in another process: each a promise. */
export type RemoteCommands = {
  readonly [Name in keyof Commands]: (...input: Parameters<Commands[Name]>) => Promise<ReturnType<Commands[Name]>>;
};

export interface FakeAwsProcess extends RemoteCommands {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

export interface FakeAwsProcessOptions {
  /** Milliseconds before each answer; default 8, about what a caller in the same region sees. */
  readonly latencyMs?: number;
  readonly strict?: boolean;
  readonly account?: string;
  readonly region?: string;
}

/** Starts the fake as a child process, so that it shares no event loop with what is measured. It ends with its parent. */
export async function startFakeAwsProcess(options: FakeAwsProcessOptions = {}): Promise<FakeAwsProcess> {
  const args = ["--end-with-stdin", "--latency", String(options.latencyMs ?? 8)];
  args.push(...(options.strict ? ["--strict"] : []));
  args.push(...(options.account ? ["--account", options.account] : []));
  args.push(...(options.region ? ["--region", options.region] : []));
  const child = spawn(process.execPath, [`${import.meta.dirname}/main.ts`, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const address = once(createInterface(child.stdout), "line");
  const end = once(child, "exit").then(([code]) => {
    throw new Error(`the fake AWS ended with code ${code} before it served`);
  });
  const [line] = (await Promise.race([address, end])) as [string];
  end.catch(() => undefined);
  const { url } = JSON.parse(line) as { url: string };
  return {
    ...remoteCommands(url),
    url,
    pid: child.pid ?? 0,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), 5_000);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** The control API of a running fake. Rejects with the fake's own message where it refuses a command. */
export function remoteCommands(url: string): RemoteCommands {
  const send = async (name: string, input: unknown): Promise<unknown> => {
    const response = await fetch(`${url}/_fake/${name}`, {
      method: "POST",
      body: JSON.stringify(input ?? {}),
      signal: AbortSignal.timeout(30_000),
    });
    const body: unknown = await response.json();
    if (!response.ok) {
      throw new Error(`fake AWS, ${name}: ${JSON.stringify(body)}`);
    }
    return body;
  };
  const bound = Object.keys(names).map((name) => [name, (input?: unknown) => send(name, input)]);
  return Object.fromEntries(bound) as RemoteCommands;
}

/** Every command: the type fails to check where one is missing. */
const names: Readonly<Record<keyof Commands, true>> = {
  putParameter: true,
  putParameters: true,
  labelParameter: true,
  deleteParameter: true,
  putSecret: true,
  putBinarySecret: true,
  putSecrets: true,
  moveStage: true,
  deleteSecret: true,
  restoreSecret: true,
  changeAll: true,
  latency: true,
  quotas: true,
  deny: true,
  faults: true,
  lists: true,
  putRole: true,
  putAccessKey: true,
  deleteAccessKey: true,
  expireSessions: true,
  counts: true,
  reset: true,
};
