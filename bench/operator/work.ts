import type { FakeAwsProcess } from "../fake-aws/child.ts";
import { floorOf } from "../reading/workload.ts";
import { inParallel } from "./in-parallel.ts";

/** The size of the work: every figure is about so many resources, all of one shape. */
export interface Work {
  readonly resources: number;
  readonly namespaces: number;
  readonly intervalSeconds: number;
  /** Resources, beyond those, that are created while the others are refreshed. */
  readonly samples: number;
}

/** One resource, in no operator's terms: eight keys from seven values. */
export interface WorkResource {
  readonly namespace: string;
  /** Of the resource and of its Secret. */
  readonly name: string;
  readonly intervalSeconds: number;
  /** Four of its own, two that all share. */
  readonly parameters: readonly { readonly key: string; readonly name: string }[];
  /** Two properties of one secret. */
  readonly properties: readonly { readonly key: string; readonly secretId: string; readonly property: string }[];
}

export const region = "eu-west-1";
export const sharedParameter = "/shared/0";

const own = [0, 1, 2, 3] as const;
const shared = [0, 1] as const;
const properties = ["username", "password"] as const;

/** The resources that are there from the start, and behind them the samples. */
export function workResource(index: number, work: Work): WorkResource {
  return {
    namespace: namespaceName(index % work.namespaces),
    name: `resource-${index}`,
    intervalSeconds: work.intervalSeconds,
    parameters: [
      ...own.map((number) => ({ key: `OWN_${number}`, name: `/own/${index * own.length + number}` })),
      ...shared.map((number) => ({ key: `SHARED_${number}`, name: `/shared/${number}` })),
    ],
    properties: properties.map((property) => ({ key: property.toUpperCase(), secretId: `own/${index}`, property })),
  };
}

export function standingResources(work: Work): readonly WorkResource[] {
  return Array.from({ length: work.resources }, (_, index) => workResource(index, work));
}

export function sampleResources(work: Work): readonly WorkResource[] {
  return Array.from({ length: work.samples }, (_, index) => workResource(work.resources + index, work));
}

export function namespaceName(index: number): string {
  return `work-${index}`;
}

export function keyOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}

/** Fills the fake with the values of all resources, samples included. */
export async function putValues(fake: FakeAwsProcess, work: Work): Promise<void> {
  const resources = work.resources + work.samples;
  await fake.putParameters({ namePrefix: "/own/", count: resources * own.length, bytes: 40, type: "SecureString" });
  await fake.putParameters({ namePrefix: "/shared/", count: shared.length, bytes: 40 });
  await inParallel(16, Array.from({ length: resources }).keys(), async (index) => {
    const value = JSON.stringify({ username: `user-${index}`, password: "p".repeat(140), port: 5432 });
    await fake.putSecret({ name: `own/${index}`, value });
  });
}

/** AWS calls that one read of everything cannot do without. */
export function callsFloor(resources: number): number {
  return floorOf(resources * own.length + shared.length, resources);
}
