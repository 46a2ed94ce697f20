import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { testCredentials, testRegion } from "../support/aws.ts";
import { type Cluster, createCluster } from "../support/cluster.ts";
import { guideReader, guideSteps } from "../support/guide.ts";
import { kubernetesBinary } from "../support/kubernetes-binaries.ts";
import { type InstalledOperator, installOperator } from "../support/operator.ts";
import { inRepository } from "../support/repository.ts";
import { sharedEnvironment } from "../support/shared-environment.ts";
import { removeDirectory, temporaryDirectory } from "../support/temporary-directory.ts";

// Each guide is followed word by word: its commands run by bash, with the real aws and kubectl, its output compared.

const guides = ["database-url", "tls", "image-pull-secret", "env-from", "config-file", "keystore"];
const environment = sharedEnvironment();
const cluster: Cluster = createCluster(environment.admin);
const folder = temporaryDirectory("guides");
let installed: InstalledOperator;

beforeAll(async () => {
  installed = await installOperator({ environment, awsEndpoint: environment.ministackUrl });
  await installed.start();
  await cluster.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
  await cluster.apply(`
apiVersion: externalvalues.dev/v1alpha1
kind: ClusterValueStore
metadata: { name: default }
spec: { region: ${testRegion} }
`);
}, 60_000);

afterAll(async () => {
  await installed?.uninstall();
  await cluster.delete({ apiVersion: "v1", kind: "Namespace", name: "shop" });
  await cluster.delete({ apiVersion: "externalvalues.dev/v1alpha1", kind: "ClusterValueStore", name: "default" });
  removeDirectory(folder);
});

/** What the guides say that the reader has at hand. */
function layOut(place: string): void {
  writeFileSync(join(place, "cert.pem"), "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n");
  writeFileSync(join(place, "key.pem"), "-----BEGIN PRIVATE KEY-----\nMA==\n-----END PRIVATE KEY-----\n");
  writeFileSync(join(place, "config.json"), '{"auths":{"registry.example":{"auth":"dXNlcjpwYXNz"}}}');
  writeFileSync(join(place, "keystore.p12"), randomBytes(300));
}

describe("the guides, word by word", () => {
  it.each(guides)("%s", async (guide) => {
    const place = join(folder, guide);
    const reader = guideReader(place, {
      PATH: [inRepository(".tools/venv/bin"), dirname(kubernetesBinary("kubectl")), process.env["PATH"]].join(":"),
      KUBECONFIG: environment.adminKubeconfig,
      AWS_ENDPOINT_URL: environment.ministackUrl,
      AWS_DEFAULT_REGION: testRegion,
      AWS_ACCESS_KEY_ID: testCredentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: testCredentials.secretAccessKey,
    });
    layOut(place);
    const steps = guideSteps(`docs/guides/${guide}.md`);
    expect(steps.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["save", "run", "expect"]));
    for (const step of steps) {
      const printed = await reader.follow(step);
      if (step.kind === "expect") expect(printed).toBe(step.output);
    }
  });
});
