import { createSign, generateKeyPairSync } from "node:crypto";

/** PEM texts. */
export interface SelfSigned {
  readonly key: string;
  readonly cert: string;
}

/** A certificate of its own authority for 127.0.0.1, valid for a day (RFC 5280, with ECDSA as in RFC 5758). */
export function selfSigned(): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = sequence(ecdsaWithSha256);
  const name = sequence(set(sequence(commonName, der(0x0c, Buffer.from("private authority")))));
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    algorithm,
    name,
    sequence(time(-3_600_000), time(86_400_000)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(authority, forLocalhost)),
  );
  const signature = createSign("SHA256").update(body).sign(privateKey);
  const certificate = sequence(body, algorithm, der(0x03, Buffer.from([0]), signature));
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
    cert: `-----BEGIN CERTIFICATE-----\n${certificate.toString("base64")}\n-----END CERTIFICATE-----\n`,
  };
}

/** One value of DER: tag, length, content. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts);
const set = (...parts: readonly Buffer[]): Buffer => der(0x31, ...parts);
const objectId = (hex: string): Buffer => der(0x06, Buffer.from(hex, "hex"));

const ecdsaWithSha256 = objectId("2a8648ce3d040302");
const commonName = objectId("550403");
const isTrue = der(0x01, Buffer.from([0xff]));
/** basicConstraints: an authority. */
const authority = sequence(objectId("551d13"), isTrue, der(0x04, sequence(isTrue)));
/** subjectAltName: the address 127.0.0.1. */
const forLocalhost = sequence(objectId("551d11"), der(0x04, sequence(der(0x87, Buffer.from([127, 0, 0, 1])))));

function time(fromNowMs: number): Buffer {
  const text = new Date(Date.now() + fromNowMs).toISOString().replace(/[-:T]|\.\d+/g, "");
  return der(0x18, Buffer.from(text));
}
