import { type Place, parseArn, secretArn } from "./arns.ts";
import type { Secret, SecretVersion, State, Value } from "./state.ts";

export interface SecretInit extends Partial<Place> {
  readonly name: string;
  /** Left out: a secret without a value. */
  readonly value?: Value;
  /** Stages of the new version; default AWSCURRENT. */
  readonly stages?: readonly string[];
  /** Default: made from the number of writes. */
  readonly versionId?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly description?: string;
  readonly keyId?: string;
  readonly sharedWith?: readonly string[];
}

/** Makes a secret where there is none and puts a version into it, as PutSecretValue does. */
export function putSecret(state: State, home: Place, init: SecretInit): Secret {
  const place = { account: init.account ?? home.account, region: init.region ?? home.region };
  const secret = secretByName(state, place, init.name) ?? addSecret(state, place, init.name);
  setAttributes(secret, init);
  if (init.value !== undefined) {
    secret.writes += 1;
    const versionId = init.versionId ?? versionIdFor(secret);
    secret.versions.set(versionId, { versionId, value: init.value, createdAt: state.now(), stages: new Set() });
    for (const stage of init.stages ?? ["AWSCURRENT"]) {
      moveStage(secret, stage, versionId);
    }
  }
  return secret;
}

function setAttributes(secret: Secret, init: SecretInit): void {
  secret.keyId = init.keyId ?? secret.keyId;
  secret.description = init.description ?? secret.description;
  secret.tags = init.tags ?? secret.tags;
  secret.sharedWith = init.sharedWith ?? secret.sharedWith;
}

function addSecret(state: State, place: Place, name: string): Secret {
  const suffix = checksum(`${place.account} ${place.region} ${name}`).toString(36).padStart(6, "x").slice(0, 6);
  const secret: Secret = {
    ...place,
    name,
    arn: secretArn(place, name, suffix),
    createdAt: state.now(),
    keyId: undefined,
    description: "",
    tags: {},
    sharedWith: [],
    deletedAt: undefined,
    versions: new Map(),
    writes: 0,
  };
  state.secrets.set(secret.arn, secret);
  state.secretArns.set(nameKey(place, name), secret.arn);
  return secret;
}

/** A stage lives on one version. AWSCURRENT leaves AWSPREVIOUS behind and ends AWSPENDING on the version it goes to. */
export function moveStage(secret: Secret, stage: string, versionId: string): void {
  const from = versionWithStage(secret, stage);
  const to = secret.versions.get(versionId);
  if (!to || from === to) {
    return;
  }
  from?.stages.delete(stage);
  to.stages.add(stage);
  if (stage === "AWSCURRENT") {
    to.stages.delete("AWSPENDING");
    if (from) {
      moveStage(secret, "AWSPREVIOUS", from.versionId);
    }
  }
}

export function removeSecret(state: State, secret: Secret): void {
  state.secrets.delete(secret.arn);
  state.secretArns.delete(nameKey(secret, secret.name));
}

export function versionWithStage(secret: Secret, stage: string): SecretVersion | undefined {
  for (const version of secret.versions.values()) {
    if (version.stages.has(stage)) {
      return version;
    }
  }
  return undefined;
}

/**
 * By name, ARN, or ARN without the suffix. An id that ends in a hyphen and six characters is taken for a complete ARN,
 * as AWS does, so a partial ARN of such a name finds nothing.
 */
export function findSecret(state: State, caller: Place, id: string): Secret | undefined {
  const arn = parseArn(id);
  if (!arn) {
    return secretByName(state, caller, id);
  }
  const secret = state.secrets.get(id);
  if (secret || /-[A-Za-z0-9]{6}$/.test(id)) {
    return secret;
  }
  return secretByName(state, arn, arn.resource.replace(/^secret:/, ""));
}

export function secretByName(state: State, place: Place, name: string): Secret | undefined {
  const arn = state.secretArns.get(nameKey(place, name));
  return arn === undefined ? undefined : state.secrets.get(arn);
}

function nameKey(place: Place, name: string): string {
  return `${place.account} ${place.region} ${name}`;
}

function versionIdFor(secret: Secret): string {
  const hash = checksum(secret.arn).toString(16).padStart(8, "0");
  return `${hash}-0000-4000-8000-${secret.writes.toString(16).padStart(12, "0")}`;
}

/** FNV-1a, 32 bits: spreads names over suffixes, nothing more. */
function checksum(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash;
}
