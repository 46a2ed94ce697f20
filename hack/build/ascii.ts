/**
 * Writes what lies beyond ASCII as `\uXXXX`. One character beyond Latin-1, even in a comment, makes V8 keep the whole source with
 * two bytes a character. esbuild escapes them in strings; what is left stands in comments and in regular expressions,
 * where the escape means the same. Throws where a character would need two of them.
 */
export function toAscii(source: string): string {
  return source.replace(/\P{ASCII}/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code > 0xffff) throw new RangeError(`U+${code.toString(16)} stands in the bundle unescaped`);
    return `\\u${code.toString(16).padStart(4, "0")}`;
  });
}
