import { describe, expect, it, test } from "@jest/globals";
import type { Content } from "../../contract.ts";
import { readKeystore } from "../../pkcs12/read.ts";
import { issuerCertificate, leafCertificate, leafKey, legacyOpenSsl, modernOpenSsl } from "../../testing/keystores.ts";
import { createRenderer } from "../render.ts";

const render = createRenderer();

function run(source: string, variables: Record<string, Content>): Content {
  const job = {
    templates: [["t", source]] as const,
    variables: Object.entries(variables),
    forbidden: [],
    uid: "uid-1",
  };
  const result = render(job, () => undefined);
  return result.ok ? (result.value[0]?.[1] ?? "") : result.failure.message;
}

const bundle = `Bag Attributes\r\n${issuerCertificate}${leafKey}junk\n${leafCertificate}`;

describe("PEM", () => {
  const cases: readonly [string, string, string][] = [
    ["all certificates, the leaf first", "{{ B | pem_certificates }}", leafCertificate + issuerCertificate],
    ["the leaf", "{{ B | pem_leaf }}", leafCertificate],
    ["the rest of the chain", "{{ B | pem_chain }}", issuerCertificate],
    ["the key", "{{ B | pem_private_key }}", leafKey],
    ["the leaf without a key in the bundle", "{{ C | pem_leaf }}", leafCertificate],
    ["no certificate", "{{ K | pem_leaf }}", "t: line 1: pem_leaf has no PEM certificate in it"],
    ["no key", "{{ C | pem_private_key }}", "t: line 1: pem_private_key is given a text with no PEM private key in it"],
    ["a broken certificate", "{{ X | pem_leaf }}", "t: line 1: pem_leaf has a certificate in it that cannot be read"],
  ];
  const broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";
  test.each(cases)("%s", (_name, source, expected) => {
    expect(run(source, { B: bundle, C: issuerCertificate + leafCertificate, K: leafKey, X: broken })).toBe(expected);
  });
});

describe("PKCS#12", () => {
  test.each([
    ["legacy", legacyOpenSsl],
    ["modern", modernOpenSsl],
  ])("%s: to PEM", (_name, store) => {
    const variables = { STORE: store, PASSWORD: "changeit" };
    expect(run("{{ STORE | pkcs12_certificates: PASSWORD }}", variables)).toBe(leafCertificate + issuerCertificate);
    const key = "{{ STORE | pkcs12_private_key: PASSWORD }}";
    expect(run(key, variables)).toMatch(/^-----BEGIN PRIVATE KEY-----\n[^-]+-----END PRIVATE KEY-----\n$/);
    expect(run(`{{ STORE | pkcs12_private_key: "nope" }}`, variables)).toBe(
      "t: line 1: pkcs12_private_key: the password does not open the keystore",
    );
  });

  it("from PEM, the same bytes each time", () => {
    const source = '{{ B | to_pkcs12: B, PASSWORD, "app" }}\n';
    const store = run(source, { B: bundle, PASSWORD: "changeit" });
    expect(store).toEqual(run(source, { B: bundle, PASSWORD: "changeit" }));
    if (typeof store === "string") throw new Error(store);
    expect(readKeystore(store, "changeit").certificates).toHaveLength(2);
  });

  it("refuses what is no keystore, and what is no key", () => {
    expect(run("{{ P | pkcs12_certificates: P }}", { P: "hunter2" })).toBe(
      "t: line 1: pkcs12_certificates is given something that is no PKCS#12: cut short",
    );
    expect(run("{{ B | to_pkcs12: P, P }}", { B: bundle, P: "hunter2" })).toBe(
      "t: line 1: the private key of to_pkcs12 must be an unencrypted key in PEM",
    );
  });
});
