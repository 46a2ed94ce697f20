const newline = 0x0a;

/** Cuts a byte stream into lines and holds at most one unfinished line. */
export interface LineSplitter {
  /** The lines that this chunk completes. Throws a RangeError once an unfinished line exceeds the limit. */
  push(chunk: Buffer): string[];
  /** Bytes after the last newline: not 0 at the end of a stream that was cut. */
  readonly unfinished: number;
}

export function createLineSplitter(limitBytes: number): LineSplitter {
  let parts: Buffer[] = [];
  let held = 0;
  const take = (last: Buffer): string => {
    const line = parts.length === 0 ? last : Buffer.concat([...parts, last]);
    parts = [];
    held = 0;
    return line.toString("utf8");
  };
  return {
    push(chunk) {
      const lines: string[] = [];
      let start = 0;
      for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
        lines.push(take(chunk.subarray(start, end)));
        start = end + 1;
      }
      if (start < chunk.length) {
        parts.push(chunk.subarray(start));
        held += chunk.length - start;
      }
      if (held > limitBytes) throw new RangeError(`A line of more than ${limitBytes} bytes`);
      return lines;
    },
    get unfinished() {
      return held;
    },
  };
}
