import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startControlPlane } from "./control-plane.ts";
import { startMinistack, startMoto } from "./emulators.ts";
import { inRepository } from "./repository.ts";
import { keepRunning } from "./running-environment.ts";
import { type SharedEnvironment, sharedEnvironmentVariable } from "./shared-environment.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

/**
 * Before the first e2e or fault test: one control plane and the emulators for the whole run. Test files keep apart by
 * namespaces of their own and a `--controller-class` each.
 */
export default async function globalSetup(): Promise<void> {
  const [controlPlane, moto, ministack] = await Promise.all([
    startControlPlane({ customResourceDefinitions: inRepository("crds") }),
    startMoto(),
    startMinistack(),
  ]);
  keepRunning([controlPlane, moto, ministack]);
  const environment: SharedEnvironment = {
    admin: controlPlane.admin,
    adminKubeconfig: controlPlane.adminKubeconfig,
    auditLog: controlPlane.auditLog,
    motoUrl: moto.url,
    ministackUrl: ministack.url,
  };
  const file = join(temporaryDirectory("environment"), "environment.json");
  writeFileSync(file, JSON.stringify(environment), { mode: 0o600 });
  process.env[sharedEnvironmentVariable] = file;
}
