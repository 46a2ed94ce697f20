import type { ExternalValueModel } from "../../api/model.ts";
import type { Reader, Want } from "../../aws/reader.ts";
import type { Entry } from "./entry.ts";
import { type Sourced, wantsOf } from "./gather-values.ts";
import type { Visit } from "./report.ts";
import type { Services } from "./services.ts";

/** Subscribes where what is wanted, or where it is read, has changed. */
export function subscribe(
  { key, entry }: Visit,
  model: ExternalValueModel,
  sourced: readonly Sourced[],
  { subscriptions }: Services,
): void {
  const readers = sourced.map(({ resolution }) => (resolution.kind === "ready" ? resolution.reader : undefined));
  if (isSubscribed(entry, model.generation, readers)) return;
  const wants = wantsOf(model, sourced);
  subscriptions.subscribe(key, wants);
  entry.readAt = wants.length < sourced.length ? () => undefined : () => stalestRead(wants);
  entry.subscribed = { generation: model.generation, readers };
}

/** Nothing of the resource is polled any more. */
export function unsubscribe({ key, entry }: Visit, { subscriptions }: Services): void {
  subscriptions.unsubscribe(key);
  entry.subscribed = undefined;
}

function isSubscribed({ subscribed }: Entry, generation: number, readers: readonly (Reader | undefined)[]): boolean {
  return (
    subscribed?.generation === generation && readers.every((reader, index) => reader === subscribed.readers[index])
  );
}

/** When the stalest value was read; undefined while one was never read. */
function stalestRead(wants: readonly Want[]): number | undefined {
  let stalest: number | undefined;
  for (const { reader, ref } of wants) {
    const at = reader.peek(ref)?.good?.at;
    if (at === undefined) return undefined;
    stalest = Math.min(at, stalest ?? at);
  }
  return stalest;
}
