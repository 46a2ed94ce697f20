import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { endlessTurn } from "../../event-loop/testing/endless-turn.ts";
import type { Turns } from "../../event-loop/turns.ts";
import { createFakeClock } from "../fakes/fake-clock.ts";
import { type AwsClients, createAwsClients } from "./aws-clients.ts";
import { type ScriptedAws, startScriptedAws } from "./scripted-aws.ts";

let aws: ScriptedAws;
let clients: AwsClients;
/** Those who wait for their turn. */
let waiting: (() => void)[];
let take: Turns["take"];

beforeEach(async () => {
  waiting = [];
  take = () => new Promise((resolve) => waiting.push(resolve));
  aws = await startScriptedAws();
  clients = createAwsClients({
    environment: {},
    readFile: async () => "",
    clock: createFakeClock(),
    turns: { ...endlessTurn, take: () => take() },
    random: () => 0.5,
    metrics: {},
    tokens: { token: () => Promise.reject(new Error("none is asked for")) },
    accessKeys: { read: async () => undefined, changeToken: () => undefined },
    defaultChain: async () => ({ credentials: { accessKeyId: "AKIAOPERATOR", secretAccessKey: "x" } }),
  });
});
afterEach(async () => {
  clients.close();
  await aws.close();
});

function read(priority: "interactive" | "refresh") {
  const endpoints = { parameterStore: aws.endpoint, secretsManager: aws.endpoint, sts: aws.endpoint };
  const recipe = { base: { kind: "operator" }, hops: [], region: "eu-west-1", endpoints } as const;
  return clients.calls(recipe, "eu-west-1").getParameters(["/a"], { priority, store: "s" });
}

/** The next to wait for a turn, once it does. */
async function nextTurn(): Promise<() => void> {
  for (;;) {
    const next = waiting.shift();
    if (next !== undefined) return next;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("turns of the event loop", () => {
  it("are waited for by a refresh before it is sent, and by its answer before it is taken apart", async () => {
    aws.answer({ json: { Parameters: [], InvalidParameters: ["/a"] } });
    let isRead = false;
    const reading = read("refresh").then(() => {
      isRead = true;
    });
    const send = await nextTurn();
    expect(aws.requests).toHaveLength(0);
    send();
    const takeApart = await nextTurn();
    expect(aws.requests).toHaveLength(1);
    expect(isRead).toBe(false);
    takeApart();
    await reading;
    expect(waiting).toHaveLength(0);
  });

  it("are not waited for where somebody waits for the request", async () => {
    aws.answer({ json: { Parameters: [], InvalidParameters: ["/a"] } });
    const reading = read("interactive");
    (await nextTurn())();
    await reading;
    expect(aws.requests).toHaveLength(1);
  });

  it("hide no answer that breaks off meanwhile", async () => {
    // Later than the connection breaks off.
    take = () => new Promise((resolve) => setTimeout(resolve, 100));
    aws.answer({ fault: "break" });
    await expect(read("interactive")).rejects.toMatchObject({ kind: "unavailable" });
  }, 5_000);
});
