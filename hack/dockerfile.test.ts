import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, matchesGlob, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "@jest/globals";

// No engine builds the image where the tests run: so its two stages are done by hand, with the files that it names.
const root = fileURLToPath(new URL("..", import.meta.url));
const dockerfile = readFileSync(join(root, "Dockerfile"), "utf8");
const stages = dockerfile.split(/^FROM .*$/m).slice(1) as [string, string];
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "dockerfile-test-"));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** What a stage copies, as lists of sources that end with the destination. */
function copies(stage: string): readonly (readonly string[])[] {
  return [...stage.matchAll(/^COPY (?:--from=\S+ )?(.+)$/gm)].map(([, paths = ""]) => paths.split(" "));
}

/** What .dockerignore lets through: the last line that fits counts, for a file or for a folder that it is in. */
function isInContext(path: string): boolean {
  let isLeftOut = false;
  for (const line of readFileSync(join(root, ".dockerignore"), "utf8")
    .split("\n")
    .filter((each) => each !== "")) {
    const pattern = line.replace(/^!/, "");
    const folders = path.split("/").map((_, index, parts) => parts.slice(0, index + 1).join("/"));
    if (folders.some((folder) => matchesGlob(folder, pattern))) isLeftOut = !line.startsWith("!");
  }
  return !isLeftOut;
}

/** The files that a module of the bundle loads, at once or later. */
function loadedBy(file: string): readonly string[] {
  const source = readFileSync(file, "utf8");
  return [...source.matchAll(/(?:from|import\()\s*"\.\/([^"]+)"/g)].map(([, name = ""]) => name);
}

it("the image's build has all files that it needs, and what it ships runs", () => {
  const source = join(directory, "source");
  for (const paths of copies(stages[0])) {
    const to = paths.at(-1) as string;
    for (const path of paths.slice(0, -1)) {
      const target = to.endsWith("/") ? join(source, to, path) : join(source, to);
      mkdirSync(dirname(target), { recursive: true });
      cpSync(join(root, path), target, { recursive: true, filter: (file) => isInContext(relative(root, file)) });
    }
  }
  symlinkSync(join(root, "node_modules"), join(source, "node_modules"));
  const build = /^RUN (node hack\/build\.ts .*)$/m.exec(stages[0])?.[1] ?? "";
  execFileSync("sh", ["-c", build], { cwd: source, stdio: "pipe" });

  const app = join(directory, "app");
  mkdirSync(app);
  const shipped = copies(stages[1]).flatMap((paths) => paths.slice(0, -1).map((path) => path.replace("/source/", "")));
  for (const name of readdirSync(join(source, "dist"))) {
    if (shipped.some((pattern) => matchesGlob(join("dist", name), pattern))) {
      cpSync(join(source, "dist", name), join(app, name));
    }
  }
  const help = execFileSync(process.execPath, [join(app, "main.js"), "controller", "--help"], { encoding: "utf8" });
  expect(help).toContain("Usage: external-values controller");
  const scripts = readdirSync(app).filter((name) => name.endsWith(".js"));
  const loaded = new Set(scripts.flatMap((name) => loadedBy(join(app, name))));
  expect(loaded.size).toBeGreaterThan(10);
  expect(scripts).toEqual(expect.arrayContaining([...loaded]));
}, 60_000);
