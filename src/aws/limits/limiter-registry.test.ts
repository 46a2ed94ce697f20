import { describe, expect, it } from "@jest/globals";
import type { Limits } from "../../api/store-model.ts";
import { createFakeClock } from "../fakes/fake-clock.ts";
import { createLimiterRegistry, type LimiterRegistry, type StoreLimits } from "./limiter-registry.ts";

const region = "eu-west-1";
const account = "111111111111";

function registry(): LimiterRegistry {
  return createLimiterRegistry({ clock: createFakeClock(), metrics: {} });
}

function store(name: string, limits: Partial<Limits>, more: Partial<StoreLimits> = {}): StoreLimits {
  return { store: name, mayRaise: true, scopes: [account], regions: [region], limits, ...more };
}

const reads = (limits: LimiterRegistry, scope = account, at = region): number =>
  limits.limiter(scope, at, "parameterReads").rate();

describe("the limits of an account", () => {
  it("are the defaults where no store says anything", () => {
    const limits = registry();
    expect(reads(limits)).toBe(30);
    limits.setStore(store("a", {}));
    expect(reads(limits)).toBe(30);
  });

  it("are the lowest of all stores, as these come, change and go", () => {
    const limits = registry();
    limits.setStore(store("a", { parameterReads: 900 }));
    expect(reads(limits)).toBe(900);
    limits.setStore(store("b", { parameterReads: 36 }));
    expect(reads(limits)).toBe(36);
    limits.setStore(store("b", { parameterReads: 40 }));
    expect(reads(limits)).toBe(40);
    limits.removeStore("b");
    expect(reads(limits)).toBe(900);
  });

  it("may be lowered by a ValueStore, and not raised", () => {
    const limits = registry();
    limits.setStore(store("tenant", { parameterReads: 900 }, { mayRaise: false }));
    expect(reads(limits)).toBe(30);
    limits.setStore(store("tenant", { parameterReads: 5 }, { mayRaise: false }));
    expect(reads(limits)).toBe(5);
  });

  it("concern one region and one account", () => {
    const limits = registry();
    limits.setStore(store("a", { parameterReads: 5 }));
    expect(reads(limits, account, "eu-central-1")).toBe(30);
    expect(reads(limits, "222222222222")).toBe(30);
  });

  it("are divided by the shards held", () => {
    const limits = registry();
    limits.setStore(store("a", { parameterReads: 36 }));
    limits.setShare(0.25);
    expect(reads(limits)).toBe(9);
    expect(() => limits.setShare(0)).toThrow(RangeError);
  });

  it("are shared by all identities of an account as soon as it is known", () => {
    const limits = registry();
    limits.setStore(store("a", { parameterReads: 12 }, { scopes: ["operator"] }));
    expect(reads(limits, "operator")).toBe(12);
    expect(reads(limits)).toBe(30);
    limits.learn("operator", account);
    expect(reads(limits)).toBe(12);
    expect(limits.limiter("operator", region, "parameterReads")).toBe(
      limits.limiter(account, region, "parameterReads"),
    );
  });

  it("can be read off, throttles and all, and are told where a throttle lowers them", () => {
    const rates: number[] = [];
    const metrics = { limiterRate: ({ rate }: { readonly rate: number }) => void rates.push(rate) };
    const limits = createLimiterRegistry({ clock: createFakeClock(), metrics });
    limits.limiter(account, region, "secretBatches").throttled();
    expect(rates).toEqual([80, 56]);
    expect(limits.readings()).toEqual([{ account, region, quota: "secretBatches", rate: 56, ceiling: 80, waiting: 0 }]);
  });

  it("of tags follow those of the reads", () => {
    const limits = registry();
    limits.setStore(store("a", { parameterReads: 60 }));
    expect(limits.limiter(account, region, "parameterTags").rate()).toBe(10);
    expect(limits.limiter("sts", region, "tokens").rate()).toBe(50);
  });
});
