import { createPrivateKey, X509Certificate } from "node:crypto";
import { DerError } from "../../pkcs12/der.ts";
import { type Keystore, readKeystore, WrongPasswordError } from "../../pkcs12/read.ts";
import { writeKeystore } from "../../pkcs12/write.ts";
import { FilterError } from "../errors.ts";
import { BytesValue, bytesOfValue, textOfValue } from "../values.ts";
import type { FilterCall, FilterFunction } from "./filter.ts";
import { sortedCertificates } from "./pem.ts";
import { deriveBytes } from "./salt.ts";

/** PEM out of a PKCS#12 keystore, and a keystore out of PEM. */
export const pkcs12Filters: readonly (readonly [string, FilterFunction])[] = [
  ["pkcs12_certificates", (call) => certificatesOf(call)],
  ["pkcs12_private_key", (call) => privateKeyOf(call)],
  ["to_pkcs12", toPkcs12],
];

/** `{{ KEYSTORE | pkcs12_certificates: PASSWORD }}`: all of them, the leaf first. */
function certificatesOf(call: FilterCall): string {
  const { certificates, privateKeys } = open(call);
  const pems = certificates.map((der) => pemOf(der, call.name));
  const keys = privateKeys.slice(0, 1).map(keyPem);
  return sortedCertificates([...pems, ...keys].join("\n"), call.name)
    .map(({ pem }) => `${pem}\n`)
    .join("");
}

/** `{{ KEYSTORE | pkcs12_private_key: PASSWORD }}`: the first key, as PKCS#8 in PEM. */
function privateKeyOf(call: FilterCall): string {
  const [key] = open(call).privateKeys;
  if (key === undefined) throw new FilterError(`${call.name} is given a keystore without a private key`);
  return keyPem(key);
}

function open({ input, args, name }: FilterCall): Keystore {
  const password = textOfValue(args[0] ?? "", `the password of ${name}`);
  try {
    return readKeystore(bytesOfValue(input, name), password);
  } catch (error) {
    if (error instanceof WrongPasswordError) throw new FilterError(`${name}: the password does not open the keystore`);
    if (error instanceof DerError)
      throw new FilterError(`${name} is given something that is no PKCS#12: ${error.message}`);
    throw error;
  }
}

function pemOf(der: Uint8Array, name: string): string {
  try {
    return new X509Certificate(der).toString().trimEnd();
  } catch {
    throw new FilterError(`${name}: the keystore has a certificate in it that cannot be read`);
  }
}

function keyPem(der: Uint8Array): string {
  const key = createPrivateKey({ key: Buffer.from(der), format: "der", type: "pkcs8" });
  return key.export({ format: "pem", type: "pkcs8" }).toString();
}

/** `{{ CERTIFICATES | to_pkcs12: KEY, PASSWORD, "alias" }}`: bytes, so the output must be the whole template. */
function toPkcs12({ input, args, name, scope }: FilterCall): BytesValue {
  const keyText = textOfValue(args[0], `the private key of ${name}`);
  const password = textOfValue(args[1], `the password of ${name}`);
  const friendlyName = textOfValue(args[2] ?? "1", `the alias of ${name}`);
  const pem = textOfValue(input, name);
  const certificates = sortedCertificates(`${pem}\n${keyText}`, name).map(({ parsed }) => parsed.raw);
  const privateKey = pkcs8Of(keyText, name);
  const salts = deriveBytes(scope, name, [password, privateKey, ...certificates, friendlyName]);
  return new BytesValue(writeKeystore({ certificates, privateKey, password, friendlyName }, salts));
}

function pkcs8Of(pem: string, name: string): Buffer {
  try {
    return createPrivateKey(pem).export({ format: "der", type: "pkcs8" });
  } catch {
    throw new FilterError(`the private key of ${name} must be an unencrypted key in PEM`);
  }
}
