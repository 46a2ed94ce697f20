import { createCipheriv, createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { encode, encodeInteger, encodeOid, tags } from "./der.ts";
import { bmpPassword, deriveKey, purposes } from "./derive-key.ts";
import { oids } from "./oids.ts";

/** What OpenSSL 3 writes too. */
const iterations = 2048;

export interface KeystoreContent {
  /** DER, the leaf first. */
  readonly certificates: readonly Uint8Array[];
  /** DER, PKCS#8. */
  readonly privateKey: Uint8Array;
  readonly password: string;
  /** The alias that Java shows. */
  readonly friendlyName: string;
}

/** Salts and initialization vectors, different for each label. */
export type SaltSource = (label: string, length: number) => Buffer;

const sequence = (...parts: readonly Uint8Array[]): Buffer => encode(tags.sequence, ...parts);
const set = (...parts: readonly Uint8Array[]): Buffer => encode(tags.set, ...parts);
const octets = (bytes: Uint8Array): Buffer => encode(tags.octetString, bytes);
const explicit = (part: Uint8Array): Buffer => encode(tags.context0, part);
const noParameters = encode(tags.null);

/**
 * A PKCS#12 keystore (RFC 7292) as OpenSSL 3 and Java read it: AES-256 with PBKDF2 and HMAC-SHA-256 throughout. The same
 * content and salts give the same bytes.
 */
export function writeKeystore(content: KeystoreContent, salts: SaltSource): Buffer {
  const [leaf] = content.certificates;
  const keyId = createHash("sha1")
    .update(leaf ?? "")
    .digest();
  const certificates = sequence(
    ...content.certificates.map((certificate, index) =>
      certificateBag(certificate, index === 0 ? attributes(content, keyId) : undefined),
    ),
  );
  const safe = sequence(
    encryptedInfo(certificates, content.password, labelled(salts, "certificates")),
    dataInfo(sequence(keyBag(content, keyId, labelled(salts, "key")))),
  );
  return sequence(encodeInteger(3), dataInfo(safe), macData(safe, content.password, salts("mac", 16)));
}

const labelled =
  (salts: SaltSource, prefix: string): SaltSource =>
  (label, length) =>
    salts(`${prefix} ${label}`, length);
const dataInfo = (content: Uint8Array): Buffer => sequence(encodeOid(oids.data), explicit(octets(content)));

function encryptedInfo(content: Uint8Array, password: string, salts: SaltSource): Buffer {
  const { algorithm, encrypted } = encrypt(content, password, salts);
  const inner = sequence(encodeOid(oids.data), algorithm, encode(tags.implicit0, encrypted));
  return sequence(encodeOid(oids.encryptedData), explicit(sequence(encodeInteger(0), inner)));
}

function certificateBag(certificate: Uint8Array, named: Buffer | undefined): Buffer {
  const value = sequence(encodeOid(oids.x509Certificate), explicit(octets(certificate)));
  return sequence(encodeOid(oids.certBag), explicit(value), ...(named ? [named] : []));
}

function keyBag(content: KeystoreContent, keyId: Uint8Array, salts: SaltSource): Buffer {
  const { algorithm, encrypted } = encrypt(content.privateKey, content.password, salts);
  const value = sequence(algorithm, octets(encrypted));
  return sequence(encodeOid(oids.shroudedKeyBag), explicit(value), attributes(content, keyId));
}

/** Name and id, by which readers find the certificate of a key. */
function attributes({ friendlyName }: KeystoreContent, keyId: Uint8Array): Buffer {
  const name = bmpPassword(friendlyName).subarray(0, -2);
  return set(
    sequence(encodeOid(oids.friendlyName), set(encode(tags.bmpString, name))),
    sequence(encodeOid(oids.localKeyId), set(octets(keyId))),
  );
}

function encrypt(content: Uint8Array, password: string, salts: SaltSource): { algorithm: Buffer; encrypted: Buffer } {
  const salt = salts("salt", 16);
  const iv = salts("iv", 16);
  const cipher = createCipheriv("aes-256-cbc", pbkdf2Sync(password, salt, iterations, 32, "sha256"), iv);
  const hmac = sequence(encodeOid(oids.hmacWithSha256), noParameters);
  const derivation = sequence(encodeOid(oids.pbkdf2), sequence(octets(salt), encodeInteger(iterations), hmac));
  const scheme = sequence(encodeOid(oids.aes256Cbc), octets(iv));
  return {
    algorithm: sequence(encodeOid(oids.pbes2), sequence(derivation, scheme)),
    encrypted: Buffer.concat([cipher.update(content), cipher.final()]),
  };
}

function macData(safe: Uint8Array, password: string, salt: Buffer): Buffer {
  const key = deriveKey({ digest: "sha256", password, salt, iterations }, purposes.mac, 32);
  const mac = createHmac("sha256", key).update(safe).digest();
  const digestInfo = sequence(sequence(encodeOid(oids.sha256), noParameters), octets(mac));
  return sequence(digestInfo, octets(salt), encodeInteger(iterations));
}
