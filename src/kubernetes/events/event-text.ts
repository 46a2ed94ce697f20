// Of events.k8s.io/v1: a longer note is refused, counted in bytes.
const longestNoteBytes = 1_024;
const ellipsis = "…";

/** The note, cut to what the API server takes, never within a character. */
export function boundedNote(note: string): string {
  if (Buffer.byteLength(note) <= longestNoteBytes) return note;
  const room = longestNoteBytes - Buffer.byteLength(ellipsis);
  let bytes = 0;
  let kept = "";
  for (const character of note) {
    bytes += Buffer.byteLength(character);
    if (bytes > room) break;
    kept += character;
  }
  return kept + ellipsis;
}

/** RFC 3339 with microseconds, as MicroTime wants it. */
export function microTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace("Z", "000Z");
}
