import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";

const directory = mkdtempSync(join(tmpdir(), "memory-settings-"));
const script = join(directory, "main.mjs");
writeFileSync(
  script,
  `import ${JSON.stringify(new URL("memory-settings.ts", import.meta.url).href)};
  const arenas = process.env.MALLOC_ARENA_MAX;
  console.log(JSON.stringify({ flags: process.execArgv, rest: process.argv.slice(2), pid: process.pid, arenas }));`,
);
afterAll(() => rmSync(directory, { recursive: true }));

function start(options: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const args = [...options, script, "controller", "--leader-elect"];
  const { stdout, pid } = spawnSync(process.execPath, args, { encoding: "utf8", env: environment, timeout: 30_000 });
  const seen = JSON.parse(stdout) as { flags: string[]; rest: string[]; pid: number; arenas?: string };
  return { ...seen, started: pid };
}

const youngGeneration = "--max-semi-space-size=8";
const helpers = "--v8-pool-size=2";
const noTasks = "--no-incremental-marking-task";

describe("the settings of memory", () => {
  it("hold from the start of V8: the operator starts itself again, in the same process, with all it was given", () => {
    const { flags, rest, pid, started } = start(["--trace-warnings"]);
    expect(flags).toEqual([youngGeneration, helpers, noTasks, "--trace-warnings"]);
    expect(rest).toEqual(["controller", "--leader-elect"]);
    expect(pid).toBe(started);
  });

  it.each<{ option: string; others: string[] }>([
    { option: "--max-semi-space-size=16", others: [helpers, noTasks] },
    { option: "--max_semi_space_size=16", others: [helpers, noTasks] },
    { option: "--v8-pool-size=4", others: [youngGeneration, noTasks] },
    { option: "--incremental-marking-task", others: [youngGeneration, helpers] },
  ])("are as the user says: $option", ({ option, others }) => {
    expect(start([option]).flags).toEqual([...others, option]);
  });

  it.each(["--max-semi-space-size=16", "--max_semi_space_size=16"])(
    "are as the user says, by NODE_OPTIONS: %s",
    (option) => {
      expect(start([], { NODE_OPTIONS: option }).flags).toEqual([helpers, noTasks]);
    },
  );

  it.each<{ reason: string; options: string[]; environment: Record<string, string>; arenas: string }>([
    { reason: "are two", options: [], environment: {}, arenas: "2" },
    {
      reason: "are two beside the user's young generation",
      options: ["--semi_space_growth_factor=2"],
      environment: {},
      arenas: "2",
    },
    { reason: "are as the user says", options: [], environment: { MALLOC_ARENA_MAX: "5" }, arenas: "5" },
    {
      reason: "are as the user says beside the user's young generation",
      options: ["--max-semi-space-size=16"],
      environment: { MALLOC_ARENA_MAX: "5" },
      arenas: "5",
    },
  ])("malloc's arenas $reason", ({ options, environment, arenas }) => {
    expect(start(options, environment).arenas).toBe(arenas);
  });
});
