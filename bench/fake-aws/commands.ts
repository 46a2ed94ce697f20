import type { Counts } from "./counts.ts";
import type { DenyRule } from "./denials.ts";
import { addAccessKey, expireSessions, type Role } from "./identities.ts";
import type { ListBehaviour } from "./operation.ts";
import {
  deleteParameter,
  findParameter,
  labelParameter,
  type ParameterInit,
  parseParameterId,
  putParameter,
} from "./parameters.ts";
import type { Quotas } from "./quotas.ts";
import type { ScriptedFault } from "./scripted-faults.ts";
import { findSecret, moveStage, putSecret, removeSecret, type SecretInit } from "./secrets.ts";
import type { Service } from "./service.ts";
import type { Parameter, Secret, Value } from "./state.ts";

/** Many resources of one shape: `namePrefix` + number, from `from` (default 0) on. Values of `bytes` bytes. */
export interface Series {
  readonly namePrefix: string;
  readonly count: number;
  readonly from?: number;
  readonly bytes: number;
}

/** Everything that can be done to the fake from outside, by name: in-process and over HTTP alike. */
export interface Commands {
  putParameter(input: ParameterInit): { readonly arn: string; readonly version: number };
  putParameters(input: Series & Omit<ParameterInit, "name" | "value">): { readonly count: number };
  labelParameter(input: { readonly name: string; readonly version: number; readonly label: string }): void;
  deleteParameter(input: { readonly name: string }): void;
  putSecret(input: SecretInit): { readonly arn: string; readonly versionIds: readonly string[] };
  /** As putSecret with the value's bytes in base64: SecretBinary. */
  putBinarySecret(input: Omit<SecretInit, "value"> & { readonly base64: string }): { readonly arn: string };
  putSecrets(input: Series & Omit<SecretInit, "name" | "value">): { readonly count: number };
  /** UpdateSecretVersionStage: AWSCURRENT moves AWSPREVIOUS along, as finishSecret does. */
  moveStage(input: { readonly secretId: string; readonly stage: string; readonly versionId: string }): void;
  /** Schedules for deletion; with `force` removes at once. */
  deleteSecret(input: { readonly secretId: string; readonly force?: boolean }): void;
  restoreSecret(input: { readonly secretId: string }): void;
  /** A new version, with new content, of every parameter and secret whose name begins with the prefix; default all. */
  changeAll(input: { readonly namePrefix?: string }): { readonly changed: number };
  latency(input: { readonly milliseconds: number }): void;
  /** Buckets are full again. */
  quotas(input: Quotas): void;
  deny(input: readonly DenyRule[]): void;
  faults(input: readonly ScriptedFault[]): void;
  lists(input: Partial<ListBehaviour>): void;
  putRole(input: Role): void;
  putAccessKey(input: { readonly accessKeyId: string; readonly arn: string }): void;
  deleteAccessKey(input: { readonly accessKeyId: string }): void;
  /** Sessions of roles opened so far, by ARN pattern; default all. */
  expireSessions(input: { readonly arn?: string }): void;
  counts(): Counts;
  /** Counts from zero, full buckets. What is held stays. */
  reset(): void;
}

export interface CommandAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Runs a command that came over HTTP; its input is the caller's own JSON, so it is taken at its word. */
export function runCommand(service: Service, name: string, input: unknown): unknown {
  const commands = commandsFor(service);
  if (!Object.hasOwn(commands, name)) {
    throw new RangeError(`no command "${name}"`);
  }
  const command = commands[name as keyof Commands] as (input: unknown) => unknown;
  return command(input) ?? {};
}

export function commandsFor(service: Service): Commands {
  return { ...parameterCommands(service), ...secretCommands(service), ...behaviourCommands(service) };
}

function parameterCommands(service: Service) {
  const { state, home } = service;
  const find = (name: string): Parameter =>
    findParameter(state, home, parseParameterId(name)) ?? fail(`no parameter "${name}"`);
  return {
    putParameter(input: ParameterInit) {
      const parameter = putParameter(state, home, input);
      return { arn: parameter.arn, version: parameter.versions.at(-1)?.version ?? 0 };
    },
    putParameters(input: Parameters<Commands["putParameters"]>[0]) {
      for (const name of namesOf(input)) {
        putParameter(state, home, { ...input, name, value: { bytes: input.bytes } });
      }
      return { count: input.count };
    },
    labelParameter(input: Parameters<Commands["labelParameter"]>[0]) {
      labelParameter(find(input.name), input.version, input.label);
    },
    deleteParameter(input: { readonly name: string }) {
      deleteParameter(state, find(input.name));
    },
  };
}

