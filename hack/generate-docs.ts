import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { generatedPages } from "./docs/pages.ts";

// Writes the reference of the resources (docs/reference/) from crds/, and the table of values in the chart's README.

for (const [path, text] of generatedPages()) {
  writeFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), text);
}
