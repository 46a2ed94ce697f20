import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { crdDirectories, crdFiles } from "./crd-files.ts";

// Writes the CRDs from the schemas of src/api.
const root = fileURLToPath(new URL("../", import.meta.url));

for (const directory of crdDirectories) {
  mkdirSync(`${root}${directory}`, { recursive: true });
  for (const { name, content } of crdFiles()) writeFileSync(`${root}${directory}/${name}`, content);
}
