import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startControlPlane } from "./control-plane.ts";
import { startMinistack, startMoto } from "./emulators.ts";
import { connectToKind } from "./kind-cluster.ts";
import { inRepository } from "./repository.ts";
import { keepRunning } from "./running-environment.ts";
import { type SharedEnvironment, sharedEnvironmentVariable } from "./shared-environment.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

/**
 * Before the first e2e or fault test: one control plane and the emulators for the whole run. Test files keep apart by
 * namespaces of their own and a `--controller-class` each.
 */
export default async function globalSetup(): Promise<void> {
  const environment = (await onKind()) ?? (await onThisMachine());
  const file = join(temporaryDirectory("environment"), "environment.json");
  writeFileSync(file, JSON.stringify(environment), { mode: 0o600 });
  process.env[sharedEnvironmentVariable] = file;
}

async function onThisMachine(): Promise<SharedEnvironment> {
  const [controlPlane, moto, ministack] = await Promise.all([
    startControlPlane({ customResourceDefinitions: inRepository("crds") }),
    startMoto(),
    startMinistack(),
  ]);
  keepRunning([controlPlane, moto, ministack]);
  const { admin, adminKubeconfig, auditLog } = controlPlane;
  return { admin, adminKubeconfig, auditLog, motoUrl: moto.url, ministackUrl: ministack.url };
}

async function onKind(): Promise<SharedEnvironment | undefined> {
  const kind = await connectToKind();
  if (kind === undefined) return undefined;
  const { admin, adminKubeconfig, image, hostAddress: address } = kind;
  const [moto, ministack] = await Promise.all([startMoto({ address }), startMinistack({ address })]);
  keepRunning([moto, ministack]);
  return { admin, adminKubeconfig, auditLog: undefined, image, motoUrl: moto.url, ministackUrl: ministack.url };
}
