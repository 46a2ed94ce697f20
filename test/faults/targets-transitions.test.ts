import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import { conditionOf } from "../e2e/served.ts";
import { apiRequest } from "../support/api-request.ts";
import type { ClusterObject } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { sized } from "./support/extent.ts";
import { type FaultBench, type Place, startFaultBench } from "./support/fault-bench.ts";
import { recordFault, secondsSince } from "./support/fault-record.ts";
import {
  type Block,
  type Spec,
  type TransitionCase,
  transitionCase,
  type World,
} from "./support/random-transitions.ts";

// There and back again, A, B, A, over generated specs and worlds: what stands at the end is what stood at first, what stands
// in between is what B alone makes, and what is foreign stands untouched at any time. TRANSITIONS_SEED repeats a run.

const seed = Number(process.env["TRANSITIONS_SEED"] ?? sized(20_260_101, Date.now() % 2 ** 31));
const cases = fc.sample(transitionCase, { numRuns: sized(12, 200), seed });
const atATime = sized(4, 8);

let bench: FaultBench;
let place: Place;
beforeAll(async () => {
  bench = await startFaultBench({ startOne: false });
  await bench.start({ apiServerUrl: bench.cluster.connection.url });
  place = await bench.createPlace();
  const put = (name: string, value: string, type?: "SecureString") =>
    bench.fake.putParameter({ name: `/${place.namespace}/${name}`, value, ...(type ? { type } : {}) });
  await put("a", "one");
  await put("b", "two");
  await put("s", "three", "SecureString");
  await put("tree/text", "four");
  await put("tree/sealed", "five", "SecureString");
}, 120_000);
afterAll(() => bench?.stop());

test(
  "the end state of A is the same as at first, that of B as if A had never been, foreign objects and keys are untouched",
  async () => {
    const begun = performance.now();
    const failures: string[] = [];
    let next = 0;
    let reached = 0;
    const worker = async () => {
      for (let index = next++; index < cases.length; index = next++) {
        const one = cases[index] as TransitionCase;
        try {
          const wasReady = await thereAndBack(index, one);
          if (wasReady) reached += 1;
        } catch (error) {
          failures.push(`seed ${seed}, case ${index}: ${(error as Error).message}\n${JSON.stringify(one)}`);
        }
      }
    };
    await Promise.all(Array.from({ length: atATime }, worker));
    expect(failures).toEqual([]);
    // Else it would show little.
    expect(reached).toBeGreaterThan(cases.length / 2);
    recordFault({
      suite: "Targets",
      fault: "generated specs and worlds, there and back again (A, B, A)",
      injected: cases.length,
      seconds: secondsSince(begun),
      seen: `${reached} of ${cases.length} could be served at first; what is foreign stood untouched in all`,
    });
  },
  sized(180_000, 1_200_000),
);

/** Whether the first spec could be served, so that there is a good state to come back to. */
async function thereAndBack(index: number, { first, second, world }: TransitionCase): Promise<boolean> {
  const name = `there-${index}`;
  const untouched = await arrangeWorld(name, world);
  await applied(name, first);
  const before = await stateOf(name);
  await untouched("after A");
  await applied(name, second);
  if (mayBecome(second, first)) {
    const fresh = await freshState(`fresh-${index}`, second, world);
    if (fresh.ready) await untilSame(name, fresh, { first: second, second: first });
  }
  await untouched("after B");
  await applied(name, first);
  if (before.ready) await untilSame(name, before, { first, second });
  await untouched("after A again");
  return before.ready;
}

/** What comes of a spec where no other was before. */
async function freshState(name: string, spec: Spec, world: World): Promise<State> {
  const untouched = await arrangeWorld(name, world);
  await applied(name, spec);
  await untouched("after B alone");
  return await stateOf(name);
}

