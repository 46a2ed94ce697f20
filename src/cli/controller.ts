import { hostname } from "node:os";
import { Command, Option } from "commander";
import { runController } from "../controller/run-controller.ts";
import { loadKubeConfig } from "../kubernetes/kube-config.ts";
import { createLogger, type LogFormat, type LogLevel } from "../telemetry/logger.ts";
import { durationFlag, namespaceList, wholeNumber } from "./flags.ts";
import { sandboxWorkerUrl } from "./sandbox-worker-url.ts";
import { version } from "./version.ts";

interface Flags {
  readonly namespaces: readonly string[];
  readonly allowOperatorIdentityInNamespaces: boolean;
  readonly enableRestarts: boolean;
  readonly leaderElect: boolean;
  readonly shards: number;
  readonly leaseDuration: number;
  readonly renewDeadline: number;
  readonly retryPeriod: number;
  readonly controllerClass: string;
  readonly clusterName: string;
  readonly concurrency: number;
  readonly valueCacheBytes: number;
  readonly secondLook: number;
  readonly metricsBindAddress: string;
  readonly healthProbeBindAddress: string;
  readonly kubeconfig?: string;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
}

const mebibyte = 1024 * 1024;

/** `external-values controller`: the operator. */
export function controllerCommand(): Command {
  return new Command("controller")
    .description("Runs the operator until SIGTERM")
    .option(
      "--namespaces <a,b>",
      "serve these namespaces only, by Roles; cluster-scoped kinds are off",
      namespaceList,
      [],
    )
    .option("--allow-operator-identity-in-namespaces", "let a ValueStore without auth read as the operator", false)
    .option("--enable-restarts", "restart the workloads of spec.restart; needs the right to patch them", false)
    .option("--leader-elect", "work only while holding the Lease, so that several replicas can stand by", false)
    .option(
      "--shards <n>",
      "split the resources over this many Leases (implies --leader-elect above 1)",
      wholeNumber({ from: 1, to: 64 }),
      1,
    )
    .addOption(duration("--lease-duration", "how long a Lease holds without renewal", 15))
    .addOption(duration("--renew-deadline", "stop working when the Lease could not be renewed for so long", 10))
    .addOption(duration("--retry-period", "between attempts to take or renew the Lease", 2))
    .option("--controller-class <class>", "serve only the stores of this class", "")
    .option("--cluster-name <name>", "part of the external id that namespaced stores present to AWS", "")
    .option("--concurrency <n>", "resources worked on at a time", wholeNumber({ from: 1, to: 1_000 }), 50)
    .option(
      "--value-cache-bytes <bytes>",
      "memory for values; beyond it only versions are kept",
      wholeNumber({ from: 0, to: 64 * 1024 * mebibyte }),
      64 * mebibyte,
    )
    .addOption(secondLook())
    .option("--metrics-bind-address <address>", "where to serve /metrics; 0 turns it off", ":8080")
    .option("--health-probe-bind-address <address>", "where to serve /healthz and /readyz", ":8081")
    .option("--kubeconfig <file>", "default: KUBECONFIG, ~/.kube/config, then the pod's ServiceAccount")
    .addOption(
      new Option("--log-level <level>", "what is logged").choices(["debug", "info", "warn", "error"]).default("info"),
    )
    .addOption(new Option("--log-format <format>", "how it is logged").choices(["json", "text"]).default("json"))
    .action(run);
}

/** A shorter one breaks a promise of the API; tests of crashes have to see hundreds of them. */
function secondLook(): Option {
  return duration("--second-look", "until a value that is gone is looked at again", 60).hideHelp();
}

function duration(flag: string, description: string, seconds: number): Option {
  const option = new Option(`${flag} <duration>`, description).argParser(durationFlag);
  return option.default(seconds * 1_000, `${seconds}s`);
}

async function run(flags: Flags): Promise<void> {
  const logger = createLogger({ level: flags.logLevel, format: flags.logFormat });
  const kubeConfig = loadKubeConfig(flags.kubeconfig === undefined ? {} : { kubeconfigPath: flags.kubeconfig });
  await runController(
    {
      namespaces: flags.namespaces.length > 0 ? flags.namespaces : undefined,
      allowOperatorIdentityInNamespaces: flags.allowOperatorIdentityInNamespaces,
      restarts: flags.enableRestarts,
      leaderElection: flags.leaderElect || flags.shards > 1,
      shards: flags.shards,
      lease: {
        durationMs: flags.leaseDuration,
        renewDeadlineMs: flags.renewDeadline,
        retryPeriodMs: flags.retryPeriod,
      },
      controllerClass: flags.controllerClass,
      clusterName: flags.clusterName,
      concurrency: flags.concurrency,
      valueCacheBytes: flags.valueCacheBytes,
      secondLookMs: flags.secondLook,
      metricsBindAddress: flags.metricsBindAddress,
      healthProbeBindAddress: flags.healthProbeBindAddress,
      version,
      identity: process.env["POD_NAME"] ?? `${hostname()}_${process.pid}`,
      ownNamespace: process.env["POD_NAMESPACE"] ?? "default",
      sandboxWorkerUrl: sandboxWorkerUrl(),
    },
    { kubeConfig, logger, environment: process.env },
  );
}