function secretCommands(service: Service) {
  const { state, home } = service;
  const find = (id: string): Secret => findSecret(state, home, id) ?? fail(`no secret "${id}"`);
  return {
    putSecret(input: SecretInit) {
      const secret = putSecret(state, home, input);
      return { arn: secret.arn, versionIds: [...secret.versions.keys()] };
    },
    putBinarySecret(input: Parameters<Commands["putBinarySecret"]>[0]) {
      return { arn: putSecret(state, home, { ...input, value: Buffer.from(input.base64, "base64") }).arn };
    },
    putSecrets(input: Parameters<Commands["putSecrets"]>[0]) {
      for (const name of namesOf(input)) {
        putSecret(state, home, { ...input, name, value: { bytes: input.bytes } });
      }
      return { count: input.count };
    },
    moveStage(input: Parameters<Commands["moveStage"]>[0]) {
      moveStage(find(input.secretId), input.stage, input.versionId);
    },
    deleteSecret(input: Parameters<Commands["deleteSecret"]>[0]) {
      const secret = find(input.secretId);
      if (input.force) {
        removeSecret(state, secret);
      } else {
        secret.deletedAt = state.now();
      }
    },
    restoreSecret(input: { readonly secretId: string }) {
      find(input.secretId).deletedAt = undefined;
    },
    changeAll: (input: { readonly namePrefix?: string }) => ({ changed: changeAll(service, input.namePrefix ?? "") }),
  };
}

function changeAll({ state, home }: Service, namePrefix: string): number {
  let changed = 0;
  for (const parameter of [...state.parameters.values()]) {
    if (parameter.name.startsWith(namePrefix)) {
      putParameter(state, home, { ...placed(parameter), value: another(parameter.versions.at(-1)?.value) });
      changed += 1;
    }
  }
  for (const secret of [...state.secrets.values()]) {
    if (secret.name.startsWith(namePrefix)) {
      putSecret(state, home, { ...placed(secret), value: another([...secret.versions.values()].at(-1)?.value) });
      changed += 1;
    }
  }
  return changed;
}

function placed(resource: Parameter | Secret) {
  return { name: resource.name, account: resource.account, region: resource.region };
}

/** Other content of the same form: JSON objects stay objects. */
function another(value: Value | undefined): Value {
  if (typeof value !== "string") {
    return value instanceof Uint8Array ? Uint8Array.from([...value, 0]) : (value ?? { bytes: 16 });
  }
  return value.startsWith("{") ? value.replace(/"((?:[^"\\]|\\.)*)"(?=\s*[,}])/g, '"$1+"') : `${value}+`;
}

function behaviourCommands(service: Service) {
  return {
    latency(input: { readonly milliseconds: number }) {
      service.latencyMs = input.milliseconds;
    },
    quotas(input: Quotas) {
      service.quotas.quotas = input;
      service.quotas.refill();
    },
    deny(input: readonly DenyRule[]) {
      service.deny = input;
    },
    faults: (input: readonly ScriptedFault[]) => service.faults.set(input),
    lists(input: Partial<ListBehaviour>) {
      Object.assign(service.lists, input);
    },
    putRole(input: Role) {
      service.identities.roles.set(input.roleArn, input);
    },
    putAccessKey(input: { readonly accessKeyId: string; readonly arn: string }) {
      addAccessKey(service.identities, input);
    },
    deleteAccessKey(input: { readonly accessKeyId: string }) {
      service.identities.sessions.delete(input.accessKeyId);
    },
    expireSessions: (input: { readonly arn?: string }) =>
      expireSessions(service.identities, service.state.now(), input.arn),
    counts: () => service.counter.read(),
    reset() {
      service.counter.reset();
      service.quotas.refill();
    },
  };
}

function* namesOf(series: Series): Generator<string> {
  const from = series.from ?? 0;
  for (let index = from; index < from + series.count; index += 1) {
    yield `${series.namePrefix}${index}`;
  }
}

function fail(message: string): never {
  throw new RangeError(message);
}
