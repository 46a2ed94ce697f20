import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { apiRequest } from "../support/api-request.ts";
import { createSecret, putParameter, putSecretValue } from "../support/aws.ts";
import { secretValue } from "../support/canary.ts";
import type { ClusterObject } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { conditionOf, type Served, serve, unique } from "./served.ts";

let served: Served;
let without: Served;
beforeAll(async () => {
  served = await serve({ values: { restarts: { enabled: true } } });
  await served.cluster.apply(rolloutDefinition);
  await eventually(() => served.cluster.list(rolloutKind, served.namespace), { what: "Rollouts are served" });
  without = await serve();
}, 120_000);
afterAll(async () => {
  await served?.stop();
  await without?.stop();
});

const rolloutKind = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout" };

// As much of Argo Rollouts' definition as its restart needs.
const rolloutDefinition = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: rollouts.argoproj.io }
spec:
  group: argoproj.io
  scope: Namespaced
  names: { kind: Rollout, plural: rollouts, singular: rollout, listKind: RolloutList }
  versions:
    - name: v1alpha1
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } }
`;

const apiVersions: Readonly<Record<string, string>> = { Rollout: "argoproj.io/v1alpha1" };
const refOf = (kind: string, name: string) => ({
  apiVersion: apiVersions[kind] ?? "apps/v1",
  kind,
  name,
  namespace: served.namespace,
});

async function workload(kind: string, name: string, labels: Readonly<Record<string, string>> = {}): Promise<void> {
  await served.cluster.apply(
    `
apiVersion: ${apiVersions[kind] ?? "apps/v1"}
kind: ${kind}
metadata: { name: ${name}, labels: ${JSON.stringify(labels)} }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [{ name: app, image: "example.com/app:1" }] }
`,
    served.namespace,
  );
}

interface Template {
  readonly restartAt?: string;
  readonly template?: { readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> } };
}

/** What the workload carries of an ExternalValue: the number alone. */
function markOf(object: ClusterObject | undefined, cause: string): string | undefined {
  const { template } = (object?.spec ?? {}) as Template;
  const annotations = object?.kind === "Rollout" ? object.metadata.annotations : template?.metadata?.annotations;
  return annotations?.[`restart.externalvalues.dev/${cause}`]?.split(".")[0];
}

const restartedFor = (kind: string, name: string, cause: string, version: string) =>
  served.cluster.until(refOf(kind, name), (object) => markOf(object, cause) === version, {
    what: `${kind}/${name} is restarted for data version ${version}`,
  });

const specOf = (secretId: string, restart: string): string => `
  refreshInterval: 5s
  data: [{ key: PASSWORD, secretsManager: { secretId: ${secretId} } }]
  restart: ${restart}
