import { describe, expect, it } from "@jest/globals";
import { AwsError } from "../errors.ts";
import { createFakeClock, type FakeClock, settled } from "../fakes/fake-clock.ts";
import { createCredentialSource, type Renewed } from "./credential-source.ts";
import type { CredentialSource, Credentials } from "./credentials.ts";

const hour = 3_600_000;

interface Bench {
  readonly clock: FakeClock;
  readonly source: CredentialSource;
  renewals(): number;
  /** What the chain does from now on. */
  chain(renew: (n: number) => Promise<Renewed> | Renewed): void;
}

function bench(): Bench {
  const clock = createFakeClock();
  let renewals = 0;
  let renew: (n: number) => Promise<Renewed> | Renewed = (n) => ({ credentials: keys(n, clock.now() + hour) });
  const source = createCredentialSource({
    renew: async () => {
      renewals += 1;
      return renew(renewals);
    },
    clock,
    random: () => 0.5,
  });
  return {
    clock,
    source,
    renewals: () => renewals,
    chain(next) {
      renew = next;
    },
  };
}

function keys(n: number, expiration?: number): Credentials {
  return {
    accessKeyId: `AKIA${n}`,
    secretAccessKey: "x",
    ...(expiration === undefined ? {} : { expiration: new Date(expiration) }),
  };
}

const refused = new AwsError({ kind: "credentials", code: "AccessDenied", operation: "AssumeRole", message: "no" });
const failing = (): Promise<Renewed> => Promise.reject(refused);

describe("the memory for credentials", () => {
  it("asks once for all who ask at the time", async () => {
    const { source, renewals } = bench();
    const [one, two] = await Promise.all([source.get(), source.get()]);
    expect(one).toBe(two);
    await source.get();
    expect(renewals()).toBe(1);
  });

  it("asks once in a lifetime, and renews before the end while the old ones serve", async () => {
    const { source, clock, renewals } = bench();
    await source.get();
    await clock.advance(hour - 8.5 * 60_000);
    expect((await source.get()).accessKeyId).toBe("AKIA1");
    await settled();
    expect((await source.get()).accessKeyId).toBe("AKIA2");
    expect(renewals()).toBe(2);
  });

  it("serves the old ones while renewal fails, not past their last minute", async () => {
    const { source, clock, chain } = bench();
    await source.get();
    chain(failing);
    await clock.advance(hour - 120_000);
    expect((await source.get()).accessKeyId).toBe("AKIA1");
    await clock.advance(61_000);
    await expect(source.get()).rejects.toBe(refused);
  });

  it("keeps what does not expire for ever", async () => {
    const { source, clock, chain, renewals } = bench();
    chain((n) => ({ credentials: keys(n) }));
    await source.get();
    await clock.advance(1000 * hour);
    await source.get();
    expect(renewals()).toBe(1);
  });

  it("asks a chain that fails ever more rarely, and tells the failure meanwhile", async () => {
    const { source, clock, chain, renewals } = bench();
    chain(failing);
    for (let second = 0; second < 600; second += 1) {
      await expect(source.get()).rejects.toBe(refused);
      await clock.advance(1000);
    }
    expect(renewals()).toBeLessThan(25);
    chain((n) => ({ credentials: keys(n) }));
    await clock.advance(60_000);
    await expect(source.get()).resolves.toBeDefined();
  });

  it("makes a failure of credentials of whatever the chain throws, without its text", async () => {
    const { source, chain } = bench();
    chain(() => Promise.reject(new Error("CANARY")));
    const error = await source.get().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: "credentials" });
    expect(String(error)).not.toMatch("CANARY");
  });

  it("drops what was refused, once for all requests that it was refused to", async () => {
    const { source, renewals } = bench();
    const first = await source.get();
    expect([source.drop(first), source.drop(first)]).toEqual([true, true]);
    const second = await source.get();
    expect(second).not.toBe(first);
    source.drop(first);
    expect(await source.get()).toBe(second);
    expect(renewals()).toBe(2);
  });

  it("makes no storm where new ones are refused too", async () => {
    const { source, clock, renewals } = bench();
    for (let second = 0; second < 600; second += 1) {
      source.drop(await source.get());
      await clock.advance(1000);
    }
    expect(renewals()).toBeLessThan(30);
  });

  it("forgets refusals after credentials that worked", async () => {
    const { source, clock } = bench();
    for (let n = 0; n < 5; n += 1) {
      expect(source.drop(await source.get())).toBe(true);
      await clock.advance(6 * 60_000);
    }
  });

  it("renews at once where what they were made of has changed, and keeps the old ones if that fails", async () => {
    const { source, chain, renewals } = bench();
    let stale = false;
    chain((n) => ({ credentials: keys(n), isStale: () => stale && n === 1 }));
    await source.get();
    stale = true;
    expect((await source.get()).accessKeyId).toBe("AKIA2");
    expect((await source.get()).accessKeyId).toBe("AKIA2");
    expect(renewals()).toBe(2);
  });

  it("uses credentials that come with little time left", async () => {
    const { source, clock, chain, renewals } = bench();
    chain((n) => ({ credentials: keys(n, clock.now() + 40_000) }));
    await source.get();
    await clock.advance(10_000);
    await source.get();
    expect(renewals()).toBe(1);
    await clock.advance(15_000);
    expect((await source.get()).accessKeyId).toBe("AKIA2");
  });
});
