import { expect, it } from "@jest/globals";
import fc from "fast-check";
import { sessionNameFor } from "./session-name.ts";

it("is what STS takes, for any subject", () => {
  fc.assert(fc.property(fc.string(), (subject) => /^[\w+=,.@-]{2,64}$/.test(sessionNameFor(subject))));
});

it("tells whom it is for, and keeps long names apart", () => {
  expect(sessionNameFor()).toBe("external-values");
  expect(sessionNameFor("shop")).toBe("external-values@shop");
  const long = "n".repeat(63);
  expect(sessionNameFor(`${long}a`)).not.toBe(sessionNameFor(`${long}b`));
});
