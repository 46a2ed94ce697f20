import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ApiServerError } from "../support/api-request.ts";
import { createCluster } from "../support/cluster.ts";
import { type InstalledOperator, installOperator } from "../support/operator.ts";
import { sharedEnvironment } from "../support/shared-environment.ts";

// The operator under test is the chart's: its flags, its identity, its rights.

const environment = sharedEnvironment();

describe("the operator, installed by its chart", () => {
  let installed: InstalledOperator;

  beforeAll(async () => {
    installed = await installOperator({
      environment,
      awsEndpoint: environment.ministackUrl,
      controllerClass: "support-operator",
      values: {
        serviceAccount: { annotations: { "eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/values" } },
      },
    });
  });

  afterAll(() => installed.uninstall());

  it("has the flags and the role that the chart's values ask for", () => {
    expect(installed.container.args).toEqual(
      expect.arrayContaining(["controller", "--controller-class=support-operator"]),
    );
    expect(installed.container.roleArn).toBe("arn:aws:iam::111122223333:role/values");
  });

  it("acts as the chart's ServiceAccount, which may not do what the chart does not grant", async () => {
    const asOperator = createCluster(installed.connection);
    await expect(
      asOperator.list({ apiVersion: "externalvalues.dev/v1alpha1", kind: "ExternalValue" }),
    ).resolves.toEqual(expect.any(Array));
    const nodes = asOperator.list({ apiVersion: "v1", kind: "Node" });
    await expect(nodes).rejects.toThrow(ApiServerError);
  });

  it("becomes ready, serves metrics, and ends in order on SIGTERM", async () => {
    const operator = await installed.start();
    expect(await operator.probe("/healthz")).toBe(200);
    expect(await operator.metrics()).toContain("# TYPE ");
    expect(await operator.output()).not.toBe("");
    expect(await operator.stop()).toMatchObject({ code: 0 });
  });

  it("comes back after a crash", async () => {
    const crashed = await installed.start();
    expect(await crashed.kill()).not.toMatchObject({ code: 0 });
    const operator = await installed.start();
    expect(await operator.probe("/readyz")).toBe(200);
  });
});
