import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { crdFiles } from "./crd-files.ts";

// Writes crds/ from the schemas of src/api.
const directory = fileURLToPath(new URL("../crds/", import.meta.url));

mkdirSync(directory, { recursive: true });
for (const { name, content } of crdFiles()) writeFileSync(`${directory}${name}`, content);
