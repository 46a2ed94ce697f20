import type { SourceValue } from "../../api/source.ts";

/**
 * Bounds the content that is held, over all readers together. What nobody looked at for the longest time goes first;
 * versions stay, so that polls go on telling what changed.
 */
export interface ContentMemory<H> {
  readonly bytes: number;
  /**
   * Counts the holder's content, in place of what it held before. `makeRoom`: others may be dropped for it; without it,
   * only where there is room, so that a poll of everything does not sweep out what is in use.
   * @returns whether the content may stay.
   */
  hold(holder: H, bytes: number, makeRoom: boolean): boolean;
  touch(holder: H): void;
  release(holder: H): void;
}

/** @param dropContent makes a holder let go of what it holds. */
export function createContentMemory<H>(capacityBytes: number, dropContent: (holder: H) => void): ContentMemory<H> {
  // A Map keeps the order of insertion: the first is the one that was looked at longest ago.
  const held = new Map<H, number>();
  let bytes = 0;

  const release = (holder: H): void => {
    bytes -= held.get(holder) ?? 0;
    held.delete(holder);
  };
  /** Far from the bound the order says nothing yet. */
  const orderMatters = (): boolean => bytes > capacityBytes / 2;
  const evictUntil = (limit: number): void => {
    for (const holder of held.keys()) {
      if (bytes <= limit) {
        return;
      }
      release(holder);
      dropContent(holder);
    }
  };
  return {
    get bytes() {
      return bytes;
    },
    hold(holder, size, makeRoom) {
      // What a poll brings again has not been looked at by anybody: its place stays. Where the order does not matter
      // all places do: a Map of all values that is taken from and added to is made anew again and again.
      if (held.get(holder) === size && (!makeRoom || !orderMatters())) {
        return true;
      }
      release(holder);
      if (size > capacityBytes || (!makeRoom && bytes + size > capacityBytes)) {
        return false;
      }
      evictUntil(capacityBytes - size);
      held.set(holder, size);
      bytes += size;
      return true;
    },
    touch(holder) {
      // Keeping the order costs as much as the rest of a look.
      const size = orderMatters() ? held.get(holder) : undefined;
      if (size !== undefined) {
        held.delete(holder);
        held.set(holder, size);
      }
    },
    release,
  };
}

// Roughly what the objects around a value weigh.
const overheadBytes = 64;

/** Bytes of content in the values; 0 where there is none. */
export function contentBytes(values: readonly SourceValue[]): number {
  let sum = 0;
  for (const { content } of values) {
    if (content !== undefined) {
      sum += (typeof content === "string" ? Buffer.byteLength(content) : content.byteLength) + overheadBytes;
    }
  }
  return sum;
}
