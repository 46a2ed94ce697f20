import { createDecipheriv, pbkdf2Sync } from "node:crypto";
import { childrenOf, contentOf, DerError, type Element, integerOf, oidOf, parseElements, tags } from "./der.ts";
import { deriveKey, purposes } from "./derive-key.ts";
import { ciphers, hmacs, oids } from "./oids.ts";
import { decryptRc2 } from "./rc2.ts";

/** Rounds beyond this cost more time than a template has. */
const mostIterations = 2_000_000;

/** Something that is encrypted, as AlgorithmIdentifier and bytes. */
export interface Encrypted {
  readonly algorithm: Element;
  readonly bytes: Uint8Array;
}

/** Decrypts with a password; throws where it is wrong. An unknown algorithm is a DerError. */
export function decrypt({ algorithm, bytes }: Encrypted, password: string): Buffer {
  const [oid, parameters] = childrenOf(algorithm);
  const name = oidOf(oid);
  if (name === oids.pbes2) return decryptPbes2(parameters, bytes, password);
  const legacy = legacySchemes.get(name);
  if (legacy === undefined) throw new DerError("it is encrypted in a way that is not supported");
  const [salt, iterations] = childrenOf(parameters);
  const derivation = {
    digest: "sha1",
    password,
    salt: contentOf(salt, tags.octetString),
    iterations: checkIterations(integerOf(iterations)),
  };
  const key = deriveKey(derivation, purposes.key, legacy.keyBytes);
  return legacy.open(key, deriveKey(derivation, purposes.iv, 8), bytes);
}

interface LegacyScheme {
  readonly keyBytes: number;
  readonly open: (key: Buffer, iv: Buffer, bytes: Uint8Array) => Buffer;
}

/** The schemes of PKCS#12 itself (RFC 7292, appendix C). */
const legacySchemes: ReadonlyMap<string, LegacyScheme> = new Map<string, LegacyScheme>([
  [oids.sha1And3KeyTripleDes, { keyBytes: 24, open: openTripleDes }],
  [oids.sha1And2KeyTripleDes, { keyBytes: 16, open: (key, iv, bytes) => openTripleDes(threeKeys(key), iv, bytes) }],
  [oids.sha1And128BitRc2, { keyBytes: 16, open: decryptRc2 }],
  [oids.sha1And40BitRc2, { keyBytes: 5, open: decryptRc2 }],
]);

const threeKeys = (key: Buffer): Buffer => Buffer.concat([key, key.subarray(0, 8)]);

function openTripleDes(key: Buffer, iv: Buffer, bytes: Uint8Array): Buffer {
  return open("des-ede3-cbc", key, iv, bytes);
}

/** PBES2 with PBKDF2 (RFC 8018), what OpenSSL 3 and Java 16 and later write. */
function decryptPbes2(parameters: Element | undefined, bytes: Uint8Array, password: string): Buffer {
  const [derivation, scheme] = childrenOf(parameters);
  const [derivationOid, derivationParameters] = childrenOf(derivation);
  const [cipherOid, iv] = childrenOf(scheme);
  const cipher = ciphers.get(oidOf(cipherOid));
  if (oidOf(derivationOid) !== oids.pbkdf2 || cipher === undefined) {
    throw new DerError("it is encrypted in a way that is not supported");
  }
  const [salt, iterations, ...rest] = childrenOf(derivationParameters);
  const hash = hashOf(rest.find(({ tag }) => tag === tags.sequence));
  const rounds = checkIterations(integerOf(iterations));
  const key = pbkdf2Sync(password, contentOf(salt, tags.octetString), rounds, cipher.keyBytes, hash);
  return open(cipher.name, key, Buffer.from(contentOf(iv, tags.octetString)), bytes);
}

/** The default of PBKDF2 is SHA-1. */
function hashOf(algorithm: Element | undefined): string {
  if (algorithm === undefined) return "sha1";
  const hash = hmacs.get(oidOf(parseElements(algorithm.content)[0]));
  if (hash === undefined) throw new DerError("it is encrypted in a way that is not supported");
  return hash;
}

function open(cipher: string, key: Buffer, iv: Buffer, bytes: Uint8Array): Buffer {
  const decipher = createDecipheriv(cipher, key, iv);
  return Buffer.concat([decipher.update(bytes), decipher.final()]);
}

/** Refuses rounds that would take too long. */
export function checkIterations(iterations: number): number {
  if (iterations < 1 || iterations > mostIterations) throw new DerError("its number of iterations is not supported");
  return iterations;
}
