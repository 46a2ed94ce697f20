import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";

export interface ApiUpstream {
  /** Sends the request on; resolves when the head of the answer is there. The signal ends it at any time. */
  forward(request: IncomingMessage, body: Buffer, signal: AbortSignal): Promise<IncomingMessage>;
  close(): void;
}

/** The API server. Compression is not asked for, so that lines of a watch can be told apart. */
export function apiUpstream(url: string, certificateAuthority: string | undefined): ApiUpstream {
  const base = new URL(url);
  const isTls = base.protocol === "https:";
  const agent = isTls
    ? new HttpsAgent({ keepAlive: true, ...(certificateAuthority ? { ca: certificateAuthority } : {}) })
    : new HttpAgent({ keepAlive: true });
  const open = isTls ? httpsRequest : httpRequest;
  return {
    forward: (request, body, signal) =>
      new Promise((resolve, reject) => {
        const {
          host: _ours,
          "accept-encoding": _compression,
          "transfer-encoding": _chunked,
          ...rest
        } = request.headers;
        const headers = body.length > 0 ? { ...rest, "content-length": body.length } : rest;
        const outgoing = open(
          new URL(request.url ?? "/", base),
          { method: request.method ?? "GET", agent, headers, signal },
          resolve,
        );
        outgoing.once("error", reject);
        outgoing.end(body);
      }),
    close: () => agent.destroy(),
  };
}
