import type { SourceValue } from "../../api/source.ts";
import type { Result, ShapeContext, ShapedKey } from "../../values/contract.ts";
import { shapeFrom } from "../../values/shape-from.ts";
import { shapeItem } from "../../values/shape-item.ts";
import type { Gathered } from "./gather-values.ts";
import type { Item, ItemResult } from "./select.ts";

/** What runs what others wrote, and what shares out the event loop: neither has a say in the outcome, but for a time limit. */
export type ShapeServices = Pick<ShapeContext, "sandbox" | "turns">;

/** Shapes what was read; a value that cannot be shaped makes its item unreadable. */
export async function shapeItems(
  gathered: readonly Gathered[],
  services: ShapeServices,
): Promise<readonly ItemResult[]> {
  return await Promise.all(gathered.map((entry) => shapeOne(entry, services)));
}

async function shapeOne(
  { item, outcome, resolution }: Gathered,
  { sandbox, turns }: ShapeServices,
): Promise<ItemResult> {
  const origin = resolution.kind === "ready" ? resolution.origin : undefined;
  const from = origin === undefined ? {} : { origin };
  if (outcome.kind !== "value") return { item, result: outcome, ...from };
  // A value came, so there is a store; for the type checker's sake the strictest is assumed.
  const allowDeclassification = resolution.kind === "ready" && resolution.store.allowDeclassification;
  const shaped = await shape(item, outcome.values, { sandbox, turns, allowDeclassification });
  const { degraded, freshUntil, at } = outcome;
  if (!shaped.ok) {
    const empty = outcome.values.length === 0 ? { emptyAt: at } : {};
    return { item, result: { kind: "unreadable", failure: shaped.failure, ...empty }, ...from };
  }
  const versions = outcome.values.map(({ versionKey }) => versionKey);
  const age = { at, versions, ...(degraded ? { degraded } : {}), ...(freshUntil === undefined ? {} : { freshUntil }) };
  return { item, result: { kind: "keys", keys: shaped.value, ...age }, ...from };
}

async function shape(
  item: Item,
  values: readonly SourceValue[],
  context: ShapeContext,
): Promise<Result<readonly ShapedKey[]>> {
  if (!("key" in item)) return await shapeFrom(item, values, context);
  const [value] = values;
  if (!value) throw new Error("a single ref with a good answer has one value");
  const shaped = await shapeItem(item, value, context);
  return shaped.ok ? { ok: true, value: [shaped.value] } : shaped;
}
