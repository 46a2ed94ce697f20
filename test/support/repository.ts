import { fileURLToPath } from "node:url";

/** The repository's root, with a slash at its end. */
export const repositoryRoot = fileURLToPath(new URL("../../", import.meta.url));

/** A path in the repository. */
export function inRepository(path: string): string {
  return `${repositoryRoot}${path}`;
}
