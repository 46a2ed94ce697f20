import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { inRepository } from "./repository.ts";

/** One thing that a guide tells its reader to do, in the order in which they stand. */
export type GuideStep =
  /** "Save this as `name`", and a manifest. */
  | { readonly kind: "save"; readonly file: string; readonly text: string }
  /** A block of commands. */
  | { readonly kind: "run"; readonly script: string }
  /** One command, and what it prints. */
  | { readonly kind: "expect"; readonly command: string; readonly output: string };

/** Takes a guide apart: blocks `yaml manifest`, `sh` and `console` are steps, all else is reading. */
export function guideSteps(page: string): readonly GuideStep[] {
  const text = readFileSync(inRepository(page), "utf8");
  return [...text.matchAll(/^```(yaml manifest|sh|console)\n([\s\S]*?)^```$/gm)].flatMap(
    ([, language, body = ""], index, all): GuideStep[] => {
      if (language === "sh") return [{ kind: "run", script: body }];
      if (language === "console") return sessions(body);
      const before = text.slice(all[index - 1]?.index ?? 0, all[index]?.index);
      const file = /Save this as `([^`]+)`/.exec(before)?.[1];
      if (file === undefined) throw new Error(`${page}: a manifest must be preceded by "Save this as"`);
      return [{ kind: "save", file, text: body }];
    },
  );
}

function sessions(body: string): GuideStep[] {
  return body
    .split(/^\$ /m)
    .slice(1)
    .map((session) => {
      const [command = "", ...output] = session.split("\n");
      return { kind: "expect", command, output: output.join("\n").trimEnd() };
    });
}

export interface GuideReader {
  /** Carries out one step; returns what an `expect` step printed. Rejects where a command fails, with what it printed. */
  follow(step: GuideStep): Promise<string>;
}

/** Somebody who follows a guide in a folder of their own, with `aws` and `kubectl` on their PATH. */
export function guideReader(folder: string, environment: Readonly<Record<string, string>>): GuideReader {
  mkdirSync(folder, { recursive: true });
  const bash = async (script: string): Promise<string> => {
    const { stdout } = await promisify(execFile)("bash", ["-euo", "pipefail", "-c", script], {
      cwd: folder,
      env: { HOME: folder, ...environment },
    });
    return stdout.trimEnd();
  };
  return {
    async follow(step) {
      if (step.kind === "run") return await bash(step.script);
      if (step.kind === "expect") return await bash(step.command);
      writeFileSync(join(folder, step.file), step.text);
      return "";
    },
  };
}