/** Whether the targets of one spec can be made into those of another: a type and `immutable` stay where it does not own. */
function mayBecome(spec: Spec, former: Spec): boolean {
  const pairs = [
    [spec.secret, former.secret],
    [spec.configMap, former.configMap],
  ] as const;
  return pairs.every(([block, before]) => {
    if (!block || !before || block.name !== before.name || block.creationPolicy === "Owner") return true;
    return before.type === undefined && !before.immutable;
  });
}

async function untilSame(
  name: string,
  before: State,
  { first, second }: Pick<TransitionCase, "first" | "second">,
): Promise<void> {
  let last: State | undefined;
  const expected = comparable(before, before, first, second);
  const isSame = async () => {
    last = comparable(await stateOf(name), before, first, second);
    return isDeepStrictEqual(last, expected) || undefined;
  };
  await eventually(isSame, { what: "the same as at first", timeoutMs: 10_000 }).catch(() => {
    throw new Error(`expected ${JSON.stringify(expected)}, found ${JSON.stringify(last)}`);
  });
}

/** Resolves when the operator has done what it can for the spec. */
async function applied(name: string, spec: Spec): Promise<void> {
  const { metadata } = await place.apply(name, yamlOf(name, spec));
  await bench.cluster.until(place.ref(name), ({ status }) => status?.observedGeneration === metadata.generation, {
    what: `${name} is looked at`,
  });
}

function yamlOf(name: string, { secret, configMap, rows, find }: Spec): string {
  const parameter = (path: string) => `/${place.namespace}/${path}`;
  // An empty map in the place of one with keys is null to server-side apply (tried on 1.36), and refused.
  const filled = (map: Readonly<Record<string, string>>) => (Object.keys(map).length > 0 ? map : undefined);
  const named = (block: Block | undefined) =>
    block && {
      ...block,
      name: `${name}-${block.name}`,
      labels: filled(block.labels),
      annotations: filled(block.annotations),
    };
  const fields = {
    secret: named(secret),
    configMap: named(configMap),
    data: rows.map(({ parameter: path, ...row }) => ({ ...row, parameterStore: { name: parameter(path) } })),
    dataFrom: find
      ? [
          {
            to: find.to,
            keys: { format: find.format, rewrite: [{ match: "[^A-Za-z_]", replace: "_" }] },
            parameterStore: { path: parameter("tree") },
          },
        ]
      : undefined,
  };
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([field, value]) => `  ${field}: ${JSON.stringify(value)}\n`)
    .join("");
}

const addresses = ["Secret/x", "Secret/y", "ConfigMap/x", "ConfigMap/y"] as const;
const kindOf = (address: string) => address.split("/")[0] as "Secret" | "ConfigMap";
const objectName = (name: string, address: string) => `${name}-${address.split("/")[1]}`;
const theirs = { labels: { team: "theirs" }, annotations: { "example.com/owner": "somebody" } };

/** Makes what is foreign; the function it resolves to rejects where that is not as it was. */
async function arrangeWorld(name: string, world: World): Promise<(when: string) => Promise<void>> {
  const uids = new Map<string, string | undefined>();
  for (const [address, { contested, neighbour }] of Object.entries(world)) {
    const kind = kindOf(address);
    const object = objectName(name, address);
    const data = { THEIRS: "x", ...(contested ? { A: "theirs" } : {}) };
    const made = await apiRequest<ClusterObject>(bench.cluster.connection, {
      method: "POST",
      path: `/api/v1/namespaces/${place.namespace}/${kind.toLowerCase()}s?fieldManager=kubectl-create`,
      body: {
        apiVersion: "v1",
        kind,
        metadata: { name: object, ...theirs },
        ...(kind === "Secret" ? { stringData: data } : { data }),
      },
    });
    uids.set(address, made.metadata.uid);
    if (neighbour) await arrangeNeighbour(`${object}-${kind.toLowerCase()}`, kind, object);
  }
  return async (when) => {
    for (const [address, { neighbour }] of Object.entries(world)) {
      const found = await place.object(kindOf(address), objectName(name, address));
      const keys = contentOf(found);
      const seen = {
        uid: found?.metadata.uid,
        theirs: keys["THEIRS"],
        neighbour: keys["NEIGHBOUR"],
        team: found?.metadata.labels?.["team"],
        owner: found?.metadata.annotations?.["example.com/owner"],
        owners: found?.metadata.ownerReferences ?? [],
      };
      const expected = {
        uid: uids.get(address),
        theirs: "x",
        neighbour: neighbour ? "one" : undefined,
        team: "theirs",
        owner: "somebody",
        owners: [],
      };
      if (!isDeepStrictEqual(seen, expected)) {
        throw new Error(
          `foreign ${address} ${when}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(seen)}`,
        );
      }
    }
  };
}

