import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ApiServerError, apiRequest } from "./api-request.ts";
import {
  apiServerArguments,
  type ControlPlaneLayout,
  controllerManagerArguments,
  etcdArguments,
  writeControlPlaneFiles,
} from "./control-plane-arguments.ts";
import { applyCustomResourceDefinitions } from "./custom-resource-definitions.ts";
import { eventually, Hopeless } from "./eventually.ts";
import { freePorts } from "./free-ports.ts";
import { type Connection, writeKubeconfig } from "./kubeconfig.ts";
import { type KubernetesBinary, kubernetesBinary } from "./kubernetes-binaries.ts";
import { type ManagedProcess, startProcess, tail } from "./managed-process.ts";
import { removeDirectory, temporaryDirectory } from "./temporary-directory.ts";

/** A real control plane on 127.0.0.1: etcd, API server and controller manager; no scheduler and no node. */
export interface ControlPlane {
  /** As cluster-admin. */
  readonly admin: Connection;
  /** Path of a kubeconfig for the admin. */
  readonly adminKubeconfig: string;
  /** Path of the audit log: one JSON event a line, of every request, with its user and user agent, no bodies. */
  readonly auditLog: string;
  /** Data, keys and the logs of the three. */
  readonly directory: string;
  readonly processes: readonly ManagedProcess[];
  stop(): Promise<void>;
}

export interface ControlPlaneOptions {
  /** A directory of CustomResourceDefinitions, applied before the controller manager starts, so that garbage collection knows them. */
  readonly customResourceDefinitions?: string;
  /** Told what is being done. */
  readonly report?: (line: string) => void;
}

/** Starts a control plane and resolves when it is ready: about 10 s. A port taken in between starts it again. */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(options);
    } catch (error) {
      if (attempt === 3 || !String(error).includes("address already in use")) throw error;
    }
  }
}

async function startOnce(options: ControlPlaneOptions): Promise<ControlPlane> {
  const report = options.report ?? (() => undefined);
  const layout = await layOut();
  const processes: ManagedProcess[] = [];
  const start = (name: KubernetesBinary, args: readonly string[]): ManagedProcess => {
    const logFile = join(layout.directory, `${name}.log`);
    const started = startProcess({ name, command: kubernetesBinary(name), args, logFile });
    processes.push(started);
    return started;
  };
  const stop = async () => {
    // Nothing in it outlives the test: no reason to let them finish what they are doing.
    await Promise.all(processes.map((process) => process.stop(500)));
    removeDirectory(layout.directory);
  };
  try {
    report("starting etcd and the API server");
    start("etcd", etcdArguments(layout));
    const apiServer = start("kube-apiserver", apiServerArguments(layout));
    const admin = await awaitApiServer(layout, apiServer);
    if (options.customResourceDefinitions !== undefined) {
      report("applying the CustomResourceDefinitions");
      await applyCustomResourceDefinitions(admin, options.customResourceDefinitions);
    }
    report("starting the controller manager");
    writeKubeconfig(layout.controllerManagerKubeconfig, { ...admin, token: layout.controllerManagerToken });
    await awaitControllers(admin, start("kube-controller-manager", controllerManagerArguments(layout)));
    const adminKubeconfig = writeKubeconfig(join(layout.directory, "admin.kubeconfig"), admin);
    return { admin, adminKubeconfig, auditLog: layout.auditLog, directory: layout.directory, processes, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function layOut(): Promise<ControlPlaneLayout> {
  const directory = temporaryDirectory("control-plane");
  const [etcdClientPort = 0, etcdPeerPort = 0, apiServerPort = 0] = await freePorts(3);
  const inDirectory = (name: string) => join(directory, name);
  const layout: ControlPlaneLayout = {
    directory,
    etcdClientPort,
    etcdPeerPort,
    apiServerPort,
    auditLog: inDirectory("audit.log"),
    auditPolicy: inDirectory("audit-policy.yaml"),
    certificates: inDirectory("certificates"),
    serviceAccountKey: inDirectory("service-account.key"),
    tokens: inDirectory("tokens.csv"),
    adminToken: randomBytes(16).toString("hex"),
    controllerManagerToken: randomBytes(16).toString("hex"),
    controllerManagerKubeconfig: inDirectory("controller-manager.kubeconfig"),
  };
  mkdirSync(layout.certificates);
  writeControlPlaneFiles(layout);
  return layout;
}

async function awaitApiServer(layout: ControlPlaneLayout, apiServer: ManagedProcess): Promise<Connection> {
  return await eventually(
    async () => {
      assertRunning(apiServer);
      const connection: Connection = {
        url: `https://127.0.0.1:${layout.apiServerPort}`,
        // The API server signs its own certificate, and stores its issuer behind it.
        certificateAuthority: readFileSync(join(layout.certificates, "apiserver.crt"), "utf8"),
        token: layout.adminToken,
      };
      await apiRequest(connection, { method: "GET", path: "/readyz" });
      return connection;
    },
    { what: "the API server is ready", timeoutMs: 90_000 },
  );
}

/** The ServiceAccount `default` is the work of a controller. */
async function awaitControllers(admin: Connection, controllerManager: ManagedProcess): Promise<void> {
  await eventually(
    async () => {
      assertRunning(controllerManager);
      return await found(admin, "/api/v1/namespaces/default/serviceaccounts/default");
    },
    { what: "the controller manager has made the ServiceAccount default", timeoutMs: 60_000 },
  );
}

async function found(connection: Connection, path: string): Promise<unknown> {
  try {
    return await apiRequest<unknown>(connection, { method: "GET", path });
  } catch (error) {
    if (error instanceof ApiServerError && error.status === 404) return undefined;
    throw error;
  }
}

function assertRunning(process: ManagedProcess): void {
  if (process.exit !== undefined) throw new Hopeless(`${process.name} has ended; ${tail(process)}`);
}