`;

async function arrange(name: string, restart: string, where = served) {
  const secretId = unique(name);
  await createSecret(where.aws, secretId, secretValue("first"));
  await where.externalValue(name, specOf(secretId, restart));
  return secretId;
}

const exv = (name: string) => ({
  apiVersion: "externalvalues.dev/v1alpha1",
  kind: "ExternalValue",
  name,
  namespace: served.namespace,
});

/** Looked at once more, whatever its interval. */
async function visited(name: string): Promise<void> {
  const asked = unique("again");
  await served.cluster.patch(exv(name), { metadata: { annotations: { "externalvalues.dev/refresh": asked } } });
  await served.cluster.until(exv(name), ({ status }) => status?.["lastHandledRefresh"] === asked, {
    what: `${name} was looked at again`,
  });
}

const rowsOf = (object: ClusterObject) => object.status?.["restarts"];

describe("restart of workloads", () => {
  it.each(["Deployment", "StatefulSet", "DaemonSet", "Rollout"])(
    "records a %s at first creation, and restarts it once per change of data",
    async (kind) => {
      const name = kind.toLowerCase();
      await workload(kind, name);
      const secretId = await arrange(name, `[{ kind: ${kind}, name: ${name} }]`);
      const first = await served.ready(name);
      const made = await served.cluster.get(refOf(kind, name));
      expect(rowsOf(first)).toEqual([{ kind, name, uid: made?.metadata.uid, dataVersion: 1 }]);
      expect(made?.metadata.generation).toBe(1);
      expect(markOf(made, name)).toBeUndefined();

      await putSecretValue(served.aws, secretId, secretValue("second"));
      await restartedFor(kind, name, name, "2");
      const status = await served.ready(name, (object) => object.status?.["dataVersion"] === 2);
      expect(rowsOf(status)).toEqual([{ kind, name, uid: made?.metadata.uid, dataVersion: 2 }]);
      expect(await served.secret(name)).toEqual({ PASSWORD: secretValue("second") });
      await visited(name);
      const after = await served.cluster.get(refOf(kind, name));
      expect(after?.metadata.generation).toBe(2);
      const events = await served.cluster.events(served.namespace, name);
      expect(events.filter(({ reason }) => reason === "Restarted")).toHaveLength(1);
    },
  );

  it("restarts a Rollout by restartAt, without a new release", async () => {
    const before = await served.cluster.get(refOf("Rollout", "rollout"));
    const { restartAt, template } = (before?.spec ?? {}) as Template;
    expect(Date.now() - Date.parse(restartAt ?? "")).toBeLessThan(120_000);
    expect(template?.metadata?.annotations).toBeUndefined();
  });

  it("restarts all that a selector matches, each once, those made since included", async () => {
    const labels = { reads: "many" };
    for (let index = 0; index < 24; index++) await workload("Deployment", `many-${index}`, labels);
    const secretId = await arrange("many", "[{ kind: Deployment, selector: { matchLabels: { reads: many } } }]");
    await served.ready("many");
    await workload("Deployment", "many-24", labels);
    await putSecretValue(served.aws, secretId, secretValue("second"));
    await Promise.all(
      Array.from({ length: 25 }, (_, index) => restartedFor("Deployment", `many-${index}`, "many", "2")),
    );
    await served.ready("many", (object) => {
      const rows = rowsOf(object) as { readonly dataVersion: number }[];
      return rows.length === 25 && rows.every(({ dataVersion }) => dataVersion === 2);
    });
    const all = await served.cluster.list(
      { apiVersion: "apps/v1", kind: "Deployment" },
      served.namespace,
      "reads=many",
    );
    expect(all.map(({ metadata }) => metadata.generation)).toEqual(Array(25).fill(2));
  });

  it("is paced when many change at once: ten, and ten a second from then on", async () => {
    const names = Array.from({ length: 30 }, (_, index) => `paced-${index}`);
    const secretId = unique("paced");
    await createSecret(served.aws, secretId, secretValue("first"));
    await Promise.all(
      names.map(async (name) => {
        await workload("Deployment", name);
        await served.externalValue(name, specOf(secretId, `[{ kind: Deployment, name: ${name} }]`));
        await served.ready(name);
      }),
    );
    let watched = 0;
    const restarts = Promise.all(
      names.map(async (name) => {
        let seen = false;
        const isRestarted = (object: ClusterObject): boolean => {
          if (!seen) watched += 1;
          seen = true;
          return markOf(object, name) === "2";
        };
        await served.cluster.until(refOf("Deployment", name), isRestarted, { what: `${name} is restarted` });
        return performance.now();
      }),
    );
    // Every watch stands before anything happens: one that is opened late would see the restart late.
    const allWatched = eventually(() => watched === names.length || undefined, { what: "all are watched" });
    await Promise.race([allWatched, restarts]);
    await putSecretValue(served.aws, secretId, secretValue("second"));
    const times = await restarts;
    // The twenty beyond the first ten take two seconds; what a watch is late by goes both ways.
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(1_400);
    await Promise.all(names.map((name) => served.ready(name, ({ status }) => status?.["dataVersion"] === 2)));
    const generations = await Promise.all(
      names.map(async (name) => (await served.cluster.get(refOf("Deployment", name)))?.metadata.generation),
    );
    expect(generations).toEqual(names.map(() => 2));
  });

  it("does not restart again what a process that was killed had restarted already", async () => {
    await workload("Deployment", "killed");
    const secretId = await arrange("killed", "[{ kind: Deployment, name: killed }]");
    await served.ready("killed");
    await putSecretValue(served.aws, secretId, secretValue("second"));
    await restartedFor("Deployment", "killed", "killed", "2");
    const done = await served.ready("killed", (object) => object.status?.["dataVersion"] === 2);
    await served.operator().kill();
    // As if it had ended between the restart and the status.
    const [row] = rowsOf(done) as object[];
    const [target] = (done.status?.["targets"] ?? []) as object[];
    await replaceStatus(done, {
      ...done.status,
      dataVersion: 1,
      targets: [{ ...target, dataVersion: 1 }],
      restarts: [{ ...row, dataVersion: 1 }],
    });
    await served.restart("kill");
    await served.ready("killed", (object) => object.status?.["dataVersion"] === 2);
    const after = await served.cluster.get(refOf("Deployment", "killed"));
    expect(after?.metadata.generation).toBe(2);
  });

  it("is not held up by a workload that comes later, fails when data changes without it, and heals", async () => {
    const secretId = await arrange("later", "[{ kind: Deployment, name: later }]");
    await served.ready("later");
    await putSecretValue(served.aws, secretId, secretValue("second"));
    expect(await served.notReady("later", "RestartFailed")).toContain("Deployment/later, named in spec.restart");
    expect(await served.secret("later")).toEqual({ PASSWORD: secretValue("second") });
    await workload("Deployment", "later");
    await visited("later");
    await served.ready("later");
    const made = await served.cluster.get(refOf("Deployment", "later"));
    expect(made?.metadata.generation).toBe(1);
  });
});

describe("several targets", () => {
  it("restarts once all of them stand, and counts their changes together", async () => {
    await workload("Deployment", "both");
    const secretId = unique("both");
    const parameter = `/${unique("both")}`;
    await createSecret(served.aws, secretId, JSON.stringify({ password: secretValue("first"), level: "info" }));
    await putParameter(served.aws, { name: parameter, value: '{ "level": "info" }' });
    await served.externalValue(
      "both",
      `
  refreshInterval: 5s
  data:
    - { key: PASSWORD, secretsManager: { secretId: ${secretId} }, jsonKey: password }
    - { key: LEVEL, to: ConfigMap, parameterStore: { name: ${parameter} }, jsonKey: level }
  restart: [{ kind: Deployment, name: both }]
