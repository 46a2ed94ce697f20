import { describe, expect, it, test } from "@jest/globals";
import { type ChartObject, lintChart, readFolder, readRepositoryFile, renderChart } from "./chart.ts";
import { grants, verbsOn } from "./chart-rules.ts";

interface PodSpec {
  readonly automountServiceAccountToken: boolean;
  readonly serviceAccountName: string;
  readonly securityContext: object;
  readonly containers: readonly Container[];
  readonly topologySpreadConstraints: readonly { readonly topologyKey: string }[];
}
interface Container {
  readonly image: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly securityContext: object;
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly livenessProbe: object;
  readonly readinessProbe: object;
}
interface DeploymentSpec {
  readonly replicas: number;
  readonly strategy: object;
  readonly template: { readonly spec: PodSpec };
}

const render = (values: object = {}, options: readonly string[] = []): readonly ChartObject[] => {
  const { objects, refusal } = renderChart(values, options);
  if (refusal) throw new Error(refusal);
  return objects;
};
const find = (objects: readonly ChartObject[], kind: string, name = "external-values", namespace?: string) =>
  objects.find(
    (object) =>
      object.kind === kind &&
      object.metadata.name === name &&
      (namespace === undefined || object.metadata.namespace === namespace),
  );
const kinds = (objects: readonly ChartObject[]) => new Set(objects.map(({ kind }) => kind));
const deployment = (objects: readonly ChartObject[]) => find(objects, "Deployment")?.spec as DeploymentSpec;
const container = (objects: readonly ChartObject[]): Container => {
  const [only, ...others] = deployment(objects).template.spec.containers;
  if (only === undefined || others.length > 0) throw new Error("the pod must have one container");
  return only;
};
const environment = (objects: readonly ChartObject[]) =>
  Object.fromEntries(container(objects).env.map(({ name, value }) => [name, value]));

const everyNamespace = [
  ...verbsOn("externalvalues.dev/externalvalues", "get", "list", "watch"),
  ...verbsOn("externalvalues.dev/valuestores", "list", "watch"),
  ...verbsOn("externalvalues.dev/externalvalues/status", "update"),
  ...verbsOn("externalvalues.dev/valuestores/status", "update"),
  ...verbsOn("/secrets", "get", "list", "watch", "create", "patch", "delete"),
  ...verbsOn("/configmaps", "get", "list", "watch", "create", "patch", "delete"),
  ...verbsOn("events.k8s.io/events", "create", "patch"),
];
const wholeCluster = [
  ...verbsOn("externalvalues.dev/clusterexternalvalues", "get", "list", "watch"),
  ...verbsOn("externalvalues.dev/clusterexternalvalues/status", "update"),
  ...verbsOn("externalvalues.dev/externalvalues", "create", "patch", "delete"),
  ...verbsOn("externalvalues.dev/clustervaluestores", "list", "watch"),
  ...verbsOn("externalvalues.dev/clustervaluestores/status", "update"),
  ...verbsOn("/namespaces", "list", "watch"),
];

test("the chart passes helm lint --strict", () => {
  expect(lintChart()).toMatchObject({ ok: true });
});

test("the chart carries the version of package.json", () => {
  const { version } = readRepositoryFile<{ version: string }>("package.json");
  expect(readRepositoryFile("charts/external-values/Chart.yaml")).toMatchObject({ version, appVersion: version });
});

