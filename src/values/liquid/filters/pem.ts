import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { FilterError } from "../errors.ts";
import { textOfValue } from "../values.ts";
import type { FilterCall, FilterFunction } from "./filter.ts";

/** Certificates and keys picked out of a PEM bundle, in whatever order that has them. */
export const pemFilters: readonly (readonly [string, FilterFunction])[] = [
  ["pem_certificates", (call) => joinPem(chainOf(call).map(({ pem }) => pem))],
  [
    "pem_leaf",
    (call) =>
      joinPem(
        chainOf(call)
          .slice(0, 1)
          .map(({ pem }) => pem),
      ),
  ],
  [
    "pem_chain",
    (call) =>
      joinPem(
        chainOf(call)
          .slice(1)
          .map(({ pem }) => pem),
      ),
  ],
  ["pem_private_key", privateKey],
];

interface Certificate {
  readonly pem: string;
  readonly parsed: X509Certificate;
}

const blockPattern = /-----BEGIN ([A-Z0-9 ]+)-----[^-]+-----END \1-----/g;

const joinPem = (blocks: readonly string[]): string => blocks.map((block) => `${block}\n`).join("");

/** The certificates of a PEM text, the leaf first, each followed by its issuer; those that fit nowhere come last, and each stands once. */
export function sortedCertificates(pem: string, what: string): readonly Certificate[] {
  const blocks = blocksOf(pem).filter(({ label }) => label === "CERTIFICATE");
  const certificates = [...new Set(blocks.map(({ text }) => text))].map((text) => parseCertificate(text, what));
  if (certificates.length === 0) throw new FilterError(`${what} has no PEM certificate in it`);
  const rest = new Set(certificates);
  const sorted: Certificate[] = [];
  let next = leafOf(certificates, keyIn(pem));
  while (next !== undefined) {
    sorted.push(next);
    rest.delete(next);
    const last = next.parsed;
    next = [...rest].find(({ parsed }) => last.checkIssued(parsed));
  }
  return [...sorted, ...rest];
}

const chainOf = ({ input, name }: FilterCall): readonly Certificate[] =>
  sortedCertificates(textOfValue(input, name), name);

/** The certificate that goes with the key of the bundle, else the first that issued no other, else the first. */
function leafOf(certificates: readonly Certificate[], key: KeyObject | undefined): Certificate | undefined {
  const ofKey = key && certificates.find(({ parsed }) => parsed.checkPrivateKey(key));
  if (ofKey) return ofKey;
  const issuedNone = (one: Certificate): boolean =>
    certificates.every((other) => other === one || !other.parsed.checkIssued(one.parsed));
  return certificates.find(issuedNone) ?? certificates[0];
}

function parseCertificate(pem: string, what: string): Certificate {
  try {
    return { pem, parsed: new X509Certificate(pem) };
  } catch {
    throw new FilterError(`${what} has a certificate in it that cannot be read`);
  }
}

function keyIn(pem: string): KeyObject | undefined {
  const block = keyBlock(pem);
  if (block === undefined) return undefined;
  try {
    return createPrivateKey(block);
  } catch {
    return undefined;
  }
}

const keyBlock = (pem: string): string | undefined =>
  blocksOf(pem).find(({ label }) => label.endsWith("PRIVATE KEY"))?.text;

function privateKey({ input, name }: FilterCall): string {
  const block = keyBlock(textOfValue(input, name));
  if (block === undefined) throw new FilterError(`${name} is given a text with no PEM private key in it`);
  return joinPem([block]);
}

function blocksOf(pem: string): readonly { readonly label: string; readonly text: string }[] {
  return [...pem.matchAll(blockPattern)].map(([text, label = ""]) => ({ label, text: text.replaceAll("\r\n", "\n") }));
}