`,
    );
    await served.ready("both", (object) => object.status?.["dataVersion"] === 2);
    await putParameter(served.aws, { name: parameter, value: '{ "other": 1 }' });
    await served.notReady("both", "ValueNotFound");
    await putSecretValue(served.aws, secretId, JSON.stringify({ password: secretValue("second") }));
    await served.untilSecret("both", "PASSWORD", secretValue("second"));
    const waiting = await served.cluster.until(exv("both"), ({ status }) => status?.["dataVersion"] === 3, {
      what: "the change is counted",
    });
    expect(rowsOf(waiting)).toMatchObject([{ dataVersion: 2 }]);
    expect((await served.cluster.get(refOf("Deployment", "both")))?.metadata.generation).toBe(1);
    await putParameter(served.aws, { name: parameter, value: '{ "level": "debug" }' });
    await restartedFor("Deployment", "both", "both", "4");
    const done = await served.ready("both", (object) => object.status?.["dataVersion"] === 4);
    expect(rowsOf(done)).toMatchObject([{ dataVersion: 4 }]);
    expect((await served.cluster.get(refOf("Deployment", "both")))?.metadata.generation).toBe(2);
  });

  it("never counts back: a renamed target is one change more", async () => {
    await workload("Deployment", "renamed");
    const secretId = await arrange("renamed", "[{ kind: Deployment, name: renamed }]");
    await served.ready("renamed");
    await putSecretValue(served.aws, secretId, secretValue("second"));
    await served.ready("renamed", (object) => object.status?.["dataVersion"] === 2);
    await served.externalValue(
      "renamed",
      `  secret: { name: new-name }${specOf(secretId, "[{ kind: Deployment, name: renamed }]")}`,
    );
    await restartedFor("Deployment", "renamed", "renamed", "3");
    await served.ready("renamed", (object) => object.status?.["dataVersion"] === 3);
  });
});

describe("without --enable-restarts", () => {
  it("refuses spec.restart and says how to allow it", async () => {
    await arrange("off", "[{ kind: Deployment, name: off }]", without);
    const message = await without.notReady("off", "SpecInvalid");
    expect(message).toContain("spec.restart must be left out: this operator runs without --enable-restarts");
    const object = await without.cluster.get({ ...exv("off"), namespace: without.namespace });
    expect(object && conditionOf(object, "Stalled")?.status).toBe("True");
    expect(await without.secret("off")).toBeUndefined();
  });
});

async function replaceStatus(object: ClusterObject, status: object): Promise<void> {
  const { connection } = served.cluster;
  await apiRequest(connection, {
    method: "PATCH",
    path: `/apis/externalvalues.dev/v1alpha1/namespaces/${served.namespace}/externalvalues/${object.metadata.name}/status`,
    contentType: "application/merge-patch+json",
    body: { status },
  });
}
