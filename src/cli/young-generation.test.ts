import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";

const directory = mkdtempSync(join(tmpdir(), "young-generation-"));
const script = join(directory, "main.mjs");
writeFileSync(
  script,
  `import ${JSON.stringify(new URL("young-generation.ts", import.meta.url).href)};
  console.log(JSON.stringify({ flags: process.execArgv, rest: process.argv.slice(2), pid: process.pid }));`,
);
afterAll(() => rmSync(directory, { recursive: true }));

function start(options: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const args = [...options, script, "controller", "--leader-elect"];
  const { stdout, pid } = spawnSync(process.execPath, args, { encoding: "utf8", env: environment, timeout: 30_000 });
  return { ...(JSON.parse(stdout) as { flags: string[]; rest: string[]; pid: number }), started: pid };
}

describe("the young generation", () => {
  it("is small from the start of V8: the operator starts itself again, in the same process, with all it was given", () => {
    const { flags, rest, pid, started } = start(["--trace-warnings"]);
    expect(flags).toEqual(["--max-semi-space-size=4", "--trace-warnings"]);
    expect(rest).toEqual(["controller", "--leader-elect"]);
    expect(pid).toBe(started);
  });

  it.each<{ reason: string; options: string[]; environment: Record<string, string> }>([
    { reason: "an option of Node.js", options: ["--max-semi-space-size=16"], environment: {} },
    { reason: "NODE_OPTIONS", options: [], environment: { NODE_OPTIONS: "--max-semi-space-size=16" } },
  ])("is as the user says, by $reason", ({ options, environment }) => {
    expect(start(options, environment).flags).toEqual(options);
  });
});
