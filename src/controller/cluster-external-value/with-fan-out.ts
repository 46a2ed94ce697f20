import { alsoTell } from "../also-tell.ts";
import type { WatchHandlers } from "../watches.ts";
import type { FanOut } from "./fan-out.ts";

/** The handlers of everything else, and the fan-out told of what concerns it. */
export function withFanOut(
  handlers: Omit<WatchHandlers, "clusterExternalValues">,
  { handlers: fanOut }: FanOut,
): WatchHandlers {
  return {
    ...handlers,
    clusterExternalValues: fanOut.clusterExternalValues,
    externalValues: alsoTell(handlers.externalValues, fanOut.externalValues),
    namespaces: alsoTell(handlers.namespaces, fanOut.namespaces),
    // After the records were brought up to date: the fan-out asks them.
    stores: alsoTell(handlers.stores, fanOut.stores),
  };
}
