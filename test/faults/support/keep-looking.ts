import { setTimeout as delay } from "node:timers/promises";

/** Looks again and again while a test goes on. The result ends it, and rejects with what a look failed with. */
export function keepLooking(look: () => Promise<void>, everyMs = 50): () => Promise<void> {
  let looks = true;
  const done = (async () => {
    while (looks) {
      await look();
      await delay(everyMs);
    }
  })();
  // Whoever ends it learns of it.
  done.catch(() => undefined);
  return async () => {
    looks = false;
    await done;
  };
}
