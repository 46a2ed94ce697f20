import { describe, expect, it } from "@jest/globals";
import { ApiError, type KubernetesClient } from "../../kubernetes/client.ts";
import { restartWorkload } from "./restart-workload.ts";
import { type WorkloadObject, workloadOf } from "./workload.ts";

const cause = { name: "checkout", uid: "1b9d6bcd-0000" };
const request = { dataVersion: 4, cause, now: "2026-01-02T03:04:05Z" };

const deployment = (resourceVersion: string, mark?: string, uid = "u1"): WorkloadObject => ({
  metadata: { name: "web", namespace: "shop", uid, resourceVersion },
  spec: {
    template: {
      metadata: { annotations: mark === undefined ? {} : { [`restart.externalvalues.dev/checkout`]: mark } },
    },
  },
});
const refusal = (status: number): ApiError => new ApiError({ status, reason: "Refused", message: `says ${status}` });

/** Answers each patch with the next of `patches`, and each GET with the next of `objects`. */
function cluster(patches: readonly (ApiError | undefined)[], objects: readonly (WorkloadObject | undefined)[] = []) {
  const sent: unknown[] = [];
  const [answers, living] = [[...patches], [...objects]];
  const client = {
    get: () => Promise.resolve(living.shift()),
    mergePatch(_type: unknown, _ref: unknown, patch: unknown) {
      sent.push(patch);
      const refused = answers.shift();
      return refused ? Promise.reject(refused) : Promise.resolve(deployment("9"));
    },
  };
  const context = {
    client: client as unknown as KubernetesClient,
    namespace: "shop",
    fieldManager: "external-values/checkout",
  };
  const seen = workloadOf("Deployment", deployment("7"), cause);
  if (!seen) throw new Error("it is not being deleted");
  return { sent, result: () => restartWorkload(seen, request, context) };
}

describe("restartWorkload", () => {
  it("restarts exactly what was seen", async () => {
    const { sent, result } = cluster([undefined]);
    expect(await result()).toBe("restarted");
    expect(sent).toMatchObject([{ metadata: { uid: "u1", resourceVersion: "7" } }]);
  });

  it("tries again on what it reads after a conflict", async () => {
    const { sent, result } = cluster([refusal(409), undefined], [deployment("8")]);
    expect(await result()).toBe("restarted");
    expect(sent).toMatchObject([{ metadata: { resourceVersion: "7" } }, { metadata: { resourceVersion: "8" } }]);
  });

  it.each([
    { reason: "another process has restarted it for this number", mark: "4.1b9d6bcd" },
    { reason: "another process has restarted it for a later one", mark: "5.1b9d6bcd" },
  ])("leaves it alone after a conflict where $reason", async ({ mark }) => {
    const { sent, result } = cluster([refusal(409)], [deployment("8", mark)]);
    expect(await result()).toBe("marked");
    expect(sent).toHaveLength(1);
  });

  it.each([
    { reason: "is gone", object: undefined },
    { reason: "was made anew", object: deployment("8", undefined, "u2") },
  ])("is to be looked at again where the workload $reason", async ({ object }) => {
    const { sent, result } = cluster([refusal(409)], [object]);
    expect(await result()).toBe("raced");
    expect(sent).toHaveLength(1);
  });

  it.each([
    { status: 403, says: "restarts.enabled" },
    { status: 422, says: "says 422" },
  ])("tells what the API server refuses for good: $status", async ({ status, says }) => {
    expect(await cluster([refusal(status)]).result()).toEqual({
      failure: { reason: "RestartFailed", message: expect.stringMatching(`^Deployment/web .*${says}`) },
    });
  });

  it.each([0, 429, 500])("rejects where the API server does not answer: %d", async (status) => {
    await expect(cluster([refusal(status)]).result()).rejects.toMatchObject({ status });
  });
});
