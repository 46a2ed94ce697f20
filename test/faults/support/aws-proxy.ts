import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { matchesPattern } from "../../../bench/fake-aws/arns.ts";
import { createRuleBook } from "../../../bench/fake-aws/rule-book.ts";
import { wireTargetOf } from "../../../bench/fake-aws/wire-format.ts";
import { isOurPage } from "./aws-answers.ts";
import type { AwsFault, AwsFaultRule, AwsProxyEntry } from "./aws-faults.ts";
import { type Asked, type Exchange, pass, strike } from "./aws-strikes.ts";
import { awsUpstream } from "./aws-upstream.ts";
import { cut, type Listener, listenOn, readBody } from "./listener.ts";

/** Called for every request, and awaited: before it is forwarded, and after it was answered but before the client hears of it. */
export type OnAwsRequest = (entry: AwsProxyEntry, phase: "before" | "after") => void | Promise<void>;

/** A proxy before an AWS endpoint, fake or emulator: Parameter Store, Secrets Manager, STS and SQS alike. */
export interface AwsProxy {
  /** Give it to the client under test as its endpoint. */
  readonly url: string;
  /** Replaces the rules; the first whose turn it is strikes. Can be called at any time; an empty list heals. */
  setRules(rules: readonly AwsFaultRule[]): void;
  setOnRequest(onRequest: OnAwsRequest | undefined): void;
  /** From now on every access key seen so far is refused with ExpiredTokenException; newer ones pass. */
  expireSeenCredentials(): void;
  /** Every request since the last reset, in order of arrival. */
  entries(): readonly AwsProxyEntry[];
  /** Requests by operation since the last reset. */
  counts(): Readonly<Record<string, number>>;
  reset(): void;
  /** Connections are refused until `up`. */
  down(): Promise<void>;
  up(): Promise<void>;
  stop(): Promise<void>;
}

export interface AwsProxyOptions {
  readonly upstream: string;
  /** Milliseconds since the epoch; default the machine's clock. */
  readonly now?: () => number;
}

export async function startAwsProxy({ upstream, now = Date.now }: AwsProxyOptions): Promise<AwsProxy> {
  const rules = createRuleBook(ruleMatches);
  const toUpstream = awsUpstream(upstream);
  const seen = new Set<string>();
  let expired: ReadonlySet<string> = new Set();
  let entries: AwsProxyEntry[] = [];
  let onRequest: OnAwsRequest | undefined;

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const body = (await readBody(request)).toString("utf8");
    const asked: Asked = { wire: wireTargetOf(request.headers, body), body, ...signerOf(request.headers) };
    const { accessKeyId, region } = asked;
    const isExpired = expired.has(accessKeyId);
    const fault: AwsFault | undefined = isExpired ? expiredFault(asked) : faultFor(rules.strike(asked), asked);
    const kind = isExpired ? "expired" : fault?.kind;
    seen.add(accessKeyId);
    const entry: AwsProxyEntry = {
      operation: asked.wire.operation,
      accessKeyId,
      region,
      at: now(),
      ...(kind ? { fault: kind } : {}),
    };
    entries.push(entry);
    response.once("finish", () => {
      entry.status = response.statusCode;
    });
    await onRequest?.(entry, "before");
    const forward = async (sent: string) => {
      const answer = await toUpstream.forward(request, sent);
      await onRequest?.(entry, "after");
      return answer;
    };
    const exchange: Exchange = { asked, request, response, forward, now };
    await (fault ? strike(exchange, fault) : pass(exchange));
  };

  const listener: Listener = await listenOn((request, response) => {
    serve(request, response).catch(() => cut(response));
  });
  return {
    url: listener.url,
    setRules: (next) => rules.set(next),
    setOnRequest: (next) => {
      onRequest = next;
    },
    expireSeenCredentials: () => {
      expired = new Set(seen);
    },
    entries: () => entries,
    counts: () => countBy(entries, (entry) => entry.operation),
    reset: () => {
      entries = [];
    },
    down: listener.down,
    up: listener.up,
    stop: async () => {
      toUpstream.close();
      await listener.down();
    },
  };
}

/** A list that has begun to come with empty pages goes on so, whichever rule's turn it is. */
function faultFor(rule: AwsFaultRule | undefined, asked: Asked): AwsFault | undefined {
  return isOurPage(asked.body) ? { kind: "emptyPages", pages: 0 } : rule?.fault;
}

function expiredFault(asked: Asked): AwsFault {
  const code = asked.wire.target === undefined ? "ExpiredToken" : "ExpiredTokenException";
  return { kind: "error", code, message: "The security token included in the request is expired" };
}

function ruleMatches(rule: AwsFaultRule, asked: Asked): boolean {
  return (
    matchesPattern(rule.operation ?? "*", asked.wire.operation) &&
    matchesPattern(rule.accessKeyId ?? "*", asked.accessKeyId) &&
    matchesPattern(rule.region ?? "*", asked.region) &&
    (rule.containing === undefined || asked.body.includes(rule.containing))
  );
}

function signerOf(headers: IncomingHttpHeaders): { readonly accessKeyId: string; readonly region: string } {
  const match = /Credential=([^/,\s]+)\/\d{8}\/([^/]+)\//.exec(headers.authorization ?? "");
  return { accessKeyId: match?.[1] ?? "", region: match?.[2] ?? "" };
}

function countBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const item of items) {
    counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1;
  }
  return counts;
}
