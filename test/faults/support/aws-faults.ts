import type { Turn } from "../../../bench/fake-aws/rule-book.ts";

/** What goes wrong with a request that a rule strikes. */
export type AwsFault =
  /** ThrottlingException (STS: Throttling), "Rate exceeded". */
  | { readonly kind: "throttle" }
  /** An error in the service's own format: AccessDeniedException, ExpiredTokenException, InternalServerError with 500 … */
  | { readonly kind: "error"; readonly code: string; readonly message?: string; readonly status?: number }
  /** The answer comes so much later. */
  | { readonly kind: "delay"; readonly milliseconds: number }
  /** No answer, the connection stays open; the request is not forwarded. */
  | { readonly kind: "hang" }
  | { readonly kind: "cutBeforeForwarding" }
  /** The service has done its work; the answer is lost. */
  | { readonly kind: "cutAfterForwarding" }
  /** A body that no service sends; by default half an HTML page with status 200. */
  | { readonly kind: "rubbish"; readonly status?: number; readonly body?: string }
  /** Lists: so many empty pages with a NextToken come before the page that was asked for. */
  | { readonly kind: "emptyPages"; readonly pages: number }
  /** Batches and lists: items whose name, ARN or id fits one of the patterns are missing from the answer, errors included. */
  | { readonly kind: "dropItems"; readonly items: readonly string[] }
  /** Batches: such items fail on their own (`Errors`), or are in `InvalidParameters`, though they are there. */
  | { readonly kind: "failItems"; readonly items: readonly string[]; readonly code: string; readonly message?: string }
  /**
   * The service's clock is so much ahead: its Date header says so, and signatures more than five minutes off are refused.
   * `restamps`: what passes goes on with the proxy's time, for an emulator whose own clock is right.
   */
  | { readonly kind: "skewClock"; readonly milliseconds: number; readonly restamps?: boolean };

/** A fault, and the requests that it strikes. What is left out matches any. */
export interface AwsFaultRule extends Turn {
  /** Pattern: `GetParameters`, `Get*`. */
  readonly operation?: string;
  /** The request's body contains this text: a name, for one. */
  readonly containing?: string;
  /** Pattern of the access key that signed. */
  readonly accessKeyId?: string;
  /** Pattern of the region that was signed for. */
  readonly region?: string;
  readonly fault: AwsFault;
}

/** One request through the proxy. No bodies: they hold values. */
export interface AwsProxyEntry {
  readonly operation: string;
  readonly accessKeyId: string;
  readonly region: string;
  /** Milliseconds of the proxy's clock when it came in. */
  readonly at: number;
  readonly fault?: AwsFault["kind"] | "expired";
  /** Status that the client got; undefined where it got none. */
  status?: number;
}
