import { choice, object } from "../schema/schema.ts";
import { objectName } from "./kubernetes-fields.ts";

export function storeRef(description: string) {
  return object(description, {
    kind: choice("ValueStore, in the same namespace, or ClusterValueStore.", ["ValueStore", "ClusterValueStore"]),
    name: objectName("Name of the store."),
  });
}
