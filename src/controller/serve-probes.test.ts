import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "@jest/globals";
import { Gauge, Registry } from "prom-client";
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

it("serves the registry's metrics, and after them those of each resource", async () => {
  const registry = new Registry();
  new Gauge({ name: "depth", help: "Of the queue.", registers: [registry] }).set(3);
  const controller: Pick<Controller, "resourceMetrics" | "liveness" | "readiness"> = {
    liveness: {},
    readiness: {},
    async *resourceMetrics() {
      yield "\n# HELP age Of it.\n# TYPE age gauge\n";
      yield 'age{name="a"} 1\n';
    },
  };
  const options = { healthProbeBindAddress: "127.0.0.1:0", metricsBindAddress: "127.0.0.1:0" } as ControllerOptions;
  const servers = await serveProbes(options, controller as Controller, registry);
  const answer = await fetch(`http://127.0.0.1:${servers.ports["metricsPort"]}/metrics`);
  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect((await answer.text()).split("\n")).toEqual([
    "# HELP depth Of the queue.",
    "# TYPE depth gauge",
    "depth 3",
    "",
    "# HELP age Of it.",
    "# TYPE age gauge",
    'age{name="a"} 1',
    "",
  ]);
  await servers.close();
});
