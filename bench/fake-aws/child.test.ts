import { expect, it } from "@jest/globals";
import { startFakeAwsProcess } from "./child.ts";

it("runs as a process of its own with the same commands, and ends when told", async () => {
  const fake = await startFakeAwsProcess({ latencyMs: 0 });
  try {
    expect(await fake.putParameter({ name: "/a", value: "1" })).toMatchObject({ version: 1 });
    await expect(fake.deleteParameter({ name: "/none" })).rejects.toThrow('no parameter \\"/none\\"');
    await fake.reset();
    expect(await fake.counts()).toMatchObject({ calls: {} });
  } finally {
    await fake.stop();
  }
  await expect(fake.counts()).rejects.toThrow();
});
