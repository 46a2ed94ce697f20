import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

// Generates again what is generated and fails where a file differs from what it was: someone has edited it by hand, or
// has not run `make generate`.

const root = fileURLToPath(new URL("..", import.meta.url));
const generated = ["crds", "charts/external-values/crd-files"];

function contents(): Map<string, string> {
  const files = generated
    .filter((folder) => existsSync(`${root}${folder}`))
    .flatMap((folder) => readdirSync(`${root}${folder}`).map((file) => `${folder}/${file}`));
  return new Map(files.map((file) => [file, readFileSync(`${root}${file}`, "utf8")]));
}

const before = contents();
for (const script of ["generate-crds.ts", "copy-crds-into-chart.ts"]) {
  execFileSync(process.execPath, [`${root}hack/${script}`], { stdio: "inherit" });
}
const after = contents();

const stale = [...new Set([...before.keys(), ...after.keys()])].filter((file) => before.get(file) !== after.get(file));
if (stale.length > 0) {
  process.stderr.write(`not as generated (now they are; commit them): ${stale.join(", ")}\n`);
  process.exitCode = 1;
}
