import { expect, it } from "@jest/globals";
import { createKubernetesClient } from "./kubernetes-client.ts";
import { resourceTypes } from "./resource-types.ts";
import { startScriptedServer } from "./testing/scripted-server.ts";

it("gives up on a refusal of a watch whose text never ends", async () => {
  const server = await startScriptedServer((_request, response) => {
    response.writeHead(503);
    response.write("busy");
  });
  const client = createKubernetesClient({ kubeConfig: server.kubeConfig, version: "1", requestTimeoutMs: 100 });
  const watch = client.watch(
    resourceTypes.secrets,
    { resourceVersion: "1", timeoutSeconds: 300 },
    { signal: new AbortController().signal },
  );
  await expect(watch[Symbol.asyncIterator]().next()).rejects.toMatchObject({ status: 503 });
  client.close();
  await server.close();
});
