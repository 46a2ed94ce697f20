import type { Turn } from "../../../bench/fake-aws/rule-book.ts";

/** What goes wrong with a request that a rule strikes. `after`: so many lines of that watch pass first. */
export type ApiFault =
  /** The connection is cut; the API server never hears of the request. */
  | { readonly kind: "cutBeforeForwarding" }
  /** The request took effect; its answer is lost. */
  | { readonly kind: "cutAfterForwarding" }
  | { readonly kind: "delay"; readonly milliseconds: number }
  /** Half-open from the start: not forwarded, never answered, the connection stays. */
  | { readonly kind: "hang" }
  /** A Status of the API server's: 429 with Retry-After, 500, 410 Expired, 409 Conflict … */
  | {
      readonly kind: "status";
      readonly code: number;
      readonly reason: string;
      readonly message?: string;
      readonly retryAfterSeconds?: number;
    }
  /** A list as it was answered before: 0 is the oldest recorded for this request, negative counts from the newest. */
  | { readonly kind: "replayList"; readonly snapshot: number }
  /** Watch: the connection breaks once those lines have arrived, without the end that HTTP asks for. */
  | { readonly kind: "cutWatch"; readonly after: number }
  /** Watch: half a line, then an orderly end. */
  | { readonly kind: "truncateWatch"; readonly after: number }
  /** Watch: an orderly end, as the server's timeout makes it. */
  | { readonly kind: "endWatch"; readonly after: number }
  /** Watch: half-open. Nothing more comes, bookmarks included, and nothing ends. */
  | { readonly kind: "silenceWatch"; readonly after: number }
  /** Watch: an ERROR event inside the stream, then an orderly end. */
  | { readonly kind: "watchError"; readonly after: number; readonly code: number; readonly reason: string }
  /** Watch: a line that is no JSON, then on as always. */
  | { readonly kind: "garbleWatch"; readonly after: number }
  /**
   * Watch: of all events but bookmarks that the rule has seen, over all its connections, those with these numbers
   * (from 0) never arrive.
   */
  | { readonly kind: "dropEvents"; readonly numbers: readonly number[] };

/** A fault, and the requests that it strikes. What is left out matches any. */
export interface ApiFaultRule extends Turn {
  /** Number of the request since the last reset, from 0. */
  readonly index?: number;
  readonly verb?: ApiVerb;
  /** `secrets`, `externalvalues`, `externalvalues/status`, `serviceaccounts/token`. */
  readonly resource?: string;
  readonly namespace?: string;
  readonly name?: string;
  /** Pattern. */
  readonly userAgent?: string;
  readonly fault: ApiFault;
}

export type ApiVerb =
  | "get"
  | "list"
  | "watch"
  | "create"
  | "update"
  | "patch"
  | "delete"
  | "deletecollection"
  | "other";

/** What a request asks for, from its method and path alone. */
export interface ApiTarget {
  readonly verb: ApiVerb;
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

/** One request through the proxy. No bodies: they hold Secrets. */
export interface ApiProxyEntry extends ApiTarget {
  /** From 0 since the last reset. */
  readonly index: number;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly userAgent: string;
  /** Milliseconds of the proxy's clock when it came in. */
  readonly at: number;
  readonly fault?: ApiFault["kind"];
  /** Status that the API server, or a fault, answered with; undefined where no answer came. */
  status?: number;
}
