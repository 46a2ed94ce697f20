import type { IncomingHttpHeaders } from "node:http";
import { type Counter, createCounter } from "./counts.ts";
import { type DenyRule, denialOf } from "./denials.ts";
import { createIdentities, type Identities, type Identity } from "./identities.ts";
import type { Input, ListBehaviour, Operation } from "./operation.ts";
import { describeParameters, getParametersByPath, listTagsForResource } from "./parameter-lists.ts";
import { getParameter, getParameters } from "./parameter-reads.ts";
import { createQuotaKeeper, type QuotaKeeper, type Quotas } from "./quotas.ts";
import { signerOf } from "./request-signature.ts";
import { createFaultScript, type FaultScript, type ScriptedFault } from "./scripted-faults.ts";
import { listSecrets } from "./secret-filters.ts";
import { batchGetSecretValue, describeSecret, getSecretValue } from "./secret-reads.ts";
import { createState, type State } from "./state.ts";
import { stsOperations } from "./sts-operations.ts";
import { WireError } from "./wire-error.ts";
import { type Answer, wireTargetOf } from "./wire-format.ts";

export interface FakeAwsOptions {
  /** Home of what is put without a place of its own; default 123456789012 and eu-west-1. */
  readonly account?: string;
  readonly region?: string;
  /** Before each answer, in milliseconds; default 0. */
  readonly latencyMs?: number;
  /** Default none. */
  readonly quotas?: Quotas;
  /** Unknown access keys and roles are refused. */
  readonly strict?: boolean;
  /** Milliseconds since the epoch; default the machine's clock. */
  readonly now?: () => number;
}

/** All that the fake consists of. */
export interface Service {
  readonly home: { readonly account: string; readonly region: string };
  readonly state: State;
  readonly identities: Identities;
  readonly quotas: QuotaKeeper;
  readonly faults: FaultScript;
  readonly counter: Counter;
  readonly lists: ListBehaviour;
  deny: readonly DenyRule[];
  latencyMs: number;
}

export function createService(options: FakeAwsOptions): Service {
  const now = options.now ?? Date.now;
  const account = options.account ?? "123456789012";
  return {
    home: { account, region: options.region ?? "eu-west-1" },
    state: createState(now),
    identities: createIdentities(account, options.strict ?? false),
    quotas: createQuotaKeeper(options.quotas ?? {}, now),
    faults: createFaultScript(),
    counter: createCounter(now),
    lists: { emptyPages: 0, lagMs: 0 },
    deny: [],
    latencyMs: options.latencyMs ?? 0,
  };
}

/** An answer, and the fault that strikes the request, if any. */
export interface Handled {
  readonly answer: Answer;
  readonly fault: ScriptedFault | undefined;
}

const operations: Readonly<Record<string, Operation>> = {
  "AmazonSSM.GetParameter": getParameter,
  "AmazonSSM.GetParameters": getParameters,
  "AmazonSSM.GetParametersByPath": getParametersByPath,
  "AmazonSSM.DescribeParameters": describeParameters,
  "AmazonSSM.ListTagsForResource": listTagsForResource,
  "secretsmanager.GetSecretValue": getSecretValue,
  "secretsmanager.BatchGetSecretValue": batchGetSecretValue,
  "secretsmanager.DescribeSecret": describeSecret,
  "secretsmanager.ListSecrets": listSecrets,
};

/** One request as it came over the wire. */
export interface WireRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Answers one request: who, quota, fault, permission, operation; all of it counted. */
export function handle(service: Service, request: WireRequest): Handled {
  const { operation, format, target } = wireTargetOf(request.headers, request.body);
  let fault: ScriptedFault | undefined;
  try {
    const caller = callerOf(service, request, operation);
    fault = service.faults.strike({ operation, identity: caller?.identity.arn ?? "", body: request.body });
    throwIfFault(fault);
    throwIfOverQuota(service, operation, caller);
    const result =
      target === undefined
        ? runQuery(service, caller?.identity, new URLSearchParams(request.body))
        : runJson(service, caller, { target, body: request.body });
    service.counter.items(operation, result.items);
    return { answer: format.success(operation, result.output), fault };
  } catch (error) {
    const wire = error instanceof WireError ? error : new WireError("InternalFailure", String(error), 500);
    service.counter.error(operation, wire.code);
    return { answer: format.failure(wire), fault };
  }
}

interface Caller {
  readonly identity: Identity;
  readonly region: string;
}

function callerOf(service: Service, request: WireRequest, operation: string): Caller | undefined {
  try {
    const signer = signerOf(request.headers, service.identities, service.state.now());
    service.counter.call(operation, signer?.identity.arn ?? "anonymous");
    return signer;
  } catch (error) {
    service.counter.call(operation, "refused");
    throw error instanceof WireError && Object.hasOwn(stsOperations, operation) ? inStsWords(error) : error;
  }
}

function throwIfFault(fault: ScriptedFault | undefined): void {
  if (fault?.effect === "error") {
    throw new WireError(fault.code ?? "InternalServerError", fault.message ?? "", fault.status ?? 400);
  }
}

function throwIfOverQuota(service: Service, operation: string, caller: Caller | undefined): void {
  const place = {
    account: caller?.identity.account ?? service.home.account,
    region: caller?.region ?? service.home.region,
  };
  if (!service.quotas.admit(operation, place)) {
    const isSts = Object.hasOwn(stsOperations, operation);
    throw new WireError(isSts ? "Throttling" : "ThrottlingException", "Rate exceeded");
  }
}

function runJson(
  service: Service,
  caller: Caller | undefined,
  request: { readonly target: string; readonly body: string },
) {
  if (!caller) {
    throw new WireError("MissingAuthenticationTokenException", "Missing Authentication Token", 400);
  }
  const operation = operations[request.target];
  if (!operation) {
    throw new WireError("UnknownOperationException", "");
  }
  const { identity, region } = caller;
  return operation(
    {
      state: service.state,
      identity,
      place: { account: identity.account, region },
      lists: service.lists,
      denial: (action, resource) => denialOf(service.deny, identity, action, resource),
    },
    parseInput(request.body),
  );
}

function parseInput(body: string): Input {
  try {
    const input: unknown = JSON.parse(body);
    if (typeof input === "object" && input !== null) {
      return { ...input };
    }
  } catch {
    // Not JSON: refused below.
  }
  throw new WireError("SerializationException", "");
}

function runQuery(service: Service, caller: Identity | undefined, form: URLSearchParams) {
  const operation = stsOperations[form.get("Action") ?? ""];
  if (!operation) {
    throw new WireError("InvalidAction", `Could not find operation ${form.get("Action")} for version 2011-06-15`);
  }
  const output = operation(
    {
      identities: service.identities,
      caller,
      now: service.state.now(),
      denial: (action, resource) => (caller ? denialOf(service.deny, caller, action, resource) : undefined),
    },
    form,
  );
  return { output, items: 1 };
}

/** STS names bad credentials in its own way. */
function inStsWords(error: WireError): WireError {
  const codes: Readonly<Record<string, string>> = {
    ExpiredTokenException: "ExpiredToken",
    UnrecognizedClientException: "InvalidClientTokenId",
    InvalidSignatureException: "SignatureDoesNotMatch",
  };
  return new WireError(codes[error.code] ?? error.code, error.message, 403);
}
