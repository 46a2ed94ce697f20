import { describe, expect, it, test } from "@jest/globals";
import { restartAnnotation } from "./annotation.ts";
import { selectorText } from "./selector-text.ts";
import { restartPatch, workloadOf, workloadType } from "./workload.ts";

const cause = { name: "checkout", uid: "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed" };
const key = "restart.externalvalues.dev/checkout";
const metadata = { name: "web", uid: "u1", resourceVersion: "7" };
const request = { dataVersion: 4, cause, now: "2026-01-02T03:04:05Z" };

describe("what a workload carries", () => {
  it("names the ExternalValue, within the API server's 63 characters", () => {
    const long = restartAnnotation({ ...cause, name: "a".repeat(253) });
    expect(restartAnnotation(cause)).toBe(key);
    expect(long.split("/")[1]).toHaveLength(63);
    expect(long).not.toBe(restartAnnotation({ ...cause, name: `${"a".repeat(252)}b` }));
  });

  it.each([
    { reason: "its own number", mark: "4.1b9d6bcd", marked: 4 },
    { reason: "none", mark: undefined, marked: 0 },
    { reason: "of an ExternalValue that was made anew since", mark: "9.aaaaaaaa", marked: 0 },
    { reason: "edited by hand", mark: "x", marked: 0 },
  ])("is read back: $reason", ({ mark, marked }) => {
    const annotations: Record<string, string> = mark === undefined ? {} : { [key]: mark };
    const object = { metadata, spec: { template: { metadata: { annotations } } } };
    expect(workloadOf("Deployment", object, cause)).toMatchObject({ name: "web", uid: "u1", marked });
  });

  it("is not looked for in what is being deleted", () => {
    const object = { metadata: { ...metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } };
    expect(workloadOf("Deployment", object, cause)).toBeUndefined();
  });
});

describe("restartPatch", () => {
  it.each(["Deployment", "StatefulSet", "DaemonSet"])(
    "annotates the pod template of a %s, with preconditions",
    (kind) => {
      const workload = { kind, name: "web", uid: "u1", resourceVersion: "7", marked: 0 };
      expect(restartPatch(workload, request)).toEqual({
        metadata: { uid: "u1", resourceVersion: "7" },
        spec: { template: { metadata: { annotations: { [key]: "4.1b9d6bcd" } } } },
      });
    },
  );

  it("sets restartAt of a Rollout and leaves its template alone, and reads its mark back", () => {
    const workload = { kind: "Rollout", name: "web", uid: "u1", resourceVersion: "7", marked: 0 };
    const annotations = { [key]: "4.1b9d6bcd" };
    expect(restartPatch(workload, request)).toEqual({
      metadata: { uid: "u1", resourceVersion: "7", annotations },
      spec: { restartAt: "2026-01-02T03:04:05Z" },
    });
    expect(workloadOf("Rollout", { metadata: { ...metadata, annotations } }, cause)).toMatchObject({ marked: 4 });
  });
});

test("a kind that the schema does not know is a bug", () => {
  expect(() => workloadType("Job")).toThrow("Job");
});

test("selectors are written as the API server's query takes them", () => {
  expect(
    selectorText({
      matchLabels: { app: "shop", "example.com/tier": "web" },
      matchExpressions: [
        { key: "a", operator: "In", values: ["1", "2"] },
        { key: "b", operator: "NotIn", values: ["3"] },
        { key: "c", operator: "Exists" },
        { key: "d", operator: "DoesNotExist" },
      ],
    }),
  ).toBe("app=shop,example.com/tier=web,a in (1,2),b notin (3),c,!d");
});
