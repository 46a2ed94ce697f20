import { array, choice, integer, object, string } from "../schema/schema.ts";

// Statuses carry no rules and no patterns: they are ours, and each write of one is paid by the API server.

const condition = object("A condition.", {
  type: string("Ready, Stalled or Degraded.", { maxLength: 64 }),
  status: choice("Whether it holds.", ["True", "False", "Unknown"]),
  reason: string("Why, in one word.", { maxLength: 64 }),
  message: string("Why, for people, and what to do.", { maxLength: 4_096 }),
});

/** In the order Ready, Stalled, Degraded. */
export const conditions = array("How it stands.", condition, { maxItems: 8, mapKeys: ["type"] });

/** -1, the default of the CRDs, means that no operator has looked at it yet: kstatus then says in progress. */
export const observedGeneration = integer("The generation of the spec that this status speaks of.", {
  format: "int64",
});
