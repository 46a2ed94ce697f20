import type { Service } from "../../api/source.ts";

/** A name in canonical form: an ARN, a partial ARN and a plain name of one thing are one. */
export interface CanonicalName {
  /** Of what is read in the end: a reference through Parameter Store is Secrets Manager's. */
  readonly service: Service;
  /** Undefined: whatever account the identity is in, or AWS's own (public parameters). */
  readonly account?: string;
  /** Undefined: the store's. */
  readonly region?: string;
  /** Of a parameter with its leading slash. */
  readonly name: string;
  /**
   * Of a secret's ARN that ends in a hyphen and six characters: without them. Only the answer tells whether they are the
   * ARN's own or part of the name (aws.md, "ambiguous with a partial ARN").
   */
  readonly stem?: string;
  /** Of a secret that was answered: the end of its ARN, hyphen and six characters included. */
  readonly arnTail?: string;
}

const arnForm = /^arn:[^:]*:(?<service>ssm|secretsmanager):(?<region>[^:]*):(?<account>[^:]*):(?<resource>.+)$/s;
// Parameter Store's names are case-sensitive; should this prefix not be, it must not be a way around.
const referenceForm = /^\/*aws\/reference\/secretsmanager\/(?<secretId>.+)$/is;
const suffixForm = /-[A-Za-z0-9]{6}$/;

/** The canonical form of what a user or an answer calls a thing. Undefined for an ARN that is none of these services. */
export function canonicalName(service: Service, id: string): CanonicalName | undefined {
  if (!id.startsWith("arn:")) return named(service, id);
  const { service: arnService, region = "", account = "", resource = "" } = arnForm.exec(id)?.groups ?? {};
  const place = { ...(account === "" ? {} : { account }), ...(region === "" ? {} : { region }) };
  if (arnService === "ssm" && resource.startsWith("parameter/")) {
    return { ...place, ...named("parameterStore", resource.slice("parameter".length)) };
  }
  if (arnService === "secretsmanager" && resource.startsWith("secret:")) {
    return { ...place, ...secret(resource.slice("secret:".length)) };
  }
  return undefined;
}

function named(service: Service, id: string): CanonicalName {
  if (service === "secretsManager") return { service, name: id };
  // What follows a colon is a selector: no parameter's name has one.
  const secretId = referenceForm.exec(id)?.groups?.["secretId"];
  if (secretId !== undefined) return referenced(secretId);
  const bare = id.split(":", 1)[0] ?? id;
  return { service, name: bare.startsWith("/") ? bare : `/${bare}` };
}

function referenced(secretId: string): CanonicalName {
  const arn = secretId.startsWith("arn:") ? canonicalName("secretsManager", secretId) : undefined;
  return arn ?? { service: "secretsManager", name: secretId.split(":", 1)[0] ?? secretId };
}

function secret(name: string): CanonicalName {
  const stem = suffixForm.test(name) ? { stem: name.replace(suffixForm, "") } : {};
  return { service: "secretsManager", name, ...stem };
}
