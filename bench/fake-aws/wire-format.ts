import type { IncomingHttpHeaders } from "node:http";
import type { WireError } from "./wire-error.ts";
import { xmlElements } from "./xml.ts";

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** How a service puts results and errors: AWS JSON 1.1, or the query protocol with XML answers of STS. */
export interface WireFormat {
  success(operation: string, output: object): Answer;
  failure(error: WireError): Answer;
}

/** What a request asks for: the operation's name and the format of its answer. */
export interface WireTarget {
  readonly operation: string;
  readonly format: WireFormat;
  /** `AmazonSSM.GetParameters`; undefined in the query protocol. */
  readonly target: string | undefined;
}

export function wireTargetOf(headers: IncomingHttpHeaders, body: string): WireTarget {
  const target = headers["x-amz-target"];
  if (typeof target === "string") {
    return { operation: target.split(".")[1] ?? "", format: jsonFormat, target };
  }
  return { operation: new URLSearchParams(body).get("Action") ?? "", format: queryFormat, target: undefined };
}

const requestId = "00000000-0000-4000-8000-000000000000";
const jsonType = "application/x-amz-json-1.1";
const stsNamespace = "https://sts.amazonaws.com/doc/2011-06-15/";

export const jsonFormat: WireFormat = {
  success: (_operation, output) => ({ status: 200, contentType: jsonType, body: JSON.stringify(output) }),
  failure: (error) => ({
    status: error.status,
    contentType: jsonType,
    body: JSON.stringify({ __type: error.code, message: error.message }),
  }),
};

export const queryFormat: WireFormat = {
  success: (operation, output) => ({
    status: 200,
    contentType: "text/xml",
    body: `<${operation}Response xmlns="${stsNamespace}"><${operation}Result>${xmlElements(output)}</${operation}Result><ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation}Response>`,
  }),
  failure: (error) => ({
    status: error.status,
    contentType: "text/xml",
    body: `<ErrorResponse xmlns="${stsNamespace}">${xmlElements({
      Error: { Type: error.status < 500 ? "Sender" : "Receiver", Code: error.code, Message: error.message },
      RequestId: requestId,
    })}</ErrorResponse>`,
  }),
};
