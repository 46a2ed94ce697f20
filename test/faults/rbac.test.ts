import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { eventually } from "../support/eventually.ts";
import { sharedEnvironment } from "../support/shared-environment.ts";
import { type FaultBench, type Place, startFaultBench } from "./support/fault-bench.ts";
import { recordFault } from "./support/fault-record.ts";
import { auditOf, grantedTo } from "./support/rbac-audit.ts";

// The chart grants what the operator uses, and nothing else: all of its jobs are done once, and the audit log says by
// which verbs.

let bench: FaultBench;
let place: Place;
beforeAll(async () => {
  bench = await startFaultBench({
    values: { replicas: 1, leaderElection: { enabled: true }, restarts: { enabled: true } },
    startOne: false,
  });
}, 120_000);
afterAll(() => bench?.stop());

/** Granted and not used here, each with its reason. */
const allowed: ReadonlyMap<string, string> = new Map([
  ["get argoproj.io/rollouts", "Argo Rollouts is not installed here; restart.test.ts of the end-to-end suite uses it"],
  ["list argoproj.io/rollouts", "as above"],
  ["patch argoproj.io/rollouts", "as above"],
  ["delete coordination.k8s.io/leases", "sweeps what a replica left that was silent for ten lease durations"],
]);

const apiVersion = "externalvalues.dev/v1alpha1";

async function workload(kind: string, name: string): Promise<void> {
  await bench.cluster.apply(
    `
apiVersion: apps/v1
kind: ${kind}
metadata: { name: ${name}, labels: { app: ${name} } }
spec:
  selector: { matchLabels: { app: ${name} } }
  template: { metadata: { labels: { app: ${name} } }, spec: { containers: [{ name: app, image: "example.com/app:1" }] } }
`,
    place.namespace,
  );
}

it("uses every verb that it is granted, and asks for none that it is not", async () => {
  await bench.start({ args: ["--lease-duration=3s", "--renew-deadline=2s", "--retry-period=500ms"] });
  place = await bench.createPlace();
  const { namespace } = place;
  const spec = (head = "") => `${head}
  refreshInterval: 5s
  restart:
    - { kind: Deployment, name: web }
    - { kind: StatefulSet, selector: { matchLabels: { app: store } } }
    - { kind: DaemonSet, selector: { matchLabels: { app: agent } } }
    - { kind: Deployment, selector: { matchLabels: { app: web } } }
    - { kind: StatefulSet, name: store }
    - { kind: DaemonSet, name: agent }
  data:
    - { key: A, parameterStore: { name: /${namespace}/a } }
    - { key: B, to: ConfigMap, parameterStore: { name: /${namespace}/b } }
`;
  const put = async (value: string) => {
    await bench.fake.putParameter({ name: `/${namespace}/a`, value });
    await bench.fake.putParameter({ name: `/${namespace}/b`, value });
  };
  await put("1");
  for (const [kind, name] of [
    ["Deployment", "web"],
    ["StatefulSet", "store"],
    ["DaemonSet", "agent"],
  ] as const)
    await workload(kind, name);
  await bench.cluster.apply(
    `{ apiVersion: ${apiVersion}, kind: ValueStore, metadata: { name: own }, spec: { controllerClass: ${bench.controllerClass}, region: eu-west-1 } }`,
    namespace,
  );
  await place.apply("app", spec());
  await place.untilSecret("app", "A", "1");
  for (const value of ["2", "3", "4"]) {
    await put(value);
    await place.untilSecret("app", "A", value, 20_000);
  }
  // Read and compared after a restart.
  await bench.operator().kill();
  await put("5");
  await bench.start({ args: ["--lease-duration=3s", "--renew-deadline=2s", "--retry-period=500ms"] });
  await place.untilSecret("app", "A", "5", 30_000);
  await place.apply("app", spec("  secret: { name: other }\n  configMap: { name: other }"));
  await bench.cluster.untilGone({ apiVersion: "v1", kind: "Secret", name: "app", namespace });
  await bench.cluster.untilGone({ apiVersion: "v1", kind: "ConfigMap", name: "app", namespace });
  const fanOut = (interval: string, label: string) =>
    bench.cluster.apply(`
apiVersion: ${apiVersion}
kind: ClusterExternalValue
metadata: { name: ${namespace} }
spec:
  namespaceSelectors: [{ matchLabels: { kubernetes.io/metadata.name: ${label} } }]
  externalValueSpec: { storeRef: { kind: ClusterValueStore, name: ${place.store} }, refreshInterval: ${interval}, data: [{ key: A, parameterStore: { name: /${namespace}/a } }] }
`);
  await fanOut("1h", namespace);
  await place.until(namespace, "True");
  await fanOut("2h", namespace);
  await place.until(namespace, "True", { test: ({ spec: found }) => JSON.stringify(found).includes("2h") });
  await fanOut("2h", "none");
  await bench.cluster.untilGone({ apiVersion, kind: "ExternalValue", name: namespace, namespace });
  await bench.cluster.delete({ apiVersion, kind: "ClusterExternalValue", name: namespace });

  // The same Event again, which is counted in the one that stands, at the latest when the operator stops.
  for (let round = 0; round < 3; round += 1) {
    const other = { apiVersion: "v1", kind: "Secret", name: "other", namespace };
    const uid = (await bench.cluster.get(other))?.metadata.uid;
    await bench.cluster.delete(other);
    await bench.cluster.until(other, ({ metadata }) => metadata.uid !== uid, { what: "the deleted Secret is back" });
  }
  await bench.operator().stop();

  const { auditLog = "" } = sharedEnvironment();
  const operators = bench.installed.namespace;
  const granted = await grantedTo(bench.cluster, operators);
  expect(granted.size).toBeGreaterThan(20);
  const unused = () => {
    const { used } = auditOf(auditLog, operators);
    return [...granted].filter((permission) => !used.has(permission) && !allowed.has(permission));
  };
  await eventually(() => unused().length === 0 || undefined, { what: "every verb was used", timeoutMs: 10_000 }).catch(
    () => undefined,
  );
  expect(unused()).toEqual([]);
  const { denied, used } = auditOf(auditLog, operators);
  expect(denied).toEqual([]);
  recordFault({
    suite: "Permissions",
    fault: "audit of all requests against the chart's roles",
    injected: granted.size,
    seen: `${used.size} permissions used, none denied; granted and not used in this run: ${[...allowed.keys()].join(", ")}`,
  });
}, 180_000);
