const longest = 500;

/**
 * A service's message, fit for a condition: one line, at most 500 characters, without what differs from one request to
 * the next (request ids, "encoded authorization failure"), since a condition must not flap.
 */
export function cleanMessage(message: string): string {
  const line = message
    // A refused signature is explained by quoting the signed request, session token included.
    .replace(/\s*The (Canonical String|String-to-Sign)[^']* should have been.*/is, "")
    .replace(/(AWS4-HMAC-SHA256|X-Amz-Security-Token).*/is, "…")
    .replace(/\s*Encoded authorization failure message: \S+/i, "")
    .replace(/[;,]?\s*Request ID: [\w-]+/gi, "")
    .replace(/[;,]?\s*Proxy: null/g, "")
    .replace(/:\s*current date\/time \d+ must be before the expiration date\/time\s*\d+/i, "")
    // Control characters have no business in a condition or on a terminal.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    .replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, " ")
    .trim();
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`;
}