describe("roles: every grant is listed here, so that a new one is a decision", () => {
  it("serves all namespaces by one ClusterRole", () => {
    const objects = render();
    expect(grants(find(objects, "ClusterRole"))).toEqual([...everyNamespace, ...wholeCluster].sort());
    expect(find(objects, "ClusterRoleBinding")).toMatchObject({
      roleRef: { kind: "ClusterRole", name: "external-values" },
      subjects: [{ kind: "ServiceAccount", name: "external-values", namespace: "external-values" }],
    });
  });

  it("keeps its Lease in its own namespace", () => {
    const role = find(render(), "Role", "external-values-leases", "external-values");
    expect(grants(role)).toEqual(verbsOn("coordination.k8s.io/leases", "create", "delete", "list", "patch"));
  });

  it("has no role for Leases without leader election", () => {
    const objects = render({ replicas: 1, leaderElection: { enabled: false } });
    expect(kinds(objects)).not.toContain("Role");
  });

  it("serves named namespaces by Roles alone", () => {
    const objects = render({ namespaces: ["shop", "pay"] });
    expect(kinds(objects)).not.toContain("ClusterRole");
    expect(kinds(objects)).not.toContain("ClusterRoleBinding");
    for (const namespace of ["shop", "pay"]) {
      expect(grants(find(objects, "Role", "external-values", namespace))).toEqual([...everyNamespace].sort());
      expect(find(objects, "RoleBinding", "external-values", namespace)).toMatchObject({
        roleRef: { kind: "Role", name: "external-values" },
        subjects: [{ name: "external-values", namespace: "external-values" }],
      });
    }
    const namespaces = objects.filter(({ kind }) => kind === "Role").map(({ metadata }) => metadata.namespace);
    expect(namespaces.sort()).toEqual(["external-values", "pay", "shop"]);
  });

  it.each([
    { where: "the ClusterRole", values: {}, kind: "ClusterRole" },
    { where: "each Role", values: { namespaces: ["shop"] }, kind: "Role" },
  ])("lets workloads be patched only where restarts are enabled: $where", ({ values, kind }) => {
    const without = grants(find(render(values), kind));
    const withRestarts = grants(find(render({ ...values, restarts: { enabled: true } }), kind));
    expect(withRestarts.filter((line) => !without.includes(line))).toEqual(
      ["argoproj.io/rollouts", "apps/daemonsets", "apps/deployments", "apps/statefulsets"]
        .flatMap((resource) => verbsOn(resource, "get", "list", "patch"))
        .sort(),
    );
  });

  it("asks for tokens of the named ServiceAccounts and no others, in their namespaces only", () => {
    const tenantServiceAccounts = [
      { namespace: "shop", name: "reader" },
      { namespace: "shop", name: "writer" },
      { namespace: "pay", name: "reader" },
    ];
    const objects = render({ tenantServiceAccounts });
    const granted = (namespace: string) => grants(find(objects, "Role", "external-values-tenant-tokens", namespace));
    expect(granted("shop")).toEqual([
      "create /serviceaccounts/token [reader writer]",
      "get /serviceaccounts [reader writer]",
    ]);
    expect(granted("pay")).toEqual(["create /serviceaccounts/token [reader]", "get /serviceaccounts [reader]"]);
    expect(grants(find(objects, "ClusterRole")).filter((line) => line.includes("serviceaccounts"))).toEqual([]);
  });

  it("makes no role at all with rbac.create=false", () => {
    const objects = render({
      rbac: { create: false },
      namespaces: ["shop"],
      tenantServiceAccounts: [{ namespace: "shop", name: "reader" }],
    });
    expect([...kinds(objects)].filter((kind) => kind.includes("Role"))).toEqual([]);
  });

  it("gives users nothing unless asked", () => {
    const rbac = { aggregateToView: true, aggregateToEdit: true };
    const labels = (values: object) => render(values).flatMap(({ metadata }) => Object.keys(metadata.labels ?? {}));
    expect(labels({})).not.toContain("rbac.authorization.k8s.io/aggregate-to-view");
    expect(labels({})).not.toContain("rbac.authorization.k8s.io/aggregate-to-edit");
    expect(grants(find(render({ rbac }), "ClusterRole", "external-values-view"))).toEqual(
      ["externalvalues.dev/externalvalues", "externalvalues.dev/valuestores"]
        .flatMap((resource) => verbsOn(resource, "get", "list", "watch"))
        .sort(),
    );
    expect(find(render({ rbac }), "ClusterRole", "external-values-edit")?.metadata.labels).toMatchObject({
      "rbac.authorization.k8s.io/aggregate-to-edit": "true",
    });
  });
});

