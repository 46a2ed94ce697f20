import { stopRunning } from "./running-environment.ts";

/** After the last test. Where jest dies before, reaper.ts does the same. */
export default async function globalTeardown(): Promise<void> {
  await stopRunning();
}
