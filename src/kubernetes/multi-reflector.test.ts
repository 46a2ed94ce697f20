import { describe, expect, it } from "@jest/globals";
import { silentLogger } from "../telemetry/logger.ts";
import { ApiError, type KubernetesClient } from "./client.ts";
import { createMultiReflector } from "./multi-reflector.ts";
import { resourceTypes } from "./resource-types.ts";
import { createFakeClock } from "./testing/fake-clock.ts";

/** Lists one object a namespace; the watch of a namespace fails until it is told otherwise. */
function clientOf(
  asked: (string | undefined)[],
  broken: ReadonlySet<string>,
): Pick<KubernetesClient, "list" | "watch"> {
  return {
    async list(_type, { namespace }) {
      asked.push(namespace);
      if (broken.has(namespace ?? "")) throw new ApiError({ status: 403, reason: "Forbidden", message: "no" });
      const metadata = { name: "a", namespace: namespace ?? "everywhere", uid: "u", resourceVersion: "1" };
      return { items: [{ metadata }] as never, resourceVersion: "1" };
    },
    async *watch(_type, _query, { signal, onOpen }) {
      onOpen?.();
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    },
  };
}

function reflect(namespaces: readonly string[] | undefined, broken = new Set<string>()) {
  const asked: (string | undefined)[] = [];
  const seen: string[] = [];
  const clock = createFakeClock();
  const options = {
    client: clientOf(asked, broken),
    type: resourceTypes.externalValues,
    clock,
    logger: silentLogger,
    handler: { changed: (key: string) => void seen.push(key), deleted() {} },
  };
  const reflector = createMultiReflector(options, namespaces);
  reflector.start();
  return { reflector, asked, seen, clock };
}

describe("a reflector over namespaces", () => {
  it("lists each one, once, and shows them as one", async () => {
    const { reflector, asked, seen } = reflect(["shop", "billing", "shop"]);
    await reflector.synced();
    expect(asked).toEqual(["shop", "billing"]);
    expect(seen.sort()).toEqual(["billing/a", "shop/a"]);
    expect([...reflector.values()].map(({ metadata }) => metadata.namespace)).toEqual(["shop", "billing"]);
    expect(reflector.get("billing/a")?.metadata.namespace).toBe("billing");
    expect([reflector.get("other/a"), reflector.size, reflector.hasSynced]).toEqual([undefined, 2, true]);
    await reflector.stop();
  });

  it("is one list across namespaces where none are given", async () => {
    const { reflector, asked } = reflect(undefined);
    await reflector.synced();
    expect(asked).toEqual([undefined]);
    await reflector.stop();
  });

  it("is not in step, and shows no life, while one of them fails", async () => {
    const broken = new Set(["billing"]);
    const { reflector, clock } = reflect(["shop", "billing"], broken);
    await clock.advance(60_000);
    expect([reflector.hasSynced, reflector.lastSignOfLife]).toEqual([false, 0]);
    broken.clear();
    await clock.advance(10_000);
    expect([reflector.hasSynced, reflector.size]).toEqual([true, 2]);
    await reflector.stop();
  });
});
