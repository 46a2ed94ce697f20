import type { BuildMiddleware, FinalizeRequestMiddleware } from "@smithy/types";

/** What is needed of an SDK client's middleware stack, whatever its inputs and outputs. */
interface LeanClient {
  readonly middlewareStack: {
    remove(name: string): boolean;
    add(middleware: BuildMiddleware<object, object>, options: { readonly step: "build"; readonly name: string }): void;
    add(
      middleware: FinalizeRequestMiddleware<object, object>,
      options: {
        readonly step: "finalizeRequest";
        readonly name: string;
        readonly priority: "high";
        readonly override: true;
      },
    ): void;
  };
}

/**
 * Middleware of the SDK that does nothing for us and costs on each request: logging (its log filter walks every answer,
 * values included), tracing of Lambda recursion, and the user agent, which it composes of features anew each time.
 */
const idle = ["loggerMiddleware", "recursionDetectionMiddleware", "getUserAgentMiddleware"];

/** Takes out what is idle, and names us in the user agent. */
export function makeLean<Client extends LeanClient>(client: Client): Client {
  const stack = client.middlewareStack;
  for (const name of idle) stack.remove(name);
  stack.add(userAgent, { step: "build", name: "externalValuesUserAgent" });
  // Replaced and not removed: the SDK places signing relative to it. Retries are in gate.ts, where they are counted.
  stack.add(once, { step: "finalizeRequest", name: "retryMiddleware", priority: "high", override: true });
  return client;
}

const once: FinalizeRequestMiddleware<object, object> = (next) => next;

const product = `external-values aws-sdk-js/3 lang/js md/nodejs#${process.versions.node}`;

const userAgent: BuildMiddleware<object, object> = (next) => (args) => {
  const { request } = args;
  if (typeof request === "object" && request !== null && "headers" in request) {
    (request.headers as Record<string, string>)["user-agent"] = product;
  }
  return next(args);
};
