import type { IncomingMessage, ServerResponse } from "node:http";
import { skewMessage } from "../../../bench/fake-aws/request-signature.ts";
import { WireError } from "../../../bench/fake-aws/wire-error.ts";
import type { WireTarget } from "../../../bench/fake-aws/wire-format.ts";
import { editAnswer, pageStep } from "./aws-answers.ts";
import type { AwsFault } from "./aws-faults.ts";
import type { AwsAnswer } from "./aws-upstream.ts";
import { cut, pause } from "./listener.ts";

/** What a request is, before anything is done with it. */
export interface Asked {
  readonly wire: WireTarget;
  readonly body: string;
  readonly accessKeyId: string;
  readonly region: string;
}

export interface Exchange {
  readonly asked: Asked;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly now: () => number;
  forward(body: string): Promise<AwsAnswer>;
}

type Strike<Kind extends AwsFault["kind"]> = (
  exchange: Exchange,
  fault: Extract<AwsFault, { kind: Kind }>,
) => Promise<void> | void;

const strikes: { readonly [Kind in AwsFault["kind"]]: Strike<Kind> } = {
  throttle: (exchange) => {
    const isQuery = exchange.asked.wire.target === undefined;
    refuse(exchange, new WireError(isQuery ? "Throttling" : "ThrottlingException", "Rate exceeded"));
  },
  error: (exchange, fault) =>
    refuse(exchange, new WireError(fault.code, fault.message ?? fault.code, fault.status ?? 400)),
  delay: async (exchange, fault) => {
    await pause(fault.milliseconds, exchange.response);
    await pass(exchange);
  },
  hang: () => undefined,
  cutBeforeForwarding: (exchange) => cut(exchange.response),
  cutAfterForwarding: async (exchange) => {
    await exchange.forward(exchange.asked.body);
    cut(exchange.response);
  },
  rubbish: ({ response }, fault) => {
    response.writeHead(fault.status ?? 200, { "content-type": "text/html" });
    response.end(fault.body ?? "<html><head><title>502 Bad Gate");
  },
  emptyPages: async (exchange, fault) => {
    const { wire, body } = exchange.asked;
    const step = pageStep(wire.operation, body, fault.pages);
    if ("answer" in step) {
      exchange.response.writeHead(200, { "content-type": "application/x-amz-json-1.1" }).end(step.answer);
      return;
    }
    send(exchange.response, await exchange.forward(step.forward));
  },
  dropItems: edit,
  failItems: edit,
  skewClock: async (exchange, fault) => {
    const clock = exchange.now() + fault.milliseconds;
    exchange.response.setHeader("date", new Date(clock).toUTCString());
    const stamp = String(exchange.request.headers["x-amz-date"] ?? "");
    const signed = timeOf(stamp);
    if (Math.abs(signed - clock) > 5 * 60_000) {
      const isQuery = exchange.asked.wire.target === undefined;
      const code = isQuery ? "SignatureDoesNotMatch" : "InvalidSignatureException";
      refuse(exchange, new WireError(code, skewMessage(stamp, signed, clock), isQuery ? 403 : 400));
      return;
    }
    if (fault.restamps) {
      exchange.request.headers["x-amz-date"] = new Date(exchange.now()).toISOString().replace(/[-:]|\.\d{3}/g, "");
    }
    const { headers, ...rest } = await exchange.forward(exchange.asked.body);
    const { date: _upstreams, ...others } = headers;
    send(exchange.response, { ...rest, headers: others });
  },
};

async function edit(exchange: Exchange, fault: Extract<AwsFault, { kind: "dropItems" | "failItems" }>): Promise<void> {
  const answer = await exchange.forward(exchange.asked.body);
  send(exchange.response, { ...answer, body: Buffer.from(editAnswer(answer.body.toString("utf8"), fault)) });
}

/** Does to the exchange what the fault says. */
export function strike<Kind extends AwsFault["kind"]>(
  exchange: Exchange,
  fault: Extract<AwsFault, { kind: Kind }>,
): Promise<void> | void {
  return (strikes[fault.kind] as Strike<Kind>)(exchange, fault);
}

/** Forwards and answers as if no proxy were there. */
export async function pass(exchange: Exchange): Promise<void> {
  send(exchange.response, await exchange.forward(exchange.asked.body));
}

function refuse({ asked, response }: Exchange, error: WireError): void {
  const answer = asked.wire.format.failure(error);
  response.writeHead(answer.status, { "content-type": answer.contentType }).end(answer.body);
}

function send(response: ServerResponse, answer: AwsAnswer): void {
  const { "transfer-encoding": _chunked, connection: _connection, ...headers } = answer.headers;
  response.writeHead(answer.status, { ...headers, "content-length": answer.body.length }).end(answer.body);
}

/** Of `20261121T120000Z`; NaN for an unsigned request, which no clock refuses. */
function timeOf(stamp: string): number {
  return Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
}
