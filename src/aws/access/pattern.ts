/**
 * Patterns of `access`: "*" stands for any text, "/" included; everything else for itself. Matched without regular
 * expressions, so that no pattern is slow.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return text === pattern;
  const last = rest.pop() ?? "";
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  const end = text.length - last.length;
  let from = first.length;
  for (const part of rest) {
    const at = text.indexOf(part, from);
    if (at < 0 || at + part.length > end) return false;
    from = at + part.length;
  }
  return true;
}

/**
 * Whether every text that begins with `prefix` matches. Exactly then: the pattern matches the prefix itself and ends in
 * "*", so that whatever follows is covered too.
 */
export function coversPrefix(pattern: string, prefix: string): boolean {
  return pattern.endsWith("*") && matchesPattern(pattern, prefix);
}
