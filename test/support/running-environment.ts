/** What the global setup started, for the global teardown: jest loads the two apart, in one process. */

interface Running {
  stop(): Promise<void>;
}

const key = Symbol.for("external-values.test.running");
const holder = globalThis as unknown as { [key]?: readonly Running[] };

export function keepRunning(running: readonly Running[]): void {
  holder[key] = running;
}

export async function stopRunning(): Promise<void> {
  const running = holder[key] ?? [];
  holder[key] = [];
  await Promise.all(running.map((one) => one.stop()));
}
