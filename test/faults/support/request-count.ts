import type { ApiProxy } from "./api-proxy.ts";
import type { AwsProxy } from "./aws-proxy.ts";

export type Phase = "before" | "after";

/** Before or after which outgoing request something happens. */
export interface RequestPoint {
  readonly index: number;
  readonly phase: Phase;
}

/**
 * The requests of a scenario through both proxies, counted as one sequence. Watches, and the lists that they begin with,
 * are the operator's own and no part of it.
 */
export interface RequestCount {
  /** "AWS GetParameters", "create secrets", …: from the last `arm` on. */
  readonly requests: readonly string[];
  /** Milliseconds of `performance.now()` of the last one. */
  readonly lastAt: number;
  /** Counts from zero. At `point`, `strike` is awaited; before a request it then never reaches the server. */
  arm(point?: RequestPoint, strike?: () => Promise<void>): void;
  disarm(): void;
}

export function countRequests(api: ApiProxy, aws: AwsProxy): RequestCount {
  let requests: string[] = [];
  let lastAt = performance.now();
  let armed: { readonly point: RequestPoint | undefined; readonly strike: () => Promise<void> } | undefined;
  const indices = new WeakMap<object, number>();
  const onRequest = async (entry: object, label: string, phase: Phase) => {
    lastAt = performance.now();
    if (phase === "before") indices.set(entry, requests.push(label) - 1);
    const point = armed?.point;
    if (point?.phase !== phase || indices.get(entry) !== point.index) return;
    await armed?.strike();
    if (phase === "before") throw new Error("the request dies with its sender");
  };
  api.setOnRequest(async (entry, phase) => {
    if (entry.verb === "watch" || entry.verb === "list") return;
    await onRequest(entry, `${entry.verb} ${entry.resource}`, phase);
  });
  aws.setOnRequest((entry, phase) => onRequest(entry, `AWS ${entry.operation}`, phase));
  return {
    get requests() {
      return requests;
    },
    get lastAt() {
      return lastAt;
    },
    arm(point, strike = async () => undefined) {
      requests = [];
      lastAt = performance.now();
      armed = { point, strike };
    },
    disarm() {
      armed = undefined;
    },
  };
}
