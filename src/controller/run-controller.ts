import { readFile } from "node:fs/promises";
import type { KubeConfig } from "@kubernetes/client-node";
import { createTurns } from "../event-loop/turns.ts";
import { createKubernetesClient } from "../kubernetes/kubernetes-client.ts";
import { reportCrashes } from "../telemetry/crash-report.ts";
import type { Logger } from "../telemetry/logger.ts";
import { createMetricsRegistry } from "../telemetry/metrics.ts";
import { systemClock } from "./clock.ts";
import type { ControllerOptions } from "./controller-options.ts";
import { createController } from "./create-controller.ts";
import { serveProbes } from "./serve-probes.ts";

export interface ControllerEnvironment {
  readonly kubeConfig: KubeConfig;
  readonly logger: Logger;
  /** `process.env`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

// Below the chart's terminationGracePeriodSeconds of 30.
const drainMs = 25_000;

/** Runs the operator until SIGTERM or SIGINT, then lets the work under way end. Rejects where it cannot start. */
export async function runController(options: ControllerOptions, around: ControllerEnvironment): Promise<void> {
  const { logger, kubeConfig, environment } = around;
  reportCrashes(process, logger);
  const registry = createMetricsRegistry();
  const turns = createTurns({ now: systemClock.now });
  const client = createKubernetesClient({ kubeConfig, version: options.version, turns });
  const controller = createController(options, {
    client,
    logger,
    registry,
    environment,
    clock: systemClock,
    turns,
    random: Math.random,
    readFile: (path) => readFile(path, "utf8"),
  });
  const servers = await serveProbes(options, controller, registry);
  logger.info({ version: options.version, ...servers.ports }, "started");
  controller.start();
  const signal = await terminationSignal();
  logger.info({ signal }, "stopping: the work under way ends first");
  const late = setTimeout(() => {
    logger.warn({}, "the work under way did not end in time; it is left to the next start");
    process.exit(0);
  }, drainMs);
  await controller.stop();
  await servers.close();
  clearTimeout(late);
  client.close();
  logger.info({}, "stopped");
}

function terminationSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve(signal));
  });
}
