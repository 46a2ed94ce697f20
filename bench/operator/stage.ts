import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createCluster } from "../../test/support/cluster.ts";
import { type ControlPlane, startControlPlane } from "../../test/support/control-plane.ts";
import { type ManagedProcess, startProcess, tail } from "../../test/support/managed-process.ts";
import { type FakeAwsProcess, startFakeAwsProcess } from "../fake-aws/child.ts";
import type { OperatorAdapter, OperatorCommand } from "./adapter.ts";
import { type AuditLog, openAuditLog } from "./audit-log.ts";
import { type CollectionWatch, watchCollection } from "./collection-watch.ts";
import { namespaceName, putValues, region, type Work } from "./work.ts";

export interface StageOptions {
  readonly adapter: OperatorAdapter;
  readonly work: Work;
  /** Milliseconds before each answer of AWS. */
  readonly latencyMs: number;
  /** Parameter reads a second that AWS grants; undefined: any number. */
  readonly quota: number | undefined;
  /** Whether the same writes are made bare before. */
  readonly floor: boolean;
  /** Where the operator leaves a CPU profile of each of its lives; undefined: none. */
  readonly profileDirectory: string | undefined;
  /** Further options of Node.js for the operator's process. */
  readonly nodeOptions: readonly string[];
  readonly report: (line: string) => void;
}

/** An API server, an AWS with all values, and the means to start the operator; all in processes of their own. */
export interface Stage extends StageOptions {
  readonly controlPlane: ControlPlane;
  readonly fake: FakeAwsProcess;
  readonly audit: AuditLog;
  readonly command: OperatorCommand;
  readonly resources: CollectionWatch;
  readonly secrets: CollectionWatch;
  start(): Life;
  close(): Promise<void>;
}

/** One life of the operator's process. */
export interface Life {
  readonly process: ManagedProcess;
  /** `performance.now()` and `Date.now()` when it was started. */
  readonly startedAt: number;
  readonly startedDate: number;
}

export async function setStage(options: StageOptions): Promise<Stage> {
  const { adapter, work, report } = options;
  const controlPlane = await startControlPlane({
    customResourceDefinitions: adapter.customResourceDefinitions,
    report,
  });
  const closing: (() => unknown)[] = [() => controlPlane.stop()];
  const close = async (): Promise<void> => {
    for (const end of closing.reverse()) await end();
  };
  try {
    const fake = await startFakeAwsProcess({ latencyMs: 0, region });
    closing.push(() => fake.stop());
    report("filling AWS");
    await putValues(fake, work);
    await fake.latency({ milliseconds: options.latencyMs });
    if (options.quota !== undefined) await fake.quotas({ parameterReads: options.quota });
    const directory = join(controlPlane.directory, "operator");
    mkdirSync(directory);
    const cluster = createCluster(controlPlane.admin);
    for (let index = 0; index < work.namespaces; index++) {
      await cluster.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespaceName(index) } });
    }
    const around = { controlPlane, awsEndpoint: fake.url, work, quota: options.quota, directory };
    const command = await adapter.install(around);
    const resources = await watchCollection(controlPlane.admin, adapter.resource);
    const secrets = await watchCollection(controlPlane.admin, { apiVersion: "v1", kind: "Secret" });
    closing.push(resources.stop, secrets.stop);
    const start = (): Life => {
      const life = { startedAt: performance.now(), startedDate: Date.now() };
      const started = startOperator(command, directory, options);
      closing.push(() => started.stop(30_000));
      return { ...life, process: started };
    };
    const audit = openAuditLog(controlPlane.auditLog);
    return { ...options, controlPlane, fake, audit, command, resources, secrets, start, close };
  } catch (error) {
    await close();
    throw error;
  }
}

let lives = 0;

function startOperator(
  command: OperatorCommand,
  directory: string,
  { profileDirectory, nodeOptions }: StageOptions,
): ManagedProcess {
  lives += 1;
  const profile = profileDirectory === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileDirectory}`];
  return startProcess({
    name: "the operator",
    command: command.command,
    // Both are for Node.js: its options stand before the script, and not all may stand in NODE_OPTIONS.
    args: [...nodeOptions, ...profile, ...command.args],
    env: command.env,
    logFile: join(directory, `output-${lives}.log`),
  });
}

/** Fails where the operator has ended by itself. */
export function assertAlive({ process }: Life): void {
  if (process.exit !== undefined) throw new Error(`the operator has ended; ${tail(process)}`);
}
