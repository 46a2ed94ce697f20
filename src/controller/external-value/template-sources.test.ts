import { expect, it } from "@jest/globals";
import { parseExternalValue } from "../../api/parse-external-value.ts";
import { readTemplateSources } from "./template-sources.ts";
import { createBench } from "./testing/bench.ts";

it.each(["app.yaml", "__proto__", "constructor"])("reads a template for the key %s", async (as) => {
  const { cluster } = createBench();
  cluster.put({
    kind: "ConfigMap",
    metadata: { name: "templates", namespace: "shop" },
    data: { source: "a: {{ A }}" },
  } as Parameters<typeof cluster.put>[0]);
  const spec = { secret: { template: { from: [{ configMap: { name: "templates", key: "source", as } }] } } };
  const parsed = parseExternalValue(
    { metadata: { name: "checkout", namespace: "shop" }, spec },
    { defaultStoreKind: "ClusterValueStore" },
  );
  if (!parsed.ok) throw new Error(parsed.failure.message);
  const [sources] = [...(await readTemplateSources(parsed.value, cluster.client)).values()];
  const { uid, resourceVersion } = cluster.find("ConfigMap", "templates")?.metadata ?? {};
  const texts = Object.fromEntries([[as, "a: {{ A }}"]]);
  expect(sources).toEqual({ ok: true, value: { texts, versions: [`${uid} ${resourceVersion}`] } });
  expect(sources?.ok && Object.keys(sources.value.texts)).toEqual([as]);
});