async function arrangeNeighbour(name: string, kind: "Secret" | "ConfigMap", object: string): Promise<void> {
  const block = kind === "Secret" ? "secret" : "configMap";
  const row = { key: "NEIGHBOUR", to: kind, parameterStore: { name: `/${place.namespace}/a` } };
  await place.apply(name, `  ${block}: { name: ${object}, creationPolicy: Merge }\n  data: [${JSON.stringify(row)}]\n`);
  await place.until(name, "True");
}

interface State {
  readonly ready: boolean;
  readonly conditions: unknown;
  readonly objects: Readonly<Record<string, ObjectState>>;
}

interface ObjectState {
  readonly data: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly owners: readonly string[];
  readonly type: string | undefined;
  readonly immutable: boolean;
}

async function stateOf(name: string): Promise<State> {
  const object = await bench.cluster.get(place.ref(name));
  const found = await Promise.all(
    addresses.map(
      async (address) => [address, await place.object(kindOf(address), objectName(name, address))] as const,
    ),
  );
  const state = {
    ready: object !== undefined && conditionOf(object, "Ready")?.status === "True",
    conditions: object?.status?.conditions,
    objects: Object.fromEntries(
      found.flatMap(([address, each]) => (each ? [[address, objectState(each)] as const] : [])),
    ),
  };
  return JSON.parse(JSON.stringify(state).replaceAll(name, "<case>"));
}

function objectState(object: ClusterObject): ObjectState {
  // Counts changes, of which there were some.
  const { "externalvalues.dev/data-version": _, ...annotations } = object.metadata.annotations ?? {};
  return {
    data: contentOf(object),
    labels: object.metadata.labels ?? {},
    annotations,
    owners: (object.metadata.ownerReferences ?? []).map(({ kind, name }) => `${kind}/${name}`),
    type: object.type,
    immutable: object["immutable"] === true,
  };
}

function contentOf(object: ClusterObject | undefined): Readonly<Record<string, string>> {
  if (!object) return {};
  const decode = (text: string) => Buffer.from(text, "base64").toString("utf8");
  const entries = Object.entries(object.data ?? {});
  return Object.fromEntries(entries.map(([key, text]) => [key, object.kind === "Secret" ? decode(text) : text]));
}

/** Without what, by its policy, does not come back: see api.md, "Ownership" and "Deleting". */
function comparable(state: State, before: State, first: Spec, second: Spec): State {
  const objects = Object.entries(state.objects).flatMap(([address, object]) => {
    if (before.objects[address] === undefined && outlives(address, first, second)) return [];
    // A key that the second spec took over was theirs, and goes with it.
    const wasTheirs = before.objects[address]?.data["A"] === "theirs";
    const { A: _, ...others } = object.data;
    return [[address, wasTheirs ? { ...object, data: others } : object] as const];
  });
  return { ...state, objects: Object.fromEntries(objects) };
}

/** Made by the second spec, and not removed with the name: an Orphan, and what keys are merged into. */
function outlives(address: string, first: Spec, second: Spec): boolean {
  const named = (spec: Spec) => blockOf(spec, address);
  return named(first) === undefined && ["Orphan", "CreateOrMerge"].includes(named(second)?.creationPolicy ?? "");
}

function blockOf({ secret, configMap }: Spec, address: string): Block | undefined {
  const block = kindOf(address) === "Secret" ? secret : configMap;
  return block && address.endsWith(`/${block.name}`) ? block : undefined;
}
