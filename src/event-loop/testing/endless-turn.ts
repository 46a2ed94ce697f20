import type { Turns } from "../turns.ts";

/** For tests of what does not depend on it: nobody ever has to wait. */
export const endlessTurn: Turns = { take: () => undefined, hasTime: () => true };
