import type { IncomingMessage } from "node:http";
import type { Turns } from "../event-loop/turns.ts";
import { WatchBroken, type WatchEvent } from "./client.ts";
import type { Clock } from "./clock.ts";
import { createLineSplitter } from "./lines.ts";

// etcd takes requests of at most 1.5 MiB; in JSON, with escapes and managed fields, an object stays well below this.
const longestLineBytes = 16 * 2 ** 20;
// The API server sends a bookmark about every minute: each of two may come late.
const silenceBetweenBookmarksMs = 150_000;

/**
 * Whether bookmarks can be counted on, remembered from one watch of a kind to the next. They are, until a watch has been
 * silent without a single one: an API server need not send any, and of a kind without a change since its start it sends
 * none before etcd notifies it of progress. One needless watch tells; without it a connection that is dead from its
 * beginning would stand for as long as the watch may last.
 */
export interface BookmarkHabit {
  expected: boolean;
}

export interface WatchStreamOptions {
  readonly clock: Clock;
  /** Silence longer than this is a broken connection: the server's own timeout and some grace. */
  readonly silenceMs: number;
  readonly habit: BookmarkHabit;
  /** A packet may hold the events of hundreds of objects. */
  readonly turns: Turns;
}

/** The events of an accepted watch. Ends when the server ends it; throws WatchBroken on any other end. */
export async function* readWatch(response: IncomingMessage, options: WatchStreamOptions): AsyncGenerator<WatchEvent> {
  const silence = watchForSilence(response, options);
  try {
    for await (const line of readLines(response, silence.heard)) {
      await options.turns.take();
      const event = parseEvent(line);
      if (event.type === "BOOKMARK") silence.bookmarked();
      yield event;
    }
  } catch (error) {
    throw error instanceof WatchBroken ? error : new WatchBroken("cut", "The watch was cut", error);
  } finally {
    silence.stop();
    response.destroy();
  }
}

async function* readLines(response: IncomingMessage, heard: () => void): AsyncGenerator<string> {
  const lines = createLineSplitter(longestLineBytes);
  for await (const chunk of response) {
    heard();
    yield* split(lines, chunk);
  }
  if (lines.unfinished > 0) throw new WatchBroken("cut", "The watch ended within a line");
}

function watchForSilence(response: IncomingMessage, { clock, silenceMs, habit }: WatchStreamOptions) {
  let isBookmarked = false;
  let cancel = (): void => {};
  const heard = (): void => {
    cancel();
    const limit = habit.expected ? Math.min(silenceMs, silenceBetweenBookmarksMs) : silenceMs;
    cancel = clock.after(limit, () => {
      habit.expected = isBookmarked;
      response.destroy(new WatchBroken("silent", `Nothing came on the watch for ${limit / 1_000} s`));
    });
  };
  heard();
  return {
    heard,
    bookmarked(): void {
      isBookmarked = true;
      habit.expected = true;
      heard();
    },
    stop: () => cancel(),
  };
}

function split(lines: ReturnType<typeof createLineSplitter>, chunk: Buffer): string[] {
  try {
    return lines.push(chunk).filter((line) => line.trim() !== "");
  } catch (error) {
    throw new WatchBroken("garbled", error instanceof Error ? error.message : "A line too long");
  }
}

const types: ReadonlySet<unknown> = new Set<WatchEvent["type"]>(["ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"]);

function parseEvent(line: string): WatchEvent {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    // Without its cause: a syntax error of JSON.parse quotes the text, which may hold values.
    throw new WatchBroken("garbled", "A line of the watch is no JSON");
  }
  if (!isWatchEvent(parsed)) throw new WatchBroken("garbled", "A line of the watch is no event");
  return parsed;
}

function isWatchEvent(value: unknown): value is WatchEvent {
  if (typeof value !== "object" || value === null) return false;
  const { type, object } = value as { type?: unknown; object?: unknown };
  return types.has(type) && typeof object === "object" && object !== null;
}
