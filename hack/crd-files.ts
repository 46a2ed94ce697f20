import { stringify } from "yaml";
import { resources } from "../src/api/resources.ts";
import { toCustomResourceDefinition } from "../src/api/schema/custom-resource-definition.ts";

/** Where they stand: kustomize reads nothing outside its own folder, so it has a copy. */
export const crdDirectories = ["crds", "config/crds"] as const;

/** The files of crds/ as the schemas of src/api give them. */
export function crdFiles(): readonly { readonly name: string; readonly content: string }[] {
  return resources.map((resource) => ({
    name: `${resource.plural}.yaml`,
    content: stringify(toCustomResourceDefinition(resource), { lineWidth: 120, aliasDuplicateObjects: false }),
  }));
}
