import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { readBody } from "./listener.ts";

export interface AwsAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface AwsUpstream {
  forward(request: IncomingMessage, body: string): Promise<AwsAnswer>;
  close(): void;
}

/** Sends requests on to `upstream`, headers as they came, body as given. */
export function awsUpstream(upstream: string): AwsUpstream {
  const base = new URL(upstream);
  const isTls = base.protocol === "https:";
  const agent = isTls ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const open = isTls ? httpsRequest : httpRequest;
  const forward = (request: IncomingMessage, body: string) =>
    new Promise<AwsAnswer>((resolve, reject) => {
      const { host: _ours, "transfer-encoding": _chunked, ...headers } = request.headers;
      const outgoing = open(
        new URL(request.url ?? "/", base),
        { method: request.method ?? "POST", agent, headers: { ...headers, "content-length": Buffer.byteLength(body) } },
        (incoming) => {
          const status = incoming.statusCode ?? 502;
          readBody(incoming).then((read) => resolve({ status, headers: incoming.headers, body: read }), reject);
        },
      );
      outgoing.once("error", reject);
      outgoing.end(body);
    });
  return { forward, close: () => agent.destroy() };
}
