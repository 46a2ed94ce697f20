import { isDeepStrictEqual } from "node:util";
import { afterAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { externalValueStatus } from "../../api/external-value.ts";
import type { ExternalValueModel, TargetKind, TargetModel } from "../../api/model.ts";
import { parseExternalValue } from "../../api/parse-external-value.ts";
import { checkValue } from "../../api/schema/check-value.ts";
import type { Content, Sandbox, ShapedKey } from "../../values/contract.ts";
import { createSandbox } from "../../values/sandbox/sandbox.ts";
import { createInProcessSandbox } from "../../values/testing/in-process-sandbox.ts";
import { parameter } from "../../values/testing/samples.ts";
import { bytesOf, sameBytes } from "../target/bytes.ts";
import type { ObservedTarget, TargetMemo } from "../target/observation.ts";
import type { Settled } from "./conclude.ts";
import { targetsOf } from "./gather-targets.ts";
import type { ItemResult } from "./select.ts";
import { emptyStatus, type StatusModel, type ValueRow } from "./status-model.ts";
import { type Answer, answerFor, type Fate, randomFates } from "./testing/random-answers.ts";
import { randomModel } from "./testing/random-spec.ts";
import { foreignObject, type Visit, visit } from "./testing/visit.ts";

/**
 * Two visits to a resource with random specs and random answers of AWS: the first makes the targets, the second finds
 * them as the first left them, with other answers.
 */
interface Story {
  readonly model: ExternalValueModel;
  readonly fates: readonly [readonly Fate[], readonly Fate[]];
  /** In a second process the first one's memory is gone, and the targets are read. */
  readonly restarted: boolean;
  readonly allowDeclassification: boolean;
  /** Objects of these names stand already where they should not, or are not there where they should be. */
  readonly strange: boolean;
}

const story: fc.Arbitrary<Story> = fc.record({
  model: randomModel,
  fates: fc.tuple(randomFates, randomFates),
  restarted: fc.boolean(),
  allowDeclassification: fc.constantFrom(true, true, true, false),
  strange: fc.constantFrom(false, false, false, false, false, true),
});

interface Told {
  readonly story: Story;
  readonly visits: readonly { readonly visit: Visit; readonly answers: readonly Answer[]; readonly before: Before }[];
}

interface Before {
  readonly previous: StatusModel;
  readonly objects: ReadonlyMap<string, ObservedTarget>;
  readonly memos: ReadonlyMap<string, TargetMemo>;
  readonly items: readonly ItemResult[];
}

const start = Date.UTC(2026, 0, 1);

async function tell(story: Story, sandbox: Sandbox): Promise<Told> {
  const { model, allowDeclassification } = story;
  const items = [...model.data, ...model.dataFrom];
  const foreign = targetsOf(model).filter(({ creationPolicy }) => (creationPolicy === "Merge") !== story.strange);
  let before: Before = {
    previous: emptyStatus,
    objects: new Map(foreign.map((target) => [target.kind, foreignObject(target)])),
    memos: new Map(),
    items: [],
  };
  const visits: Told["visits"][number][] = [];
  for (const [round, fates] of story.fates.entries()) {
    const now = start + round * 150_000;
    const answers = items.map((item, index) => {
      const fate = fates[index];
      if (!fate) throw new Error("a fate for each item");
      return answerFor(item, fate, { mark: `mk${round}i${index}`, now, allowDeclassification });
    });
    const readings = answers.map(({ reading }) => reading);
    const made = await visit({ model, readings, ...before, allowDeclassification, now, sandbox });
    visits.push({ visit: made, answers, before });
    before = {
      previous: made.conclusion.status,
      objects: made.objects,
      memos: story.restarted ? new Map() : made.memos,
      items: made.items,
    };
  }
  return { story, visits };
}

/** The data that a decision wants written; undefined where the target stays as it is. */
function dataOf({ decision }: Settled): ReadonlyMap<string, Content> | undefined {
  return decision.kind === "planned" && decision.plan.action !== "fail" ? decision.composed.data : undefined;
}

const isRoutedTo = ({ item }: ItemResult, kind: TargetKind): boolean => item.to === kind || item.to === "ByType";

const isReplaced = ({ template }: TargetModel): boolean => template?.mergePolicy === "Replace";

const isTemplated = (target: TargetModel, key: string): boolean => Object.hasOwn(target.template?.data ?? {}, key);

const keysOf = ({ result }: ItemResult, kind: TargetKind): readonly ShapedKey[] =>
  result.kind === "keys" ? result.keys.filter(({ to }) => to === kind) : [];

const isConfirmedGone = ({ result }: ItemResult): boolean => result.kind === "missing" && result.gone === "confirmed";

/** Each key that a target must hold, against what it is given. */
function lostKeys({ visits }: Told): string[] {
  return visits.flatMap(({ visit: { items, settled, conclusion } }, round) =>
    settled.flatMap((entry) => {
      const { target } = entry.decision;
      const data = dataOf(entry);
      const concerned = items.filter((item) => isRoutedTo(item, target.kind) && !item.item.optional);
      if (!data) return silent(entry, { concerned, items }, conclusion.status);
      return concerned.flatMap((item) => lostOf(item, target, data).map((key) => `visit ${round}: ${key}`));
    }),
  );
}

function lostOf(item: ItemResult, target: TargetModel, data: ReadonlyMap<string, Content>): string[] {
  if (item.result.kind !== "keys") {
    return target.deletionPolicy === "Prune" && isConfirmedGone(item) ? [] : [`written without ${item.item.field}`];
  }
  if (isReplaced(target)) return [];
  return keysOf(item, target.kind)
    .filter(({ key }) => !data.has(key))
    .map(({ key }) => `${key} of ${item.item.field} is not in ${target.kind}`);
}

/** A target that stays as it is: the status must say so, and name each key that is to blame. */
function silent(
  { decision }: Settled,
  { concerned, items }: Record<"concerned" | "items", readonly ItemResult[]>,
  status: StatusModel,
): string[] {
  if (decision.kind === "delete") {
    return concerned.every(isConfirmedGone) ? [] : [`${decision.target.kind} is deleted while values are there`];
  }
  const ready = status.conditions.find(({ type }) => type === "Ready");
  const faulty = concerned.filter(({ result }) => result.kind !== "keys");
  const unnamed = faulty.filter(({ item, result }) => !status.values.some((row) => explains(row, item, result)));
  return [
    ...unnamed.map(({ item }) => `no row explains ${item.field}`),
    ...(ready?.status === "True" && ready.reason === "Synced" && !items.some(isWaiting) ? ["Ready is True"] : []),
    ...status.values
      .filter((row) => row.to === decision.target.kind && row.state === "Synced")
      .map(({ key }) => `${key} is called Synced in ${decision.target.kind}, which was not written`),
  ];
}

function explains(row: ValueRow, item: ItemResult["item"], result: ItemResult["result"]): boolean {
  if (result.kind === "keys") return false;
  const key = "key" in item ? item.key : item.field;
  // With ByType the other target may have let the key go.
  const states: readonly string[] = [result.failure.reason, "Pruned", "Deleted"];
  return row.key === key && isCutOf(result.failure.message, row.message) && states.includes(row.state);
}

/** Long messages are cut, with "…" at their end. */
function isCutOf(whole: string, text = ""): boolean {
  return text === whole || (text.endsWith("…") && whole.startsWith(text.slice(0, -1)));
}

const isWaiting = ({ result }: ItemResult): boolean => result.kind === "waiting";

/** An optional value that cannot be read: the last one stays. */
function forgottenKeys({ visits }: Told): string[] {
  return visits.flatMap(({ visit: { items, settled }, before }, round) =>
    settled.flatMap((entry) => {
      const { target } = entry.decision;
      const data = dataOf(entry);
      const object = before.objects.get(target.kind);
      if (!data || !object || isReplaced(target)) return [];
      return items.flatMap((item, index) => {
        if (!item.item.optional || !staysAsItWas(item)) return [];
        const stood = before.items[index];
        const supplied = new Set(items.flatMap((other) => keysOf(other, target.kind).map(({ key }) => key)));
        return (stood ? keysOf(stood, target.kind) : [])
          .filter(({ key }) => object.data.has(key) && !supplied.has(key) && !isTemplated(target, key))
          .filter(({ key }) => !sameContent(data.get(key), object.data.get(key)))
          .map(({ key }) => `visit ${round}: ${key} of ${item.item.field} does not stay in ${target.kind}`);
      });
    }),
  );
}

function staysAsItWas({ result }: ItemResult): boolean {
  return result.kind !== "keys" && !(result.kind === "missing" && result.gone !== "once");
}

function sameContent(one: Content | undefined, other: Content | undefined): boolean {
  return one !== undefined && other !== undefined && sameBytes(bytesOf(one), bytesOf(other));
}

/** Texts that stand where they may not, raw or in base64. */
function leaks({ visits }: Told): string[] {
  const sensitive = visits.flatMap(({ answers }) => answers.flatMap((answer) => answer.sensitive));
  const all = visits.flatMap(({ answers }) => answers.flatMap((answer) => answer.all));
  return visits.flatMap(({ visit: { settled, conclusion } }) => [
    ...settled.flatMap(({ decision }) => {
      if (decision.kind !== "planned") return found(JSON.stringify(decision.selection.blocked), all, "a failure");
      const { kind, data, labels, annotations } = decision.composed;
      return [
        ...found(JSON.stringify([labels, annotations]), sensitive, "metadata"),
        ...(kind === "ConfigMap" ? [...data].flatMap(([, content]) => found(textOf(content), sensitive, kind)) : []),
      ];
    }),
    ...found(JSON.stringify(conclusion), all, "the status"),
  ]);
}

const textOf = (content: Content): string => Buffer.from(bytesOf(content)).toString("latin1");

function found(text: string, markers: readonly string[], where: string): string[] {
  return markers
    .filter((marker) => text.includes(marker) || text.includes(Buffer.from(marker).toString("base64").slice(0, 10)))
    .map((marker) => `${marker} in ${where}`);
}

/** What the API server would refuse. */
function beyondLimits({ visits }: Told): string[] {
  return visits.flatMap(({ visit: { settled, conclusion } }) => [
    ...checkValue(externalValueStatus, JSON.parse(JSON.stringify(conclusion.status)), "status").map(
      ({ field, message }) => `${field} ${message}`,
    ),
    ...settled.flatMap((entry) => {
      const data = [...(dataOf(entry) ?? [])];
      const bytes = data.reduce((sum, [, content]) => sum + bytesOf(content).length, 0);
      return [
        ...(bytes > 1_048_576 ? [`${bytes} bytes in ${entry.decision.target.kind}`] : []),
        ...data.flatMap(([key]) => (/^[-._a-zA-Z0-9]{1,253}$/u.test(key) ? [] : [`the key ${key}`])),
      ];
    }),
  ]);
}

const faultsOf = (told: Told) => ({
  lostKeys: lostKeys(told),
  forgottenKeys: forgottenKeys(told),
  leaks: leaks(told),
  beyondLimits: beyondLimits(told),
});

const noFaults = { lostKeys: [], forgottenKeys: [], leaks: [], beyondLimits: [] };

/** Shrinking a failure may take minutes: what was found by then is enough. */
const limitsOf = (numRuns: number) => ({ numRuns, interruptAfterTimeLimit: 50_000, markInterruptAsFailure: true });

describe("random specs and random answers of AWS", () => {
  const inProcess = createInProcessSandbox();
  const sandbox = createSandbox({ workerUrl: new URL("../../values/sandbox/worker-thread.ts", import.meta.url) });

  afterAll(() => sandbox.close());

  it("lose no key, leak nothing, stay within the limits, and give the same plan twice", async () => {
    await fc.assert(
      fc.asyncProperty(story, async (random) => {
        const told = await tell(random, inProcess);
        expect(faultsOf(told)).toEqual(noFaults);
        // Told on failure by toEqual, which is slow.
        if (!isDeepStrictEqual(await tell(random, inProcess), told))
          expect(await tell(random, inProcess)).toEqual(told);
      }),
      limitsOf(400),
    );
  }, 60_000);

  it("and so they do with the sandbox as it runs in the operator", async () => {
    const templated = story.filter(
      ({ model }) => model.secret?.template !== undefined || model.configMap?.template !== undefined,
    );
    await fc.assert(
      fc.asyncProperty(templated, async (random) => {
        const told = await tell(random, sandbox);
        expect(faultsOf(told)).toEqual(noFaults);
        expect(await tell(random, inProcess)).toEqual(told);
      }),
      limitsOf(30),
    );
  }, 60_000);

  it("have at most 500 rows in the status, with counts of all", async () => {
    const metadata = { namespace: "shop", name: "checkout", uid: "uid-1" };
    const spec = { dataFrom: [{ parameterStore: { path: "/shop/prod" } }] };
    const parsed = parseExternalValue({ metadata, spec }, { defaultStoreKind: "ClusterValueStore" });
    if (!parsed.ok) throw new Error(parsed.failure.message);
    const values = Array.from({ length: 600 }, (_, index) => parameter(`/shop/prod/${index}`, "on"));
    const ref = { kind: "parametersByPath", path: "/shop/prod", recursive: false } as const;
    const { conclusion } = await visit({
      model: parsed.value,
      readings: [{ ref, good: { values, at: start } }],
      previous: emptyStatus,
      objects: new Map(),
      memos: new Map(),
      allowDeclassification: true,
      now: start,
      sandbox: inProcess,
    });
    expect(conclusion.status.values).toHaveLength(500);
    expect(conclusion.status.counts).toEqual({ total: 600, ready: 600, faulty: 0 });
  });
});
