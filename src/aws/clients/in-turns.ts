import { buffer } from "node:stream/consumers";
import type { NodeHttpHandler } from "@smithy/node-http-handler";
import type { Turns } from "../../event-loop/turns.ts";

type Handle = NodeHttpHandler["handle"];

/**
 * Lets each answer wait for its turn of the event loop: what a slot of the calendar asks at once is answered together, a
 * millisecond of work each. It waits with its whole body, since nobody listens to a stream meanwhile: one that broke off
 * would never be heard of again.
 */
export function inTurns(handle: Handle, turns: Turns): Handle {
  return async (request, options) => {
    const answer = await handle(request, options);
    const { response } = answer;
    if (response.body !== undefined && !(response.body instanceof Uint8Array))
      response.body = await buffer(response.body);
    await turns.take();
    return answer;
  };
}
