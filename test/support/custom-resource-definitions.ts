import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { apiRequest } from "./api-request.ts";
import { eventually } from "./eventually.ts";
import type { Connection } from "./kubeconfig.ts";

interface CustomResourceDefinition {
  readonly metadata: { readonly name: string };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

const collection = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/** Applies every CustomResourceDefinition of a directory and waits until the API server serves them. No directory: none. */
export async function applyCustomResourceDefinitions(connection: Connection, directory: string): Promise<void> {
  const names = await Promise.all(read(directory).map((definition) => apply(connection, definition)));
  await Promise.all(names.map((name) => awaitEstablished(connection, name)));
}

function read(directory: string): CustomResourceDefinition[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((file) => file.endsWith(".yaml"))
    .flatMap((file) => parseAllDocuments(readFileSync(join(directory, file), "utf8")))
    .map((document) => document.toJS())
    .filter((object) => object?.kind === "CustomResourceDefinition");
}

async function apply(connection: Connection, definition: CustomResourceDefinition): Promise<string> {
  const { name } = definition.metadata;
  await apiRequest(connection, {
    method: "PATCH",
    path: `${collection}/${name}?fieldManager=bench&force=true`,
    contentType: "application/apply-patch+yaml",
    body: definition,
  });
  return name;
}

async function awaitEstablished(connection: Connection, name: string): Promise<void> {
  await eventually(
    async () => {
      const path = `${collection}/${name}`;
      const { status } = await apiRequest<CustomResourceDefinition>(connection, { method: "GET", path });
      return status?.conditions?.find(({ type, status }) => type === "Established" && status === "True");
    },
    { what: `the CustomResourceDefinition ${name} is established` },
  );
}
