import { beforeEach, describe, expect, it } from "@jest/globals";
import { ApiError, type KubernetesClient } from "../../kubernetes/client.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { type Entry, newEntry } from "./entry.ts";
import { emptyStatus, type StatusModel } from "./status-model.ts";
import { forgetShown, knownStatus, writeStatus } from "./write-status.ts";

const status = (store: string): StatusModel => ({ ...emptyStatus, observedGeneration: 1, store });

type Live = KubernetesObject & { readonly status?: unknown };
const watched = (resourceVersion: string, of?: StatusModel): Live => ({
  metadata: { name: "checkout", namespace: "shop", uid: "uid-1", generation: 1, resourceVersion },
  ...(of ? { status: of } : {}),
});

let entry: Entry;
let live: Live | undefined;
let sent: Live[];
let failures: ApiError[];

const client = {
  async get() {
    return live;
  },
  async replaceStatus(_type: unknown, object: Live) {
    sent.push(object);
    const failure = failures.shift();
    if (failure) throw failure;
    return { ...object, metadata: { ...object.metadata, resourceVersion: "20" } };
  },
} as unknown as KubernetesClient;

let isOwner: boolean;
const writer = { client, owns: () => isOwner };

const conflict = () => new ApiError({ status: 409, reason: "Conflict", message: "changed" });

beforeEach(() => {
  entry = newEntry("uid-1");
  live = undefined;
  sent = [];
  failures = [];
  isOwner = true;
});

describe("a status", () => {
  it("is written with uid and resourceVersion, and remembered", async () => {
    await writeStatus(entry, watched("10"), status("a"), writer);
    expect(sent).toEqual([
      {
        apiVersion: "externalvalues.dev/v1alpha1",
        kind: "ExternalValue",
        metadata: { name: "checkout", namespace: "shop", uid: "uid-1", resourceVersion: "10" },
        status: status("a"),
      },
    ]);
    expect(entry.written).toEqual({ status: status("a"), resourceVersion: "20" });
  });

  it("that stands already is not written", async () => {
    await writeStatus(entry, watched("10", status("a")), status("a"), writer);
    expect(sent).toEqual([]);
  });

  it("that this process wrote is not written again, although the watch lags", async () => {
    await writeStatus(entry, watched("10"), status("a"), writer);
    await writeStatus(entry, watched("10"), status("a"), writer);
    expect(sent).toHaveLength(1);
    await writeStatus(entry, watched("10"), status("b"), writer);
    expect(sent[1]?.metadata.resourceVersion).toBe("20");
  });

  it("is taken from the watch once that is ahead", async () => {
    await writeStatus(entry, watched("10"), status("a"), writer);
    expect(knownStatus(entry, watched("21", status("b")))).toEqual({ status: status("b"), resourceVersion: "21" });
  });

  it.each([
    { reason: "while the watch lags", shown: watched("19"), held: true },
    { reason: "where the object is gone", shown: undefined, held: true },
    { reason: "no longer once the watch shows it", shown: watched("20"), held: false },
    { reason: "no longer once the watch is ahead", shown: watched("21"), held: false },
  ])("is held $reason", async ({ shown, held }) => {
    await writeStatus(entry, watched("10"), status("a"), writer);
    forgetShown(entry, shown);
    expect(entry.written !== undefined).toBe(held);
  });

  it("is written onto the fresh object after a conflict, once", async () => {
    failures = [conflict()];
    live = watched("15");
    await writeStatus(entry, watched("10"), status("a"), writer);
    expect(sent.map(({ metadata }) => metadata.resourceVersion)).toEqual(["10", "15"]);
    failures = [conflict(), conflict()];
    await expect(writeStatus(newEntry("uid-1"), watched("10"), status("a"), writer)).rejects.toThrow("changed");
  });

  it.each<{ reason: string; fresh: Live | undefined }>([
    { reason: "deleted", fresh: undefined },
    { reason: "made anew", fresh: { metadata: { ...watched("15").metadata, uid: "uid-2" } } },
  ])("of a resource that was $reason meanwhile is dropped", async ({ fresh }) => {
    failures = [conflict()];
    live = fresh;
    await writeStatus(entry, watched("10"), status("a"), writer);
    expect(sent).toHaveLength(1);
    expect(entry.written).toBeUndefined();
  });

  it("of a resource that was edited meanwhile is written, and is of the generation that it is about", async () => {
    failures = [conflict()];
    live = { metadata: { ...watched("15").metadata, generation: 2 } };
    await writeStatus(entry, watched("10"), status("a"), writer);
    expect(sent[1]).toMatchObject({ metadata: { resourceVersion: "15" }, status: { observedGeneration: 1 } });
    expect(knownStatus(entry, watched("15")).status).toEqual(status("a"));
  });

  const lacksStore: StatusModel = {
    ...status("a"),
    conditions: [{ type: "Ready", status: "False", reason: "StoreNotFound", message: "ClusterValueStore a" }],
  };

  it.each([
    { reason: "says the very same", mine: lacksStore, theirs: lacksStore, told: false },
    { reason: "knows the store where this one does not", mine: lacksStore, theirs: status("b"), told: false },
    { reason: "is of an earlier time", mine: lacksStore, theirs: emptyStatus, told: true },
    { reason: "says something else", mine: status("a"), theirs: status("b"), told: true },
  ])("that meets another's which $reason is told: $told", async ({ mine, theirs, told }) => {
    failures = [conflict()];
    live = watched("15", theirs);
    expect(await writeStatus(entry, watched("10"), mine, writer)).toBe(told);
    expect(sent).toHaveLength(told ? 2 : 1);
    expect(knownStatus(entry, watched("10")).status).toEqual(told ? mine : theirs);
  });

  it.each([
    { reason: "of a newer spec", theirs: { ...status("b"), observedGeneration: 2 }, owner: true },
    { reason: "of whoever serves it now", theirs: status("b"), owner: false },
  ])("that meets one $reason is too late", async ({ theirs, owner }) => {
    failures = [conflict()];
    live = watched("15", theirs);
    isOwner = owner;
    expect(await writeStatus(entry, watched("10"), status("a"), writer)).toBe(false);
    expect(sent).toHaveLength(1);
  });

  it("that was written is held while a visit rests on it", async () => {
    await writeStatus(entry, watched("10"), status("a"), writer);
    entry.visited = true;
    forgetShown(entry, watched("20", status("a")));
    await writeStatus(entry, watched("10", status("c")), status("c"), writer);
    expect(sent.map((one) => one.status)).toEqual([status("a"), status("c")]);
  });

  it("that the API server does not take for another reason rejects", async () => {
    failures = [new ApiError({ status: 500, reason: "InternalError", message: "down" })];
    await expect(writeStatus(entry, watched("10"), status("a"), writer)).rejects.toThrow("down");
  });
});