describe("the pod", () => {
  it("runs the controller with the flags that the values say", () => {
    expect(container(render()).args).toEqual([
      "controller",
      "--leader-elect",
      "--value-cache-bytes=67108864",
      "--metrics-bind-address=:8080",
      "--health-probe-bind-address=:8081",
      "--log-level=info",
      "--log-format=json",
    ]);
  });

  it.each([
    {
      values: { namespaces: ["shop", "pay"] },
      flags: ["--namespaces=shop,pay", "--allow-operator-identity-in-namespaces"],
    },
    { values: { restarts: { enabled: true } }, flags: ["--enable-restarts"] },
    { values: { clusterName: "prod" }, flags: ["--cluster-name=prod"] },
    { values: { controllerClass: "blue" }, flags: ["--controller-class=blue"] },
    { values: { valueCacheBytes: 1_000_000_000 }, flags: ["--value-cache-bytes=1000000000"] },
    { values: { metrics: { port: 9090 } }, flags: ["--metrics-bind-address=:9090"] },
    { values: { log: { level: "debug", format: "text" } }, flags: ["--log-level=debug", "--log-format=text"] },
    { values: { extraArgs: ["--shards=4"] }, flags: ["--shards=4"] },
  ])("passes $flags", ({ values, flags }) => {
    expect(container(render(values)).args).toEqual(expect.arrayContaining(flags));
  });

  it("meets the restricted Pod Security Standard", () => {
    const { spec } = deployment(render()).template;
    expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
    expect(container(render()).securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
  });

  it("has its own token, and gives none to others that run as its ServiceAccount", () => {
    expect(deployment(render()).template.spec).toMatchObject({
      serviceAccountName: "external-values",
      automountServiceAccountToken: true,
    });
    expect(find(render(), "ServiceAccount")).toMatchObject({ automountServiceAccountToken: false });
  });

  it("carries the IRSA role on its ServiceAccount", () => {
    const annotations = { "eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/reader" };
    expect(find(render({ serviceAccount: { annotations } }), "ServiceAccount")?.metadata).toMatchObject({
      annotations,
    });
  });

  it("is probed where the operator answers", () => {
    const { ports, livenessProbe, readinessProbe } = container(render({ health: { port: 9081 } }));
    expect(ports).toContainEqual({ name: "health", containerPort: 9081 });
    expect(livenessProbe).toMatchObject({ httpGet: { path: "/healthz", port: "health" } });
    expect(readinessProbe).toMatchObject({ httpGet: { path: "/readyz", port: "health" } });
  });

  it("never falls back to the node's role unless allowed to", () => {
    expect(environment(render())).toMatchObject({ AWS_EC2_METADATA_DISABLED: "true" });
    expect(environment(render({ aws: { disableInstanceMetadata: false } }))).not.toHaveProperty(
      "AWS_EC2_METADATA_DISABLED",
    );
  });

  it("takes the region only where one is given", () => {
    expect(environment(render())).not.toHaveProperty("AWS_REGION");
    expect(environment(render({ aws: { region: "us-gov-west-1" } }))).toMatchObject({ AWS_REGION: "us-gov-west-1" });
  });

  it.each([
    { memory: "512Mi", percent: 60, heap: "--max-old-space-size=307" },
    { memory: "1Gi", percent: 50, heap: "--max-old-space-size=512" },
    { memory: "1G", percent: 50, heap: "--max-old-space-size=476" },
    { memory: 2_147_483_648, percent: 75, heap: "--max-old-space-size=1536" },
    { memory: null, percent: 60, heap: undefined },
  ])("bounds the heap to $percent % of $memory", ({ memory, percent, heap }) => {
    const values = { resources: { limits: { memory } }, heapPercentOfMemoryLimit: percent };
    expect(environment(render(values))["NODE_OPTIONS"]).toBe(heap);
  });

  it("is named by digest where one is given", () => {
    const digest = `sha256:${"a".repeat(64)}`;
    expect(container(render()).image).toMatch(/^external-values:\d+\.\d+\.\d+$/);
    const image = { repository: "example.com/ours", tag: "1.2.3", digest };
    expect(container(render({ image })).image).toBe(`example.com/ours@${digest}`);
  });
});

describe("rolling out", () => {
  it("starts the new replica before the old one goes, and spreads replicas over nodes and zones", () => {
    const spec = deployment(render());
    expect(spec).toMatchObject({
      replicas: 2,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
    });
    expect(spec.template.spec.topologySpreadConstraints.map(({ topologyKey }) => topologyKey)).toEqual([
      "kubernetes.io/hostname",
      "topology.kubernetes.io/zone",
    ]);
  });

  it("never runs two without leader election", () => {
    const spec = deployment(render({ replicas: 1, leaderElection: { enabled: false } }));
    expect(spec).toMatchObject({ replicas: 1, strategy: { type: "Recreate" } });
    expect(container(render({ replicas: 1, leaderElection: { enabled: false } })).args).not.toContain("--leader-elect");
  });

  it("has a disruption budget only where it leaves a replica", () => {
    expect(find(render(), "PodDisruptionBudget")?.spec).toMatchObject({ maxUnavailable: 1 });
    expect(kinds(render({ replicas: 1 }))).not.toContain("PodDisruptionBudget");
  });
});

describe("what is optional", () => {
  it.each([
    { kind: "ServiceMonitor", values: { metrics: { serviceMonitor: { enabled: true } } } },
    { kind: "PodMonitor", values: { metrics: { podMonitor: { enabled: true } } } },
    { kind: "NetworkPolicy", values: { networkPolicy: { enabled: true } } },
    { kind: "ClusterValueStore", values: { defaultStore: { create: true } } },
  ])("$kind", ({ kind, values }) => {
    expect(kinds(render())).not.toContain(kind);
    expect(kinds(render(values))).toContain(kind);
  });

  it("gives a namespaced install a default ValueStore in each namespace", () => {
    const defaultStore = { create: true, spec: { region: "eu-west-1" } };
    const stores = render({ namespaces: ["shop", "pay"], defaultStore }).filter(({ kind }) => kind.endsWith("Store"));
    expect(stores).toMatchObject([
      { kind: "ValueStore", metadata: { name: "default", namespace: "shop" }, spec: { region: "eu-west-1" } },
      { kind: "ValueStore", metadata: { name: "default", namespace: "pay" }, spec: { region: "eu-west-1" } },
    ]);
  });

  it("makes the default store a hook only where the CRDs come with it", () => {
    const hooks = (options: readonly string[]) =>
      find(render({ defaultStore: { create: true } }, options), "ClusterValueStore", "default")?.metadata.annotations;
    expect(hooks([])).toMatchObject({ "helm.sh/hook": "post-install,post-upgrade" });
    expect(hooks(["--api-versions=externalvalues.dev/v1alpha1"])).toBeUndefined();
  });
});

describe("CustomResourceDefinitions", () => {
  const crds = (values: object) => render(values).filter(({ kind }) => kind === "CustomResourceDefinition");

  it("are those of crds/: run `make generate` when this fails", () => {
    expect(readFolder("charts/external-values/crd-files")).toEqual(readFolder("crds"));
  });

  it("are all installed, whole, and stay when the release goes", () => {
    const expected = Object.keys(readFolder("crds")).map((file) => {
      const crd = readRepositoryFile<ChartObject>(`crds/${file}`);
      const annotations = { ...crd.metadata.annotations, "helm.sh/resource-policy": "keep" };
      return { ...crd, metadata: { ...crd.metadata, annotations } };
    });
    expect(crds({})).toEqual(expect.arrayContaining(expected));
    expect(crds({})).toHaveLength(expected.length);
  });

  it("can be left out", () => {
    expect(crds({ crds: { install: false } })).toEqual([]);
  });
});

describe("values that make no sense are refused, and the refusal names them", () => {
  it.each([
    { reason: "a misspelt value", values: { replica: 3 }, says: "replica" },
    { reason: "two replicas without election", values: { leaderElection: { enabled: false } }, says: "/replicas" },
    { reason: "no namespace name", values: { namespaces: ["Shop"] }, says: "/namespaces/0" },
    { reason: "one namespace twice", values: { namespaces: ["shop", "shop"] }, says: "/namespaces" },
    { reason: "an unknown log level", values: { log: { level: "trace" } }, says: "/log/level" },
    {
      reason: "a ServiceAccount without a name",
      values: { tenantServiceAccounts: [{ namespace: "a" }] },
      says: "name",
    },
    { reason: "a port out of range", values: { metrics: { port: 70_000 } }, says: "/metrics/port" },
    {
      reason: "memory that no heap can be taken from",
      values: { resources: { limits: { memory: "1.5Gi" } } },
      says: "memory",
    },
    {
      reason: "an ARN where a region belongs",
      values: { aws: { region: "arn:aws:iam::1:role/x" } },
      says: "/aws/region",
    },
    { reason: "a digest that is none", values: { image: { digest: "latest" } }, says: "/image/digest" },
  ])("$reason", ({ values, says }) => {
    const { objects, refusal } = renderChart(values);
    expect(refusal).toContain(says);
    expect(objects).toEqual([]);
  });
});
