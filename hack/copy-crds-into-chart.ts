import { copyFileSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

// A chart can only read files below its own folder, so it carries a copy of crds/.
const source = fileURLToPath(new URL("../crds/", import.meta.url));
const target = fileURLToPath(new URL("../charts/external-values/crd-files/", import.meta.url));

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
for (const file of readdirSync(source).filter((name) => name.endsWith(".yaml"))) {
  copyFileSync(`${source}${file}`, `${target}${file}`);
}
