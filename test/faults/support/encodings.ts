import { createHash } from "node:crypto";

/**
 * The forms in which a text could stand in a log, a status or a metric, by the name of the form: its encodings, and its
 * unsalted hashes, from which a short value can be guessed.
 */
export function encodingsOf(value: string): ReadonlyMap<string, string> {
  const bytes = Buffer.from(value, "utf8");
  const forms: [string, string][] = [
    ["as it is", value],
    ["JSON-escaped", JSON.stringify(value).slice(1, -1)],
    ["JSON-escaped twice", JSON.stringify(JSON.stringify(value).slice(1, -1)).slice(1, -1)],
    ["URL-encoded", encodeURIComponent(value)],
    ["form-encoded", new URLSearchParams({ v: value }).toString().slice(2)],
    ["hex", bytes.toString("hex")],
    ["hex in capitals", bytes.toString("hex").toUpperCase()],
  ];
  for (const algorithm of ["md5", "sha1", "sha256", "sha512"]) {
    const hash = createHash(algorithm).update(bytes).digest();
    forms.push([`${algorithm} in hex`, hash.toString("hex")]);
    forms.push([`${algorithm} in base64`, hash.toString("base64").replaceAll("=", "")]);
    forms.push([`${algorithm} in base64url`, hash.toString("base64url")]);
  }
  for (const shift of [0, 1, 2]) {
    const text = inner(bytes, shift);
    forms.push([`base64, shifted by ${shift}`, text]);
    forms.push([`base64url, shifted by ${shift}`, text.replaceAll("+", "-").replaceAll("/", "_")]);
  }
  return new Map(forms);
}

/** The base64 of the value at some place inside of something longer: without the characters that mix with neighbours. */
function inner(bytes: Buffer, shift: number): string {
  const text = Buffer.concat([Buffer.alloc(shift), bytes])
    .toString("base64")
    .replaceAll("=", "");
  const begin = shift === 0 ? 0 : shift + 1;
  const isWhole = (shift + bytes.length) % 3 === 0;
  return text.slice(begin, isWhole ? undefined : -1);
}

/** The forms of the values that stand in the text: `DB_PASSWORD hex`. Never the value itself. */
export function leaksIn(text: string, values: ReadonlyMap<string, string>): readonly string[] {
  return [...values].flatMap(([name, value]) =>
    [...encodingsOf(value)].filter(([, form]) => text.includes(form)).map(([form]) => `${name} ${form}`),
  );
}
