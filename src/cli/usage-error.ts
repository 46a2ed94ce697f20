/** The command line is wrong: names the flag and says what it must be. Exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
