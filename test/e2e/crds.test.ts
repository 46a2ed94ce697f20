import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { parseAllDocuments } from "yaml";
import { apiVersion, group } from "../../src/api/resource-object.ts";
import { resources } from "../../src/api/resources.ts";
import { type ApiServerError, apiRequest } from "../support/api-request.ts";
import { type ClusterObject, createCluster } from "../support/cluster.ts";
import { inRepository } from "../support/repository.ts";
import { sharedEnvironment } from "../support/shared-environment.ts";
import { refusedManifests } from "./crds-refused.ts";

const { admin } = sharedEnvironment();
const cluster = createCluster(admin);
let namespace: string;

beforeAll(async () => {
  namespace = await cluster.createNamespace("crds");
});

afterAll(async () => {
  await cluster.delete({ apiVersion: "v1", kind: "Namespace", name: namespace });
});

/** Validated in full and with its defaults, but not kept: other suites share the API server. */
async function dryRun(object: Pick<ClusterObject, "kind" | "metadata" | "spec">): Promise<ClusterObject> {
  const resource = resources.find(({ kind }) => kind === object.kind);
  const place = resource?.namespaced ? `/namespaces/${namespace}` : "";
  return await apiRequest<ClusterObject>(admin, {
    method: "POST",
    path: `/apis/${apiVersion}${place}/${resource?.plural}?dryRun=All&fieldValidation=Strict`,
    body: { apiVersion, ...object },
  });
}

async function refusalOf(object: Pick<ClusterObject, "kind" | "metadata" | "spec">): Promise<string> {
  return await dryRun(object).then(
    () => "accepted",
    (error: ApiServerError) => `${error.status} ${error.message}`,
  );
}

describe("the CustomResourceDefinitions", () => {
  it.each(resources)("$kind is served, without any complaint about its schema", async ({ plural }) => {
    const definition = await cluster.get({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      name: `${plural}.${group}`,
    });
    expect(definition?.status?.conditions).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ type: "NamesAccepted", status: "True" }),
        expect.objectContaining({ type: "Established", status: "True" }),
      ]),
    );
    // Put there where a schema is not structural.
    expect(definition?.status?.conditions?.map(({ type }) => type)).not.toContain("NonStructuralSchema");
  });

  it("let 256 long keys through: the rules stay within the API server's limits", async () => {
    const data = Array.from({ length: 256 }, (_, index) => ({
      key: `KEY_${index}`.padEnd(128, "x"),
      secretsManager: { secretId: `prod/${index}` },
    }));
    await expect(
      dryRun({ kind: "ExternalValue", metadata: { name: "largest" }, spec: { data } }),
    ).resolves.toMatchObject({ kind: "ExternalValue" });
  });
});

describe("examples", () => {
  const directory = inRepository("examples");
  const documents = readdirSync(directory)
    .filter((file) => file.endsWith(".yaml"))
    .flatMap((file) =>
      parseAllDocuments(readFileSync(`${directory}/${file}`, "utf8")).map((document) => ({
        file,
        object: document.toJS() as ClusterObject,
      })),
    );

  it.each(documents)("$file: $object.kind/$object.metadata.name is accepted as it is", async ({ object }) => {
    // By another name: another suite may have a store of this one.
    const metadata = { ...object.metadata, name: `crds-${object.metadata.name}` };
    const accepted = await dryRun({ ...object, metadata });
    // A default written into spec would show as drift in Argo CD and Flux.
    expect(accepted.spec).toEqual(object.spec);
    expect(accepted.status).toEqual({ observedGeneration: -1 });
  });
});

describe("what is refused", () => {
  it.each(refusedManifests)("$kind: $name", async ({ name, kind, spec, field, message, serverSays }) => {
    const refusal = await refusalOf({
      kind,
      metadata: { name: name.replaceAll(/[^a-z]+/giu, "-").toLowerCase() },
      spec,
    });
    expect(refusal).toMatch(/^422 /u);
    expect(refusal).toContain(`${field}: `);
    expect(refusal).toContain(serverSays ?? message);
  });

  it("a field that does not exist", async () => {
    const spec = { data: [{ key: "A", secretsManager: { secretId: "prod/db" }, jsonkey: "password" }] };
    expect(await refusalOf({ kind: "ExternalValue", metadata: { name: "misspelt" }, spec })).toMatch(
      /unknown field "spec\.data\[0\]\.jsonkey"/u,
    );
  });
});

describe("the status", () => {
  it("takes 500 rows, and no more", async () => {
    // Made by the API server's admin, so that no operator's status is in the way.
    const name = "many-rows";
    const spec = { suspend: true, data: [{ key: "A", secretsManager: { secretId: "prod/db" } }] };
    const object = { apiVersion, kind: "ExternalValue", metadata: { name, namespace } };
    await cluster.create({ ...object, spec });
    const write = (rows: number) =>
      apiRequest<ClusterObject>(admin, {
        method: "PATCH",
        path: `/apis/${apiVersion}/namespaces/${namespace}/externalvalues/${name}/status`,
        contentType: "application/merge-patch+json",
        body: { status: { values: rowsOf(rows) } },
      });
    await expect(write(500)).resolves.toMatchObject({ kind: "ExternalValue" });
    await expect(write(501)).rejects.toThrow("must have at most 500 items");
  });
});

function rowsOf(count: number): readonly unknown[] {
  return Array.from({ length: count }, (_, index) => ({
    key: `KEY_${index}`,
    to: "Secret",
    source: "secretsmanager:prod/db",
    state: "Synced",
  }));
}
