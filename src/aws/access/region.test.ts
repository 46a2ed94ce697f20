import { expect, it } from "@jest/globals";
import type { ValueRef } from "../../api/source.ts";
import { defaultLimits, type StoreModel } from "../../api/store-model.ts";
import { regionOf } from "./region.ts";

const store: StoreModel = {
  ref: { kind: "ClusterValueStore", name: "aws" },
  uid: "1",
  generation: 1,
  controllerClass: "",
  regions: ["eu-central-1"],
  failoverRegions: ["us-east-1"],
  auth: { kind: "operator" },
  assumeRoles: [],
  sessionTagsFromNamespace: false,
  allowDeclassification: true,
  endpoints: {},
  access: [],
  limits: defaultLimits,
};

const secretIn = (region: string): ValueRef => ({
  kind: "secret",
  secretId: `arn:aws:secretsmanager:${region}:111111111111:secret:db`,
});

it.each<[string, ValueRef, string | undefined]>([
  ["a plain name is read at home", { kind: "parameter", name: "/shop/db" }, "eu-west-1"],
  ["an ARN of the home region", secretIn("eu-west-1"), "eu-west-1"],
  ["an ARN of a further region", secretIn("eu-central-1"), "eu-central-1"],
  ["an ARN of a region that is only failed over to", secretIn("us-east-1"), undefined],
  ["an ARN of any other region", secretIn("ap-south-1"), undefined],
  ["an ARN without a region", secretIn(""), "eu-west-1"],
  [
    "tags by ARN",
    { kind: "tags", of: { service: "parameterStore", id: "arn:aws:ssm:ap-south-1:1:parameter/x" } },
    undefined,
  ],
  ["a find", { kind: "parametersByPath", path: "/shop", recursive: true }, "eu-west-1"],
])("%s", (_name, ref, region) => {
  const result = regionOf(ref, { store, region: "eu-west-1" });
  if (region !== undefined) expect(result).toEqual({ region });
  else
    expect(result).toMatchObject({
      failure: { reason: "NotAllowedByStore", message: expect.stringContaining("spec.regions") },
    });
});
