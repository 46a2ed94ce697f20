import type { IncomingMessage, ServerResponse } from "node:http";
import { matchesPattern } from "../../../bench/fake-aws/arns.ts";
import { createRuleBook } from "../../../bench/fake-aws/rule-book.ts";
import type { ApiFaultRule, ApiProxyEntry } from "./api-faults.ts";
import { type ApiExchange, answerWith, createSnapshots } from "./api-strikes.ts";
import { apiTargetOf } from "./api-target.ts";
import { apiUpstream } from "./api-upstream.ts";
import { cut, listenOn, readBody, type ServerIdentity } from "./listener.ts";
import type { EventNumbers } from "./watch-stream.ts";

/**
 * Called for every request, and awaited: `before` it is forwarded, and `after` it took effect but before its answer goes
 * out (for a watch, after its head). Killing the client here is the crash matrix.
 */
export type OnRequest = (entry: ApiProxyEntry, phase: "before" | "after") => void | Promise<void>;

export interface ApiProxyOptions {
  /** URL of the API server. */
  readonly upstream: string;
  /** PEM; for an upstream of TLS. */
  readonly certificateAuthority?: string;
  /** Speak TLS to the client, with the API server's own serving certificate for one. Default plain HTTP. */
  readonly identity?: ServerIdentity;
  readonly onRequest?: OnRequest;
  /** Milliseconds since the epoch; default the machine's clock. */
  readonly now?: () => number;
}

/** A proxy before a kube-apiserver. The client's own token goes through, so RBAC holds as ever. */
export interface ApiProxy {
  readonly url: string;
  /** Replaces the rules; the first whose turn it is strikes. Open watches keep the fault that they began with. */
  setRules(rules: readonly ApiFaultRule[]): void;
  setOnRequest(onRequest: OnRequest | undefined): void;
  /** Every request since the last reset, in order of arrival; the index is the place in the list. */
  entries(): readonly ApiProxyEntry[];
  /** Requests since the last reset by `userAgent verb resource`; the user agent up to its first slash or space. */
  counts(): Readonly<Record<string, number>>;
  /** Events that went out on watches since the last reset, bookmarks included. */
  watchEvents(): number;
  /** Resets every open watch now. */
  cutWatches(): void;
  /** Entries and counts from zero. Recorded lists stay. */
  reset(): void;
  /** Connections are cut and refused until `up`. */
  down(): Promise<void>;
  up(): Promise<void>;
  stop(): Promise<void>;
}

export async function startApiProxy(options: ApiProxyOptions): Promise<ApiProxy> {
  const now = options.now ?? Date.now;
  const upstream = apiUpstream(options.upstream, options.certificateAuthority);
  const rules = createRuleBook(ruleMatches);
  const snapshots = createSnapshots();
  const watches = new Set<ServerResponse>();
  const numbers = new WeakMap<ApiFaultRule, EventNumbers>();
  let onRequest = options.onRequest;
  let entries: ApiProxyEntry[] = [];
  let events = 0;

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await readBody(request);
    const bare = entryOf(request, entries.length, now());
    const rule = rules.strike(bare);
    const entry: ApiProxyEntry = rule ? { ...bare, fault: rule.fault.kind } : bare;
    entries.push(entry);
    const gone = new AbortController();
    response.once("close", () => {
      watches.delete(response);
      gone.abort();
    });
    if (entry.verb === "watch") {
      watches.add(response);
    }
    await onRequest?.(entry, "before");
    const exchange: ApiExchange = {
      entry,
      response,
      snapshots,
      accept: request.headers.accept ?? "",
      numbers: numbersOf(numbers, rule),
      forward: () => upstream.forward(request, body, gone.signal),
      tookEffect: async () => await onRequest?.(entry, "after"),
      onEvent: () => {
        events += 1;
      },
    };
    await answerWith(exchange, rule?.fault);
  };

  const listener = await listenOn((request, response) => {
    serve(request, response).catch(() => cut(response));
  }, options.identity);
  return {
    url: listener.url,
    setRules: (next) => rules.set(next),
    setOnRequest: (next) => {
      onRequest = next;
    },
    entries: () => entries,
    counts: () => countRequests(entries),
    watchEvents: () => events,
    cutWatches: () => {
      for (const watch of watches) {
        cut(watch);
      }
    },
    reset: () => {
      entries = [];
      events = 0;
    },
    down: listener.down,
    up: listener.up,
    stop: async () => {
      upstream.close();
      await listener.down();
    },
  };
}

function entryOf(request: IncomingMessage, index: number, at: number): ApiProxyEntry {
  const method = request.method ?? "GET";
  const path = request.url ?? "/";
  return { index, method, path, userAgent: request.headers["user-agent"] ?? "", at, ...apiTargetOf(method, path) };
}

function numbersOf(numbers: WeakMap<ApiFaultRule, EventNumbers>, rule: ApiFaultRule | undefined): EventNumbers {
  const known = rule && numbers.get(rule);
  const own = known ?? { next: 0 };
  if (rule && !known) {
    numbers.set(rule, own);
  }
  return own;
}

function ruleMatches(rule: ApiFaultRule, entry: ApiProxyEntry): boolean {
  const fields = ["index", "verb", "resource", "namespace", "name"] as const;
  return (
    fields.every((field) => rule[field] === undefined || rule[field] === entry[field]) &&
    matchesPattern(rule.userAgent ?? "*", entry.userAgent)
  );
}

function countRequests(entries: readonly ApiProxyEntry[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { userAgent, verb, resource } of entries) {
    const key = `${userAgent.split(/[/ ]/, 1)[0] ?? ""} ${verb} ${resource}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}
