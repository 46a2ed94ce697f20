import { createHmac, timingSafeEqual } from "node:crypto";
import { checkIterations, decrypt } from "./decrypt.ts";
import { childrenOf, contentOf, DerError, type Element, integerOf, oidOf, parseElements, tags } from "./der.ts";
import { deriveKey, purposes } from "./derive-key.ts";
import { digests, oids } from "./oids.ts";

/** What a keystore holds, in DER: certificates as X.509, keys as PKCS#8. */
export interface Keystore {
  readonly certificates: readonly Uint8Array[];
  readonly privateKeys: readonly Uint8Array[];
}

/** The password does not open the keystore. */
export class WrongPasswordError extends Error {}

/** Opens a PKCS#12 keystore (RFC 7292). Throws a DerError or a WrongPasswordError; neither names a value. */
export function readKeystore(bytes: Uint8Array, password: string): Keystore {
  const [store] = parseElements(bytes);
  const [, authSafe, macData] = childrenOf(store);
  const safe = contentOf(explicitOf(contentInfo(authSafe, oids.data)), tags.octetString);
  if (macData !== undefined) checkMac(macData, safe, password);
  const certificates: Uint8Array[] = [];
  const privateKeys: Uint8Array[] = [];
  for (const info of childrenOf(parseElements(safe)[0])) {
    for (const bag of childrenOf(parseElements(openContent(info, password))[0])) {
      const [oid, value] = childrenOf(bag);
      const content = explicitOf(value);
      if (oidOf(oid) === oids.certBag) certificates.push(...certificateOf(content));
      if (oidOf(oid) === oids.keyBag) privateKeys.push(content.encoded);
      if (oidOf(oid) === oids.shroudedKeyBag) privateKeys.push(keyOf(content, password));
    }
  }
  return { certificates, privateKeys };
}

/** The [0] of a ContentInfo of the type wanted. */
function contentInfo(info: Element | undefined, type: string): Element | undefined {
  const [oid, content] = childrenOf(info);
  if (oidOf(oid) !== type) throw new DerError("it is signed or enveloped in a way that is not supported");
  return content;
}

function explicitOf(element: Element | undefined): Element {
  const [inner] = childrenOf(element, tags.context0);
  if (inner === undefined) throw new DerError("an element is empty");
  return inner;
}

function checkMac(macData: Element, safe: Uint8Array, password: string): void {
  const [digestInfo, salt, rounds] = childrenOf(macData);
  const [algorithm, expected] = childrenOf(digestInfo);
  const digest = digests.get(oidOf(childrenOf(algorithm)[0]));
  if (digest === undefined) throw new DerError("its MAC is of a kind that is not supported");
  const iterations = rounds === undefined ? 1 : checkIterations(integerOf(rounds));
  const wanted = contentOf(expected, tags.octetString);
  const derivation = { digest, password, salt: contentOf(salt, tags.octetString), iterations };
  const mac = createHmac(digest, deriveKey(derivation, purposes.mac, wanted.length))
    .update(safe)
    .digest();
  if (mac.length !== wanted.length || !timingSafeEqual(mac, wanted)) throw new WrongPasswordError();
}

function openContent(info: Element, password: string): Uint8Array {
  const [oid] = childrenOf(info);
  if (oidOf(oid) === oids.data) return contentOf(explicitOf(contentInfo(info, oids.data)), tags.octetString);
  const [, encrypted] = childrenOf(explicitOf(contentInfo(info, oids.encryptedData)));
  const [, algorithm, content] = childrenOf(encrypted);
  if (algorithm === undefined) throw new DerError("an element is missing");
  return decryptWith(algorithm, contentOf(content, tags.implicit0), password);
}

function keyOf(content: Element, password: string): Uint8Array {
  const [algorithm, encrypted] = childrenOf(content);
  if (algorithm === undefined) throw new DerError("an element is missing");
  return decryptWith(algorithm, contentOf(encrypted, tags.octetString), password);
}

/** Without a MAC, a wrong password shows here: the padding is wrong. */
function decryptWith(algorithm: Element, bytes: Uint8Array, password: string): Uint8Array {
  try {
    return decrypt({ algorithm, bytes }, password);
  } catch (error) {
    if (error instanceof DerError) throw error;
    throw new WrongPasswordError();
  }
}

function certificateOf(content: Element): readonly Uint8Array[] {
  const [oid, value] = childrenOf(content);
  if (oidOf(oid) !== oids.x509Certificate) return [];
  return [contentOf(explicitOf(value), tags.octetString)];
}
