import { describe, expect, it } from "@jest/globals";
import { countRequests, describeRequests, withoutLeasesAndWatches, writes } from "./audit-log.ts";

const event = (verb: string, resource: string, more: object = {}) =>
  JSON.stringify({
    stage: verb === "watch" ? "ResponseStarted" : "ResponseComplete",
    verb,
    userAgent: "external-values/1",
    objectRef: { resource },
    requestURI: "/",
    ...more,
  });
const isOurs = (userAgent: string) => userAgent.startsWith("external-values/");

describe("countRequests", () => {
  it("counts by verb and resource, subresources apart", () => {
    const lines = [
      event("get", "secrets"),
      event("get", "secrets"),
      event("update", "externalvalues", { objectRef: { resource: "externalvalues", subresource: "status" } }),
      "",
    ];
    expect(countRequests(lines, isOurs)).toEqual({ "get secrets": 2, "update externalvalues/status": 1 });
  });

  it.each([
    { reason: "another's request", line: event("get", "secrets", { userAgent: "kubectl" }) },
    {
      reason: "a watch that ended: it was counted when it began",
      line: event("watch", "secrets", { stage: "ResponseComplete" }),
    },
    { reason: "the first half of a request", line: event("get", "secrets", { stage: "RequestReceived" }) },
  ])("leaves out $reason", ({ line }) => {
    expect(countRequests([line], isOurs)).toEqual({});
  });
});

describe("sums of requests", () => {
  const counts = { "watch secrets": 2, "update leases": 30, "get secrets": 3, "create events": 4, "patch secrets": 1 };

  it("leave out leases and watches", () => expect(withoutLeasesAndWatches(counts)).toBe(8));
  it("know what writes", () => expect(writes(counts)).toBe(5));
  it("are told in words", () => expect(describeRequests({ "get secrets": 3 })).toBe("3 get secrets"));
  it("are told where there are none", () => expect(describeRequests({})).toBe("none"));
});
