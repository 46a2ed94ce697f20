import type { Decoding } from "../api/model.ts";
import { contentOfBytes, isWritable, textOf } from "./content.ts";
import type { Content, Result } from "./contract.ts";
import { fail, succeed } from "./result.ts";

const base64Text = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const base64UrlText = /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2}(?:==)?|[A-Za-z0-9_-]{3}=?)?$/;

/**
 * Decodes a value. Base64 needs its padding, so that a value cut short is noticed; Base64URL may go without (RFC 7515).
 * Line breaks are allowed in both, since `base64` breaks its lines. Auto decodes what is Base64 or Base64URL to the
 * letter, padding included, and leaves all else as it is: a guess, which takes `password` for Base64 too.
 */
export function decodeContent(content: Content, decoding: Decoding): Result<Content> {
  if (!isWritable(content)) {
    return fail("ValueInvalid", "the text holds half of a surrogate pair, which cannot be written as UTF-8");
  }
  if (decoding === "None") return succeed(content);
  const text = textOf(content);
  if (decoding === "Auto") return succeed(text === undefined ? content : guess(text));
  const packed = text?.replaceAll(/[\r\n]/g, "");
  const pattern = decoding === "Base64" ? base64Text : base64UrlText;
  if (packed === undefined || !pattern.test(packed)) return fail("ValueInvalid", refusal(decoding, packed));
  return succeed(contentOfBytes(Buffer.from(packed, "base64")));
}

function guess(text: string): Content {
  const packed = text.replaceAll(/[\r\n]/g, "");
  if (packed === "" || packed.length % 4 !== 0) return text;
  const standard = base64Text.test(packed);
  if (!standard && !base64UrlText.test(packed)) return text;
  const bytes = Buffer.from(packed, "base64");
  const again = bytes.toString("base64");
  const canonical = standard ? again : again.replaceAll("+", "-").replaceAll("/", "_");
  return canonical === packed ? contentOfBytes(bytes) : text;
}

function refusal(decoding: Decoding, packed: string | undefined): string {
  if (packed === undefined) return `decode: ${decoding} needs text, and the value holds bytes; use decode: None`;
  if (decoding === "Base64" && base64UrlText.test(packed)) {
    return "the value is not Base64, but it is Base64URL or lacks padding; use decode: Base64URL";
  }
  return `the value is not ${decoding}; use decode: None to take it as it is`;
}
