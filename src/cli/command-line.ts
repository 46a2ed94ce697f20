import { Command, CommanderError } from "commander";
import { controllerCommand } from "./controller.ts";
import { UsageError } from "./usage-error.ts";
import { version } from "./version.ts";

/** Exit codes (api.md): 0 done, 1 the input or the comparison says no, 2 wrong usage, 3 a cluster or AWS failure. */
export const exitCodes = { done: 0, no: 1, usage: 2, failure: 3 } as const;

/** Runs one subcommand and sets the exit code. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  const program = new Command("external-values")
    .description("Keeps Secrets and ConfigMaps in step with AWS Parameter Store and Secrets Manager")
    .version(version)
    .exitOverride()
    .showHelpAfterError("(see external-values --help)");
  for (const command of [controllerCommand()]) program.addCommand(command.exitOverride());
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    process.exitCode = exitCodeOf(error);
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`external-values: ${message}\n`);
  return error instanceof UsageError ? exitCodes.usage : exitCodes.failure;
}
