import { type Arn, type Place, parameterArn, parseArn } from "./arns.ts";
import type { Parameter, ParameterType, ParameterVersion, State, Value } from "./state.ts";

export interface ParameterInit extends Partial<Place> {
  readonly name: string;
  readonly value: Value;
  readonly type?: ParameterType;
  readonly labels?: readonly string[];
  readonly tags?: Readonly<Record<string, string>>;
  readonly keyId?: string;
  readonly expiresAt?: number;
  readonly sharedWith?: readonly string[];
}

/** Writes a new version, as PutParameter with Overwrite; labels given move to it. */
export function putParameter(state: State, home: Place, init: ParameterInit): Parameter {
  const place = { account: init.account ?? home.account, region: init.region ?? home.region };
  const arn = parameterArn(place, init.name);
  const parameter = state.parameters.get(arn) ?? addParameter(state, { ...place, arn, name: init.name });
  setAttributes(parameter, init);
  const version = (parameter.versions.at(-1)?.version ?? 0) + 1;
  parameter.versions.push({ version, value: init.value, lastModified: state.now(), labels: new Set() });
  for (const label of init.labels ?? []) {
    labelParameter(parameter, version, label);
  }
  return parameter;
}

function setAttributes(parameter: Parameter, init: ParameterInit): void {
  parameter.type = init.type ?? parameter.type;
  parameter.keyId = init.keyId ?? parameter.keyId;
  parameter.tags = init.tags ?? parameter.tags;
  parameter.expiresAt = init.expiresAt ?? parameter.expiresAt;
  parameter.sharedWith = init.sharedWith ?? parameter.sharedWith;
}

function addParameter(state: State, identity: Place & { readonly arn: string; readonly name: string }): Parameter {
  const parameter: Parameter = {
    ...identity,
    type: "String",
    keyId: undefined,
    tags: {},
    expiresAt: undefined,
    sharedWith: [],
    versions: [],
  };
  state.parameters.set(identity.arn, parameter);
  state.orderedParameters.delete(placeKey(identity));
  return parameter;
}

/** A label lives on one version: it leaves the one that has it. */
export function labelParameter(parameter: Parameter, version: number, label: string): void {
  for (const each of parameter.versions) {
    each.labels.delete(label);
  }
  parameter.versions.find((each) => each.version === version)?.labels.add(label);
}

export function deleteParameter(state: State, parameter: Parameter): void {
  state.parameters.delete(parameter.arn);
  state.orderedParameters.delete(placeKey(parameter));
}

/** Name or ARN, with the selector taken off. */
export interface ParameterId {
  readonly arn: Arn | undefined;
  /** Bare name, or the ARN without selector where an ARN was given. */
  readonly bare: string;
  /** With its colon, as Parameter Store answers it. */
  readonly selector: string | undefined;
}

export function parseParameterId(text: string): ParameterId {
  const arnEnd = text.startsWith("arn:") ? text.split(":", 5).join(":").length + 1 : 0;
  const colon = text.indexOf(":", arnEnd);
  const bare = colon < 0 ? text : text.slice(0, colon);
  return { arn: parseArn(bare), bare, selector: colon < 0 ? undefined : text.slice(colon) };
}

/** The living parameter that a caller's id names: its own, or one shared with its account and named by its ARN. */
export function findParameter(state: State, caller: Place, id: ParameterId): Parameter | undefined {
  const parameter = state.parameters.get(id.arn ? id.bare : parameterArn(caller, id.bare));
  if (!parameter || isExpired(state, parameter) || parameter.region !== caller.region) {
    return undefined;
  }
  const visible = parameter.account === caller.account || parameter.sharedWith.includes(caller.account);
  return visible ? parameter : undefined;
}

/** The version that a selector names; without one the newest. */
export function selectVersion(parameter: Parameter, selector: string | undefined): ParameterVersion | undefined {
  if (selector === undefined) {
    return parameter.versions.at(-1);
  }
  const wanted = selector.slice(1);
  return parameter.versions.find((each) =>
    /^\d+$/.test(wanted) ? each.version === Number(wanted) : each.labels.has(wanted),
  );
}

/** Living parameters of one account and region in alphabetical order. */
export function parametersInOrder(state: State, place: Place): readonly Parameter[] {
  const key = placeKey(place);
  let ordered = state.orderedParameters.get(key);
  if (!ordered) {
    ordered = [...state.parameters.values()]
      .filter((parameter) => placeKey(parameter) === key)
      .sort((left, right) => (left.name < right.name ? -1 : 1));
    state.orderedParameters.set(key, ordered);
  }
  return ordered;
}

export function isExpired(state: State, parameter: Parameter): boolean {
  return parameter.expiresAt !== undefined && parameter.expiresAt <= state.now();
}

function placeKey(place: Place): string {
  return `${place.account} ${place.region}`;
}
