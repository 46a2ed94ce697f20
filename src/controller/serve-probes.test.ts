import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "@jest/globals";
import { Registry } from "prom-client";
import type { ControllerOptions } from "./controller-options.ts";
import type { Controller } from "./create-controller.ts";
import { serveProbes } from "./serve-probes.ts";

it("names the flag whose address is taken", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const taken = `127.0.0.1:${(other.address() as AddressInfo).port}`;
  const options = { healthProbeBindAddress: taken, metricsBindAddress: "0" } as ControllerOptions;
  await expect(serveProbes(options, {} as Controller, new Registry())).rejects.toThrow(
    new RegExp(`^--health-probe-bind-address ${taken} cannot be served: .*EADDRINUSE`),
  );
  await new Promise((resolve) => other.close(resolve));
});
