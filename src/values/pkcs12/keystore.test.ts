import { createPrivateKey, X509Certificate } from "node:crypto";
import { describe, expect, it, test } from "@jest/globals";
import fc from "fast-check";
import {
  issuerCertificate,
  java,
  leafCertificate,
  leafKey,
  legacyMixed,
  legacyOpenSsl,
  modernOpenSsl,
  withoutMac,
} from "../testing/keystores.ts";
import { DerError } from "./der.ts";
import { readKeystore, WrongPasswordError } from "./read.ts";
import { writeKeystore } from "./write.ts";

const leaf = new X509Certificate(leafCertificate).raw;
const issuer = new X509Certificate(issuerCertificate).raw;
const key = createPrivateKey(leafKey).export({ format: "der", type: "pkcs8" });
const hexOf = (list: readonly Uint8Array[]): string[] => list.map((der) => Buffer.from(der).toString("hex")).sort();
const salts = (label: string, length: number): Buffer => Buffer.alloc(length, label);

const foreign: readonly [string, Buffer, readonly Buffer[]][] = [
  ["OpenSSL 1", legacyOpenSsl, [leaf, issuer]],
  ["RC2-128 and two-key Triple DES", legacyMixed, [leaf, issuer]],
  ["OpenSSL 3", modernOpenSsl, [leaf, issuer]],
  ["Java", java, [leaf, issuer]],
  ["one without a MAC", withoutMac, [leaf]],
];

describe("keystores of others", () => {
  test.each(foreign)("%s: certificates and key", (_name, bytes, certificates) => {
    const store = readKeystore(bytes, "changeit");
    // In an order of their own.
    expect(hexOf(store.certificates)).toEqual(hexOf(certificates));
    expect(
      store.privateKeys.map((der) =>
        createPrivateKey({ key: Buffer.from(der), format: "der", type: "pkcs8" }).equals(createPrivateKey(leafKey)),
      ),
    ).toEqual([true]);
  });

  test.each(foreign)("%s: a wrong password", (_name, bytes) => {
    expect(() => readKeystore(bytes, "changeme")).toThrow(WrongPasswordError);
  });
});

describe("keystores of ours", () => {
  const content = { certificates: [leaf, issuer], privateKey: key, password: "pässword", friendlyName: "app" };

  it("are read back", () => {
    const store = readKeystore(writeKeystore(content, salts), "pässword");
    expect(store.certificates.map((der) => Buffer.from(der))).toEqual([leaf, issuer]);
    expect(store.privateKeys.map((der) => Buffer.from(der))).toEqual([key]);
  });

  it("are the same bytes for the same input", () => {
    expect(writeKeystore(content, salts)).toEqual(writeKeystore(content, salts));
  });

  it("do not open with another password", () => {
    expect(() => readKeystore(writeKeystore(content, salts), "password")).toThrow(WrongPasswordError);
  });

  it("do not open where anything in them was changed", () => {
    const bytes = writeKeystore(content, salts);
    // In the encrypted certificates, where only the MAC tells.
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    expect(() => readKeystore(bytes, "pässword")).toThrow(WrongPasswordError);
  });

  it("use a salt and an initialization vector of its own for each part", () => {
    const labels: string[] = [];
    writeKeystore(content, (label, length) => {
      labels.push(label);
      return salts(label, length);
    });
    expect(labels).toEqual(["certificates salt", "certificates iv", "key salt", "key iv", "mac"]);
  });
});

describe("what is no keystore", () => {
  it("is refused by a known error, however it is broken", () => {
    const stores = foreign.map(([, bytes]) => bytes);
    fc.assert(
      fc.property(fc.constantFrom(...stores), fc.nat(2000), fc.nat(255), fc.boolean(), (bytes, at, byte, cut) => {
        const broken = Buffer.from(bytes.subarray(0, cut ? at : undefined));
        if (broken.length > 0) broken[at % broken.length] = byte;
        try {
          readKeystore(broken, "changeit");
        } catch (error) {
          expect(error instanceof DerError || error instanceof WrongPasswordError).toBe(true);
        }
      }),
    );
  });
});
