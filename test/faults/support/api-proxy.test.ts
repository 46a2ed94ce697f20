import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it, test } from "@jest/globals";
import type { ApiFault, ApiProxyEntry } from "./api-faults.ts";
import { type ApiProxy, startApiProxy } from "./api-proxy.ts";

// A stand-in for the API server that answers lists by a counter and streams the events that a test sends.
let upstream: Server;
let proxy: ApiProxy;
let handled: string[];
const watches = new Set<ServerResponse>();

beforeEach(async () => {
  handled = [];
  upstream = createServer((request: IncomingMessage, response) => {
    handled.push(`${request.method} ${request.url}`);
    response.setHeader("content-type", "application/json");
    if (request.url?.includes("watch=true")) {
      response.flushHeaders();
      watches.add(response);
      return;
    }
    response.end(JSON.stringify({ number: handled.length, token: request.headers.authorization ?? "" }));
  });
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  proxy = await startApiProxy({ upstream: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}` });
});

afterEach(async () => {
  watches.clear();
  await proxy.stop();
  await new Promise<void>((resolve) => {
    upstream.close(() => resolve());
    upstream.closeAllConnections();
  });
});

const list = "/api/v1/namespaces/shop/secrets";
const ask = (path = list, init: RequestInit = {}) => fetch(`${proxy.url}${path}`, init);

async function openWatch() {
  const response = await ask(`${list}?watch=true`);
  const reader = (response.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader();
  return {
    /** All that comes until the end; `cut` where the connection broke. */
    async rest(): Promise<{ text: string; cut: boolean }> {
      let text = "";
      try {
        for (let next = await reader.read(); !next.done; next = await reader.read()) {
          text += next.value;
        }
        return { text, cut: false };
      } catch {
        return { text, cut: true };
      }
    },
    read: async () => (await reader.read()).value,
    cancel: () => reader.cancel(),
  };
}

const event = (name: string, type = "MODIFIED") => `${JSON.stringify({ type, object: { metadata: { name } } })}\n`;
const emit = (...lines: string[]) => {
  for (const watch of watches) {
    watch.write(lines.join(""));
  }
};
const end = () => {
  for (const watch of watches) {
    watch.end();
  }
};

test("passes requests with the client's token, numbers and counts them", async () => {
  const headers = { authorization: "Bearer t", "user-agent": "external-values/1.0" };
  expect(await (await ask(list, { headers })).json()).toEqual({ number: 1, token: "Bearer t" });
  await ask(`${list}/db`, { headers, method: "PATCH", body: "{}" });
  expect(proxy.entries()).toMatchObject([
    { index: 0, verb: "list", resource: "secrets", status: 200 },
    { index: 1, verb: "patch", name: "db", status: 200 },
  ]);
  expect(proxy.counts()).toEqual({ "external-values list secrets": 1, "external-values patch secrets": 1 });
  proxy.reset();
  expect(proxy.entries()).toEqual([]);
});

describe("requests", () => {
  test.each([
    { reason: "cut before they are forwarded", fault: { kind: "cutBeforeForwarding" } as const, reached: 0 },
    { reason: "cut after they took effect", fault: { kind: "cutAfterForwarding" } as const, reached: 1 },
  ])("are $reason, by index", async ({ fault, reached }) => {
    proxy.setRules([{ index: 1, fault }]);
    await ask();
    handled = [];
    await expect(ask()).rejects.toThrow("fetch failed");
    expect(handled).toHaveLength(reached);
    await expect(ask()).resolves.toMatchObject({ status: 200 });
  });

  it("are refused with a Status and Retry-After", async () => {
    proxy.setRules([
      { verb: "list", times: 1, fault: { kind: "status", code: 429, reason: "TooManyRequests", retryAfterSeconds: 7 } },
    ]);
    const answer = await ask();
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "7"]);
    expect(await answer.json()).toMatchObject({ kind: "Status", status: "Failure", code: 429 });
    expect((await ask()).status).toBe(200);
    expect(handled).toHaveLength(1);
  });

  it("wait, or hang while the client waits", async () => {
    proxy.setRules([
      { name: "slow", fault: { kind: "delay", milliseconds: 50 } },
      { name: "stuck", fault: { kind: "hang" } },
    ]);
    const begun = performance.now();
    expect((await ask(`${list}/slow`)).status).toBe(200);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(49);
    await expect(ask(`${list}/stuck`, { signal: AbortSignal.timeout(50) })).rejects.toThrow("timeout");
    expect(handled).toHaveLength(1);
  });

  it("are answered from an old snapshot of the same list", async () => {
    await ask(`${list}?resourceVersion=1`);
    await ask();
    proxy.setRules([{ verb: "list", fault: { kind: "replayList", snapshot: 0 } }]);
    expect(await (await ask(`${list}?resourceVersion=9`)).json()).toMatchObject({ number: 1 });
    proxy.setRules([{ verb: "list", fault: { kind: "replayList", snapshot: -1 } }]);
    expect(await (await ask()).json()).toMatchObject({ number: 2 });
    expect(await (await ask("/api/v1/pods")).json()).toMatchObject({ number: 3 });
  });
});

test("tells of each request before it goes and after it took effect, and waits", async () => {
  const seen: string[] = [];
  proxy.setOnRequest(async (entry: ApiProxyEntry, phase) => {
    await Promise.resolve();
    seen.push(`${entry.index} ${phase} handled=${handled.length}`);
  });
  await ask();
  await ask();
  expect(seen).toEqual(["0 before handled=0", "0 after handled=1", "1 before handled=1", "1 after handled=2"]);
});

describe("watches", () => {
  it("stream as they come, and end when the server ends them", async () => {
    const watch = await openWatch();
    emit(event("a"));
    expect(await watch.read()).toBe(event("a"));
    emit(event("b").slice(0, 9));
    emit(event("b").slice(9));
    end();
    expect(await watch.rest()).toEqual({ text: event("b"), cut: false });
    expect(proxy.watchEvents()).toBe(2);
  });

  const faults: { reason: string; fault: ApiFault; text: string; cut: boolean }[] = [
    { reason: "cut", fault: { kind: "cutWatch", after: 1 }, text: event("a"), cut: true },
    { reason: "ended in order", fault: { kind: "endWatch", after: 1 }, text: event("a"), cut: false },
    {
      reason: "truncated in the middle of a line",
      fault: { kind: "truncateWatch", after: 1 },
      text: event("a") + event("b").slice(0, event("b").length / 2),
      cut: false,
    },
    {
      reason: "ended by an ERROR in the stream",
      fault: { kind: "watchError", after: 1, code: 410, reason: "Expired" },
      text: `${event("a")}{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"injected into the stream","reason":"Expired","code":410}}\n`,
      cut: false,
    },
    {
      reason: "garbled by a line that is no JSON",
      fault: { kind: "garbleWatch", after: 1 },
      text: `${event("a")}{"type":"MODIFIED","object":{"meta\n${event("b")}${event("c")}`,
      cut: false,
    },
    {
      reason: "robbed of single events, bookmarks not counted",
      fault: { kind: "dropEvents", numbers: [1] },
      text: event("a") + event("mark", "BOOKMARK") + event("c"),
      cut: false,
    },
  ];

  test.each(faults)("are $reason", async ({ fault, text, cut }) => {
    proxy.setRules([{ verb: "watch", fault }]);
    const watch = await openWatch();
    emit(event("a"));
    emit(...(fault.kind === "dropEvents" ? [event("mark", "BOOKMARK")] : []), event("b"), event("c"));
    end();
    expect(await watch.rest()).toEqual({ text, cut });
  });

  it("fall silent and stay open, also when the server ends them", async () => {
    proxy.setRules([{ verb: "watch", fault: { kind: "silenceWatch", after: 1 } }]);
    const watch = await openWatch();
    emit(event("a"), event("b"));
    expect(await watch.read()).toBe(event("a"));
    end();
    const silence = Symbol("silence");
    const patience = new Promise((resolve) => setTimeout(resolve, 60, silence));
    expect(await Promise.race([watch.read(), patience])).toBe(silence);
    await watch.cancel();
  });

  it("number their events over all connections of a rule", async () => {
    proxy.setRules([{ verb: "watch", fault: { kind: "dropEvents", numbers: [2] } }]);
    const first = await openWatch();
    emit(event("a"), event("b"));
    end();
    expect((await first.rest()).text).toBe(event("a") + event("b"));
    watches.clear();
    const second = await openWatch();
    emit(event("c"), event("d"));
    end();
    expect((await second.rest()).text).toBe(event("d"));
  });

  it("are all cut at once on demand, and end upstream when the client goes", async () => {
    const watch = await openWatch();
    const closed = new Promise((resolve) => [...watches][0]?.once("close", resolve));
    proxy.cutWatches();
    expect((await watch.rest()).cut).toBe(true);
    await closed;
  });
});

test("down cuts and refuses, and up serves at the same address", async () => {
  const watch = await openWatch();
  await proxy.down();
  expect((await watch.rest()).cut).toBe(true);
  await expect(ask()).rejects.toThrow("fetch failed");
  await proxy.up();
  expect((await ask()).status).toBe(200);
});
