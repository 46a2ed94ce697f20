import type { ValueRef } from "../../src/api/source.ts";
import { defaultLimits, type Limits } from "../../src/api/store-model.ts";
import type { Priority } from "../../src/aws/calls.ts";
import { type AwsClients, createAwsClients } from "../../src/aws/clients/aws-clients.ts";
import { createPlane, type ReadingPlane } from "../../src/aws/plane.ts";
import type { Reader, Want } from "../../src/aws/reader.ts";
import { type Hop, type Recipe, recipeKey } from "../../src/aws/recipe.ts";
import { systemClock } from "../../src/controller/clock.ts";
import { type FakeAwsProcess, startFakeAwsProcess } from "../fake-aws/child.ts";

const region = "eu-west-1";
const account = "123456789012";
const store = "ClusterValueStore/bench";

/** The reading plane with its real clients, in this process; the fake AWS in another. */
export interface ReadingBench {
  readonly fake: FakeAwsProcess;
  readonly clients: AwsClients;
  readonly plane: ReadingPlane;
  recipe(identity?: Partial<Pick<Recipe, "base" | "hops">>): Recipe;
  reader(recipe?: Recipe): Reader;
  close(): Promise<void>;
}

export interface ReadingBenchOptions {
  readonly limits?: Partial<Limits>;
  readonly cacheBytes?: number;
  /** Milliseconds before each answer of the fake. */
  readonly latencyMs?: number;
  /** Puts something between the clients and the fake at this address, and tells where it listens. */
  readonly between?: (fakeUrl: string) => Promise<string>;
}

export async function startReadingBench(options: ReadingBenchOptions = {}): Promise<ReadingBench> {
  const fake = await startFakeAwsProcess({ latencyMs: options.latencyMs ?? 8 });
  const limits = { ...defaultLimits, ...options.limits };
  const clients = createAwsClients({
    clock: systemClock,
    random: Math.random,
    metrics: {},
    environment: {},
    readFile: () => Promise.reject(new Error("no file is read here")),
    tokens: { token: async ({ namespace, name }) => tokenOf(namespace, name) },
    defaultChain: async () => ({ credentials: { accessKeyId: "bench", secretAccessKey: "unused" } }),
  });
  const plane = createPlane({
    clock: systemClock,
    random: Math.random,
    cacheBytes: options.cacheBytes ?? 64 * 1024 * 1024,
    onChange: () => undefined,
  });
  const url = (await options.between?.(fake.url)) ?? fake.url;
  const endpoints = { parameterStore: url, secretsManager: url, sts: url };
  const recipe = (identity: Partial<Pick<Recipe, "base" | "hops">> = {}): Recipe => ({
    base: { kind: "operator" },
    hops: [],
    region,
    endpoints,
    ...identity,
  });
  return {
    fake,
    clients,
    plane,
    recipe,
    reader: (of = recipe()) => {
      const scopes = [clients.scopeOf(of)];
      clients.limits.setStore({ store: recipeKey(of), mayRaise: true, scopes, regions: [region], limits });
      clients.limits.learn(clients.scopeOf(of), account);
      return plane.reader({ id: recipeKey(of), region, calls: clients.calls(of, region), account, limits });
    },
    close: async () => {
      plane.close();
      clients.close();
      await fake.stop();
    },
  };
}

/** A role of the bench's account, as one step of a chain. */
export function hop(role: string): Hop {
  return {
    roleArn: `arn:aws:iam::${account}:role/${role}`,
    sessionName: "bench",
    sessionTags: {},
    transitiveTagKeys: [],
    durationSeconds: 3600,
  };
}

/** A resource as the reading plane knows it. */
export interface Resource {
  readonly name: string;
  readonly reader: Reader;
  readonly refs: readonly ValueRef[];
}

/** Subscribes, without waiting for a value. */
export function subscribe(bench: ReadingBench, { name, reader, refs }: Resource, intervalMs: number): void {
  const wants = refs.map((ref): Want => ({ reader, ref, intervalMs, store }));
  bench.plane.subscribe(name, wants);
}

/** What the controller does with one resource: it subscribes, and reads what is not fresh. Returns the seconds it took. */
export async function visit(
  bench: ReadingBench,
  resource: Resource,
  { intervalMs, priority }: { readonly intervalMs: number; readonly priority: Priority },
): Promise<number> {
  const begun = systemClock.now();
  subscribe(bench, resource, intervalMs);
  const request = { notBefore: begun - intervalMs, content: true, priority, store };
  const readings = await resource.reader.read(resource.refs, request);
  const failed = [...readings.values()].find((reading) => reading.good === undefined);
  if (failed !== undefined) {
    throw new Error(`${resource.name} could not be read: ${failed.failure?.error.message}`);
  }
  return (systemClock.now() - begun) / 1000;
}

/** Resources that the controller works on at a time: its default (--concurrency). */
export const defaultWorkers = 50;

/** The start of the operator: all resources, as the controller visits them. Returns the seconds it took. */
export async function visitAll(
  bench: ReadingBench,
  resources: readonly Resource[],
  intervalMs: number,
  workers = defaultWorkers,
): Promise<number> {
  const begun = systemClock.now();
  const waiting = resources.values();
  const work = async () => {
    for (const resource of waiting) {
      await visit(bench, resource, { intervalMs, priority: "refresh" });
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return (systemClock.now() - begun) / 1000;
}

/** CPU seconds of this process, user and system, while the work ran. */
export async function cpuSecondsOf(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000_000;
}

export function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

/** What TokenRequest would give: claims that the fake STS looks at. */
function tokenOf(namespace: string, name: string): string {
  const claims = {
    sub: `system:serviceaccount:${namespace}:${name}`,
    aud: ["sts.amazonaws.com"],
    iss: "https://bench",
  };
  return `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.bench`;
}
