import { describe, expect, it } from "@jest/globals";
import { healthRoute } from "./health.ts";

describe("healthRoute", () => {
  it("is 200 when every check is fine", async () => {
    expect(await healthRoute({ queue: () => undefined })()).toMatchObject({ status: 200, body: "[+] queue ok\nok\n" });
  });
  it("is 503 and names the check that fails", async () => {
    const route = healthRoute({ queue: () => undefined, watch: () => "no sign of life for 700 s" });
    expect(await route()).toMatchObject({
      status: 503,
      body: "[+] queue ok\n[-] watch: no sign of life for 700 s\nfailed\n",
    });
  });
});
