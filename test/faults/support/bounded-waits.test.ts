import { connect } from "node:net";
import { describe, expect, it } from "@jest/globals";
import { stopAll } from "../../support/stop-all.ts";
import { withinTime } from "../../support/time-limit.ts";
import { keepLooking } from "./keep-looking.ts";
import { listenOn } from "./listener.ts";

// Whatever a suite waits for has an end: what is left running, or waited for in vain, would keep all of CI from ending.

const never = () => new Promise<never>(() => undefined);

describe("waiting", () => {
  it("ends with what was waited for", async () => {
    await expect(withinTime(never(), 5, "the moon")).rejects.toThrow("the moon took longer than 0.005 s");
    await expect(withinTime(Promise.resolve("here"), 5, "the moon")).resolves.toBe("here");
  });
});

describe("stopping", () => {
  it("gives each its turn, in order, also after one that fails and one that hangs, and tells of both", async () => {
    const stopped: string[] = [];
    const stop = (name: string, then: () => Promise<void>) => async () => {
      stopped.push(name);
      await then();
    };
    const stops = [
      stop("fails", () => Promise.reject(new Error("is broken"))),
      stop("hangs", never),
      stop("fine", () => Promise.resolve()),
    ];
    await expect(stopAll(stops, 5)).rejects.toThrow(/is broken.*stopping \(2 of 3\) took longer/);
    expect(stopped).toEqual(["fails", "hangs", "fine"]);
  });

  it("ends a proxy whose client holds a connection on which nothing was asked yet", async () => {
    const listener = await listenOn(() => undefined);
    const socket = connect(Number(new URL(listener.url).port), "127.0.0.1");
    socket.on("error", () => undefined);
    await new Promise((resolve) => socket.once("connect", resolve));
    await withinTime(listener.down(), 2_000, "the end of the proxy");
    socket.destroy();
  });

  it("ends a look that goes on beside a test, and tells what it failed with", async () => {
    let looks = 0;
    const stop = keepLooking(async () => {
      looks += 1;
    }, 1);
    await new Promise((resolve) => setTimeout(resolve, 10));
    await stop();
    const seen = looks;
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect([seen > 0, looks]).toEqual([true, seen]);
    await expect(keepLooking(() => Promise.reject(new Error("blind")), 1)()).rejects.toThrow("blind");
  });
});
