import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One answer of the script. */
export type Scripted =
  | { readonly status?: number; readonly json: unknown; readonly headers?: Readonly<Record<string, string>> }
  | { readonly status?: number; readonly text: string; readonly headers?: Readonly<Record<string, string>> }
  /** Never answers; cuts the connection; begins an answer and stalls, or breaks off. */
  | { readonly fault: "hang" | "reset" | "stall" | "break" };

export interface ScriptedRequest {
  /** `GetParameters`; for STS its `Action`. */
  readonly operation: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A server on 127.0.0.1 that speaks what it is told, for tests of what is said to AWS and of what becomes of its answers. */
export interface ScriptedAws {
  readonly endpoint: string;
  readonly requests: readonly ScriptedRequest[];
  /** The next answers, in order; the last one is repeated. */
  answer(...answers: readonly Scripted[]): void;
  /** The same for one operation, which goes before. */
  answerTo(operation: string, ...answers: readonly Scripted[]): void;
  close(): Promise<void>;
}

/** Starts on a free port. */
export async function startScriptedAws(): Promise<ScriptedAws> {
  const requests: ScriptedRequest[] = [];
  const scripts = new Map<string, readonly Scripted[]>([[any, [{ json: {} }]]]);
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const operation = operationOf(request, body);
      requests.push({ operation, headers: request.headers, body });
      const script = scripts.has(operation) ? operation : any;
      const [next, ...rest] = scripts.get(script) ?? [];
      if (rest.length > 0) scripts.set(script, rest);
      if (next !== undefined) play(next, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answer: (...answers) => void scripts.set(any, answers),
    answerTo: (operation, ...answers) => void scripts.set(operation, answers),
    close: () => closeServer(server),
  };
}

const any = "*";

function play(answer: Scripted, response: ServerResponse): void {
  if ("fault" in answer) {
    if (answer.fault === "reset") response.destroy();
    if (answer.fault === "stall") response.write('{"Parameters":[');
    if (answer.fault === "break") response.write('{"Parameters":[', () => setTimeout(() => response.destroy(), 20));
    return;
  }
  const text = "json" in answer ? JSON.stringify(answer.json) : answer.text;
  response.writeHead(answer.status ?? 200, { "content-type": "application/x-amz-json-1.1", ...answer.headers });
  response.end(text);
}

function operationOf(request: IncomingMessage, body: string): string {
  const target = request.headers["x-amz-target"];
  return typeof target === "string" ? (target.split(".")[1] ?? "") : (new URLSearchParams(body).get("Action") ?? "");
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks).toString("utf8");
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
