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
  const bags = childrenOf(parseElements(safe)[0]).flatMap((info) =>
    childrenOf(parseElements(openContent(info, password))[0]),
  );
  return {
    certificates: bags.flatMap((bag) => certificateOf(bag)),
    privateKeys: bags.flatMap((bag) => privateKeyOf(bag, password)),
  };
}

/** What a bag holds, if it is of this kind. */
function contentOfBag(bag: Element, kind: string): Element | undefined {
  const [oid, value] = childrenOf(bag);
  return oidOf(oid) === kind ? explicitOf(value) : undefined;
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

function privateKeyOf(bag: Element, password: string): readonly Uint8Array[] {
  const plain = contentOfBag(bag, oids.keyBag);
  if (plain) return [plain.encoded];
  const shrouded = contentOfBag(bag, oids.shroudedKeyBag);
  if (!shrouded) return [];
  const [algorithm, encrypted] = childrenOf(shrouded);
  if (algorithm === undefined) throw new DerError("an element is missing");
  return [decryptWith(algorithm, contentOf(encrypted, tags.octetString), password)];
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

function certificateOf(bag: Element): readonly Uint8Array[] {
  const content = contentOfBag(bag, oids.certBag);
  if (!content) return [];
  const [oid, value] = childrenOf(content);
  return oidOf(oid) === oids.x509Certificate ? [contentOf(explicitOf(value), tags.octetString)] : [];
}
