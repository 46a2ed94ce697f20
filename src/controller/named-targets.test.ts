import { expect, it } from "@jest/globals";
import { namedTargets } from "./named-targets.ts";

const row = { uid: "u", dataVersion: 1, resourceVersion: "7" };

it.each<{ reason: string; object: object; named: string[] }>([
  {
    reason: "those of its name, where none is named",
    object: { spec: {} },
    named: ["Secret/checkout", "ConfigMap/checkout"],
  },
  {
    reason: "those that the spec names",
    object: { spec: { secret: { name: "one" }, configMap: { name: "two" } } },
    named: ["Secret/one", "ConfigMap/two"],
  },
  {
    reason: "those that were written before the spec named others, each once",
    object: {
      spec: { secret: { name: "one" } },
      status: {
        targets: [
          { kind: "Secret", name: "former", ...row },
          { kind: "Secret", name: "one", ...row },
        ],
      },
    },
    named: ["Secret/one", "ConfigMap/checkout", "Secret/former"],
  },
])("an ExternalValue's targets are $reason", ({ object, named }) => {
  const found = namedTargets({ metadata: { name: "checkout", namespace: "shop" }, ...object });
  expect(found.map(({ kind, name }) => `${kind}/${name}`)).toEqual(named);
});
