import { defaultLimits } from "../../api/store-model.ts";
import { createPlane, type ReadingPlane } from "../plane.ts";
import type { PlaneOptions, ReaderOptions } from "../plane-options.ts";
import type { Reader, Reading } from "../reader.ts";
import { createFakeClock, type FakeClock } from "./fake-clock.ts";
import { createFakeServiceCalls, type FakeServiceCalls } from "./fake-service-calls.ts";

/** A plane on a fake account under a fake clock. */
export interface FakePlane {
  readonly clock: FakeClock;
  readonly calls: FakeServiceCalls;
  readonly plane: ReadingPlane;
  readonly reader: Reader;
  /** What `onChange` was called with. */
  readonly told: string[][];
  /** Reads and lets the window pass. */
  read(
    refs: Parameters<Reader["read"]>[0],
    options?: Partial<Parameters<Reader["read"]>[1]>,
  ): Promise<ReadonlyMap<string, Reading>>;
}

export function createFakePlane(
  options: Partial<PlaneOptions> = {},
  readerOptions: Partial<ReaderOptions> = {},
): FakePlane {
  const clock = createFakeClock();
  const calls = createFakeServiceCalls("eu-west-1", clock.now);
  const told: string[][] = [];
  const plane = createPlane({
    clock,
    random: seeded(1),
    cacheBytes: 64 << 20,
    onChange: (subscribers) => void told.push([...subscribers].sort()),
    ...options,
  });
  const reader = plane.reader({ id: "operator", region: "eu-west-1", calls, limits: defaultLimits, ...readerOptions });
  return {
    clock,
    calls,
    plane,
    reader,
    told,
    async read(refs, more = {}) {
      const whole = { notBefore: clock.now(), content: true, priority: "interactive", store: "test", ...more } as const;
      const reading = reader.read(refs, whole);
      await clock.advance(50);
      return await reading;
    },
  };
}

/** Random numbers that are the same in every run. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}
