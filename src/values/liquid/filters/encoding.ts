import { decodeContent } from "../../decoding.ts";
import { FilterError } from "../errors.ts";
import { bytesOfValue, textOfValue, valueOfContent } from "../values.ts";
import type { FilterCall, FilterFunction } from "./filter.ts";

/** Base64 both ways, URLs, hex. Encoders take bytes; decoders give text where it is UTF-8, else bytes. */
export const encodingFilters: readonly (readonly [string, FilterFunction])[] = [
  ["base64_encode", ({ input, name }) => Buffer.from(bytesOfValue(input, name)).toString("base64")],
  ["base64_decode", (call) => decoded(call, "Base64")],
  ["base64url_encode", ({ input, name }) => Buffer.from(bytesOfValue(input, name)).toString("base64url")],
  ["base64url_decode", (call) => decoded(call, "Base64URL")],
  ["hex", ({ input, name }) => Buffer.from(bytesOfValue(input, name)).toString("hex")],
  ["url_encode", ({ input, name }) => encodeURIComponent(textOfValue(input, name).toWellFormed())],
  ["url_decode", decodeUrl],
];

function decoded({ input, name }: FilterCall, decoding: "Base64" | "Base64URL"): unknown {
  const content = decodeContent(textOfValue(input, name), decoding);
  if (!content.ok) throw new FilterError(`${name} is given something that is not ${decoding}`);
  return valueOfContent(content.value);
}

function decodeUrl({ input, name }: FilterCall): string {
  try {
    return decodeURIComponent(textOfValue(input, name));
  } catch (error) {
    if (error instanceof URIError)
      throw new FilterError(`${name} is given something that is not percent-encoded UTF-8`);
    throw error;
  }
}
