import type { ContentMemory } from "../memory/content-memory.ts";
import type { PlaneOptions } from "../plane-options.ts";
import type { Entry } from "./entry.ts";

/** What a reader shares with the others of its plane, and whom it tells. */
export interface ReaderContext extends PlaneOptions {
  readonly memory: ContentMemory<Entry>;
  /** An entry turned suspect or innocent again, or got its first good answer: it may be polled otherwise now. */
  readonly onEntryChanged: (entry: Entry) => void;
  /** Secrets were answered by this region: the reader's own, or a replica's. */
  readonly onServedFrom: (region: string) => void;
  /** An entry was made, as yet without a subscriber. */
  readonly onEntryMade: () => void;
}
