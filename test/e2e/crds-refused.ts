/** Manifests that must be refused, one for each rule of the schemas and for each kind of bound. */
export interface RefusedManifest {
  readonly name: string;
  readonly kind: "ExternalValue" | "ClusterExternalValue" | "ValueStore" | "ClusterValueStore";
  readonly spec: unknown;
  /** Where the fault is, as the API server names it. */
  readonly field: string;
  /** A rule's message, which the API server and the check without one must both give. */
  readonly message: string;
  /** Where the API server has its own words, for bounds: what it says. */
  readonly serverSays?: string;
}

const secretsManager = { secretId: "prod/db" };
const parameterStore = { name: "/shop/x" };
const item = { key: "A", secretsManager };
const role = { roleArn: "arn:aws:iam::123456789012:role/reader" };
const longRole = { ...role, durationSeconds: 7200 };
const serviceAccount = { name: "reader", namespace: "shop", roleArn: role.roleArn };
const accessKey = {
  secretRef: { name: "keys", namespace: "shop" },
  accessKeyIdKey: "id",
  secretAccessKeyKey: "secret",
};
const versionId = "5f3c0f7e-7f0b-4c39-9d1b-0a5c8a4a8a11";

const oneSource = "must have exactly one of secretsManager, parameterStore and arn";
const oneSelector = "must have at most one of versionId and versionStage, and only with secretId";
const parameterSelector = "must have at most one of version and label, and only with name";
const notOurs = "must not have keys that start with externalvalues.dev/";
const deletesOwn = "must have deletionPolicy Delete only with creationPolicy Owner or Orphan";
const uniqueKeys = "must have each key only once for each value of to";

const inExternalValue = (name: string, spec: unknown, field: string, message: string): RefusedManifest => ({
  name,
  kind: "ExternalValue",
  spec,
  field,
  message,
});

const inData = (name: string, fields: object, message: string, field = "spec.data[0]"): RefusedManifest =>
  inExternalValue(name, { data: [{ key: "A", ...fields }] }, field, message);

const inDataFrom = (name: string, fields: object, message: string, field = "spec.dataFrom[0]"): RefusedManifest =>
  inExternalValue(name, { dataFrom: [fields] }, field, message);

const inTarget = (name: string, spec: object, field: string, message: string): RefusedManifest =>
  inExternalValue(name, { ...spec, data: [item] }, field, message);

const externalValues: readonly RefusedManifest[] = [
  inExternalValue("asks for nothing", {}, "spec", "must have at least one of data, dataFrom, secret and configMap"),
  inExternalValue(
    "too short an interval",
    { data: [item], refreshInterval: "4999ms" },
    "spec.refreshInterval",
    "must be at least 5s",
  ),
  inExternalValue("a key twice in one target", { data: [item, { ...item, to: "Secret" }] }, "spec.data", uniqueKeys),
  inExternalValue(
    "a key twice in the ConfigMap",
    { data: [{ ...item, to: "ConfigMap" }, item, { ...item, to: "ConfigMap" }] },
    "spec.data",
    uniqueKeys,
  ),
  inData("an item without a source", {}, oneSource),
  inData("an item with two sources", { secretsManager, parameterStore }, oneSource),
  inData(
    "an item with a source and an arn",
    { secretsManager, arn: "arn:aws:ssm:eu-west-1:123456789012:parameter/x" },
    oneSource,
  ),
  inData(
    "two ways to take a part",
    { secretsManager, jsonKey: "a", jmesPath: "a" },
    "must have at most one of jsonKey, jmesPath and tag",
  ),
  inData(
    "a part of a tag",
    { secretsManager, tag: "owner", jmesPath: "a" },
    "must have at most one of jsonKey, jmesPath and tag",
  ),
  inData(
    "a stage and a version",
    { secretsManager: { ...secretsManager, versionId, versionStage: "AWSCURRENT" } },
    "must have at most one of versionId and versionStage",
    "spec.data[0].secretsManager",
  ),
  inData(
    "a label and a version",
    { parameterStore: { ...parameterStore, version: 3, label: "stable" } },
    "must have at most one of version and label",
    "spec.data[0].parameterStore",
  ),
  inDataFrom("a dataFrom without a source", { to: "Secret" }, oneSource),
  inDataFrom(
    "a secret and a prefix",
    { secretsManager: { ...secretsManager, namePrefix: "prod/" } },
    "must have either secretId, or namePrefix or tags or both",
    "spec.dataFrom[0].secretsManager",
  ),
  inDataFrom(
    "neither a secret nor a filter",
    { secretsManager: {} },
    "must have either secretId, or namePrefix or tags or both",
    "spec.dataFrom[0].secretsManager",
  ),
  inDataFrom(
    "a stage of a find",
    { secretsManager: { namePrefix: "prod/", versionStage: "AWSCURRENT" } },
    oneSelector,
    "spec.dataFrom[0].secretsManager",
  ),
  inDataFrom(
    "a stage and a version to expand",
    { secretsManager: { ...secretsManager, versionId, versionStage: "AWSCURRENT" } },
    oneSelector,
    "spec.dataFrom[0].secretsManager",
  ),
  inDataFrom(
    "a path and tags",
    { parameterStore: { path: "/a", tags: { a: "b" } } },
    "must have exactly one of name, path and tags",
    "spec.dataFrom[0].parameterStore",
  ),
  inDataFrom(
    "a label of a path",
    { parameterStore: { path: "/a", label: "stable" } },
    parameterSelector,
    "spec.dataFrom[0].parameterStore",
  ),
  inDataFrom(
    "a label and a version to expand",
    { parameterStore: { ...parameterStore, version: 1, label: "stable" } },
    parameterSelector,
    "spec.dataFrom[0].parameterStore",
  ),
  inDataFrom(
    "a parameter, recursively",
    { parameterStore: { ...parameterStore, recursive: true } },
    "must have recursive only with path",
    "spec.dataFrom[0].parameterStore",
  ),
  inTarget(
    "a token of a service account",
    { secret: { type: "kubernetes.io/service-account-token" } },
    "spec.secret.type",
    "must not be the type of a service account's or a bootstrap token",
  ),
  inTarget(
    "a bootstrap token",
    { secret: { type: "bootstrap.kubernetes.io/token" } },
    "spec.secret.type",
    "must not be the type of a service account's or a bootstrap token",
  ),
  inTarget("a label of ours", { secret: { labels: { "externalvalues.dev/x": "1" } } }, "spec.secret.labels", notOurs),
  inTarget(
    "an annotation of ours",
    { configMap: { annotations: { "externalvalues.dev/adopt": "x" } } },
    "spec.configMap.annotations",
    notOurs,
  ),
  inTarget(
    "deletes what it merges into",
    { secret: { creationPolicy: "Merge", deletionPolicy: "Delete" } },
    "spec.secret",
    deletesOwn,
  ),
  inTarget(
    "deletes what it may merge into",
    { configMap: { creationPolicy: "CreateOrMerge", deletionPolicy: "Delete" } },
    "spec.configMap",
    deletesOwn,
  ),
  inTarget(
    "a secret template of a ConfigMap",
    { configMap: { template: { from: [{ secret: { name: "a", key: "b" } }] } } },
    "spec.configMap",
    "must have templates from a secret only for a Secret target",
  ),
  inTarget(
    "a template from two objects",
    { secret: { template: { from: [{ secret: { name: "a", key: "b" }, configMap: { name: "a", key: "b" } }] } } },
    "spec.secret.template.from[0]",
    "must have exactly one of configMap and secret",
  ),
  inTarget(
    "a template for no key",
    { secret: { template: { data: { "a b": "x" } } } },
    "spec.secret.template.data",
    "must have keys of at most 253 letters, digits, '-', '_' and '.', without a leading '..'",
  ),
  inTarget(
    "a template for a path",
    { secret: { template: { data: { "..a": "x" } } } },
    "spec.secret.template.data",
    "must have keys of at most 253 letters, digits, '-', '_' and '.', without a leading '..'",
  ),
  inTarget(
    "restarts by name and selector",
    { restart: [{ kind: "Deployment", name: "a", selector: { matchLabels: { a: "b" } } }] },
    "spec.restart[0]",
    "must have exactly one of name and selector",
  ),
  inTarget(
    "restarts everything",
    { restart: [{ kind: "Deployment", selector: {} }] },
    "spec.restart[0]",
    "must have a selector with matchLabels or matchExpressions",
  ),
  inTarget(
    "restarts everything, by an empty map",
    { restart: [{ kind: "Deployment", selector: { matchLabels: {} } }] },
    "spec.restart[0]",
    "must have a selector with matchLabels or matchExpressions",
  ),
  inTarget(
    "In without values",
    { restart: [{ kind: "Deployment", selector: { matchExpressions: [{ key: "a", operator: "In" }] } }] },
    "spec.restart[0].selector.matchExpressions[0]",
    "must have values with the operators In and NotIn, and none with Exists and DoesNotExist",
  ),
  inTarget(
    "Exists with values",
    {
      restart: [
        { kind: "Deployment", selector: { matchExpressions: [{ key: "a", operator: "Exists", values: ["b"] }] } },
      ],
    },
    "spec.restart[0].selector.matchExpressions[0]",
    "must have values with the operators In and NotIn, and none with Exists and DoesNotExist",
  ),
];

const inStore = (name: string, spec: unknown, field: string, message: string): RefusedManifest => ({
  name,
  kind: "ClusterValueStore",
  spec,
  field,
  message,
});

const inNamespacedStore = (name: string, spec: unknown, message: string): RefusedManifest => ({
  name,
  kind: "ValueStore",
  spec,
  field: "spec",
  message,
});

const queueMessage = "must have a changeEvents.queueUrl of SQS, or one below endpoints.sqs";
const sessionTagMessage = "must have keys of at most 128 characters that do not start with aws: or external-values/";

const stores: readonly RefusedManifest[] = [
  inStore(
    "two identities",
    { auth: { serviceAccount, accessKey } },
    "spec.auth",
    "must have at most one of serviceAccount and accessKey",
  ),
  inStore(
    "fails over to itself",
    { region: "eu-west-1", failoverRegions: ["eu-west-1"] },
    "spec",
    "must not name its own region in failoverRegions",
  ),
  inStore(
    "tags without a role",
    { sessionTagsFromNamespace: true },
    "spec",
    "must have assumeRoles with sessionTagsFromNamespace",
  ),
  inStore(
    "tags with an empty chain",
    { sessionTagsFromNamespace: true, assumeRoles: [] },
    "spec",
    "must have assumeRoles with sessionTagsFromNamespace",
  ),
  inStore(
    "a long second hop",
    { assumeRoles: [longRole, longRole] },
    "spec.assumeRoles",
    "must have a durationSeconds of at most 3600 beyond the first role",
  ),
  inStore(
    "a long hop after a short one",
    { assumeRoles: [role, longRole] },
    "spec.assumeRoles",
    "must have a durationSeconds of at most 3600 beyond the first role",
  ),
  inStore(
    "a long hop over a ServiceAccount's role",
    { auth: { serviceAccount }, assumeRoles: [longRole] },
    "spec",
    "must have a durationSeconds of at most 3600 in assumeRoles with auth.serviceAccount, whose role is the first",
  ),
  inStore(
    "a session tag of AWS",
    { assumeRoles: [{ ...role, sessionTags: { "aws:x": "1" } }] },
    "spec.assumeRoles[0].sessionTags",
    sessionTagMessage,
  ),
  inStore(
    "the operator's session tag",
    { assumeRoles: [{ ...role, sessionTags: { "external-values/namespace": "shop" } }] },
    "spec.assumeRoles[0].sessionTags",
    sessionTagMessage,
  ),
  inStore(
    "too long a session tag",
    { assumeRoles: [{ ...role, sessionTags: { ["k".repeat(129)]: "1" } }] },
    "spec.assumeRoles[0].sessionTags",
    sessionTagMessage,
  ),
  inStore(
    "a transitive tag that is not set",
    { assumeRoles: [{ ...role, transitiveTagKeys: ["team"] }] },
    "spec.assumeRoles[0]",
    "must have transitiveTagKeys only of its sessionTags",
  ),
  inStore(
    "a rule of no service",
    { access: [{ namespaces: { names: ["shop"] } }] },
    "spec.access[0]",
    "must have at least one of parameterStore and secretsManager",
  ),
  inStore(
    "a queue elsewhere",
    { changeEvents: { queueUrl: "https://example.com/123456789012/queue" } },
    "spec",
    queueMessage,
  ),
  inStore(
    "a queue that only looks like SQS",
    { changeEvents: { queueUrl: "https://sqs.eu-west-1.amazonaws.com.example.com/123456789012/queue" } },
    "spec",
    queueMessage,
  ),
  inStore(
    "a queue beside the endpoint",
    {
      endpoints: { sqs: "https://sqs.internal" },
      changeEvents: { queueUrl: "https://sqs.internal.example.com/123456789012/queue" },
    },
    "spec",
    queueMessage,
  ),
  inNamespacedStore(
    "endpoints of a ValueStore",
    { endpoints: { sts: "https://example.com" } },
    "must not have endpoints or changeEvents, which only a ClusterValueStore may have",
  ),
  inNamespacedStore(
    "a queue of a ValueStore",
    { changeEvents: { queueUrl: "https://sqs.eu-west-1.amazonaws.com/123456789012/queue" } },
    "must not have endpoints or changeEvents, which only a ClusterValueStore may have",
  ),
  inNamespacedStore(
    "an external id with the operator's identity",
    { assumeRoles: [{ ...role, externalId: "x1" }] },
    "must not have externalId in the first of assumeRoles without auth, since the operator sets it",
  ),
  inNamespacedStore(
    "an external id with an empty auth",
    { auth: {}, assumeRoles: [{ ...role, externalId: "x1" }] },
    "must not have externalId in the first of assumeRoles without auth, since the operator sets it",
  ),
];

const inFanOut = (name: string, spec: object, field: string, message: string): RefusedManifest => ({
  name,
  kind: "ClusterExternalValue",
  spec: { externalValueSpec: { data: [item] }, ...spec },
  field,
  message,
});

const fanOuts: readonly RefusedManifest[] = [
  inFanOut("no namespaces", {}, "spec", "must have at least one of namespaceSelectors and namespaces"),
  inFanOut(
    "a label of ours",
    { namespaces: ["a"], externalValueMetadata: { labels: { "externalvalues.dev/x": "1" } } },
    "spec.externalValueMetadata.labels",
    notOurs,
  ),
  inFanOut(
    "a bad item",
    { namespaces: ["a"], externalValueSpec: { data: [{ key: "A" }] } },
    "spec.externalValueSpec.data[0]",
    oneSource,
  ),
];

const bound = (
  name: string,
  spec: unknown,
  {
    field,
    message,
    serverSays,
    kind = "ExternalValue",
  }: Omit<RefusedManifest, "name" | "spec" | "kind"> & { readonly kind?: RefusedManifest["kind"] },
): RefusedManifest => ({ name, kind, spec, field, message, ...(serverSays === undefined ? {} : { serverSays }) });

const many = (count: number) => Array.from({ length: count }, (_, index) => ({ ...item, key: `K${index}` }));
const cluster = "ClusterValueStore";

/** Where the API server has its own words. */
const bounds: readonly RefusedManifest[] = [
  bound(
    "no key",
    { data: [{ secretsManager }] },
    { field: "spec.data[0].key", message: "must be set", serverSays: "Required value" },
  ),
  bound(
    "a key with a space",
    { data: [{ ...item, key: "A B" }] },
    { field: "spec.data[0].key", message: "must match ^[.]?[-_a-zA-Z0-9][-._a-zA-Z0-9]*$", serverSays: "should match" },
  ),
  bound(
    "too long a key",
    { data: [{ ...item, key: "k".repeat(254) }] },
    { field: "spec.data[0].key", message: "must have at most 253 characters", serverSays: "253" },
  ),
  bound(
    "a destination that is none",
    { data: [{ ...item, to: "Pod" }] },
    { field: "spec.data[0].to", message: "must be one of Secret, ConfigMap, Template", serverSays: "supported values" },
  ),
  bound(
    "too many keys",
    { data: many(257) },
    { field: "spec.data", message: "must have at most 256 items", serverSays: "256" },
  ),
  bound(
    "a number for text",
    { data: [{ ...item, key: 1 }] },
    { field: "spec.data[0].key", message: "must be a string", serverSays: "must be of type string" },
  ),
  bound(
    "text for a flag",
    { data: [{ ...item, optional: "true" }] },
    { field: "spec.data[0].optional", message: "must be true or false", serverSays: "must be of type boolean" },
  ),
  bound(
    "an interval that is none",
    { data: [item], refreshInterval: "5 minutes" },
    {
      field: "spec.refreshInterval",
      message: "must match ^([0-9]{1,6}(\\.[0-9]{1,9})?(ns|us|µs|ms|s|m|h))+$",
      serverSays: "should match",
    },
  ),
  bound(
    "version 0",
    { data: [{ key: "A", parameterStore: { ...parameterStore, version: 0 } }] },
    {
      field: "spec.data[0].parameterStore.version",
      message: "must be at least 1",
      serverSays: "should be greater than or equal to 1",
    },
  ),
  bound(
    "a selector in a name",
    { data: [{ key: "A", parameterStore: { name: "/shop/x:3" } }] },
    {
      field: "spec.data[0].parameterStore.name",
      message: "must match ^(arn:[!-~]+|[!-9;-~]+)$",
      serverSays: "should match",
    },
  ),
  bound(
    "an ARN of another service",
    { data: [{ key: "A", arn: "arn:aws:s3:eu-west-1:123456789012:bucket/x" }] },
    {
      field: "spec.data[0].arn",
      message:
        "must match ^arn:aws[-a-z]*:(ssm:[-a-z0-9]+:[0-9]{12}:parameter/|secretsmanager:[-a-z0-9]+:[0-9]{12}:secret:)[!-~]+$",
      serverSays: "should match",
    },
  ),
  bound(
    "a region that is none",
    { region: "Ireland" },
    {
      kind: cluster,
      field: "spec.region",
      message: "must match ^[a-z]{2,8}(-[a-z]{2,16}){1,3}-[0-9]{1,2}$",
      serverSays: "should match",
    },
  ),
  bound(
    "a region twice",
    { regions: ["eu-west-1", "eu-west-1"] },
    { kind: cluster, field: "spec.regions[1]", message: "must not repeat another item", serverSays: "Duplicate value" },
  ),
  bound(
    "a ServiceAccount without its namespace",
    { auth: { serviceAccount: { name: "reader", roleArn: role.roleArn } } },
    {
      kind: cluster,
      field: "spec.auth.serviceAccount.namespace",
      message: "must be set",
      serverSays: "Required value",
    },
  ),
  bound(
    "a ServiceAccount without its role",
    { auth: { serviceAccount: { name: "reader", namespace: "shop" } } },
    { kind: cluster, field: "spec.auth.serviceAccount.roleArn", message: "must be set", serverSays: "Required value" },
  ),
  bound(
    "a user for a role",
    { assumeRoles: [{ roleArn: "arn:aws:iam::123456789012:user/reader" }] },
    {
      kind: cluster,
      field: "spec.assumeRoles[0].roleArn",
      message: "must match ^arn:aws[-a-z]*:iam::[0-9]{12}:role/[!-~]+$",
      serverSays: "should match",
    },
  ),
  bound(
    "too high a limit",
    { limits: { secretReads: 10_001 } },
    {
      kind: cluster,
      field: "spec.limits.secretReads",
      message: "must be at most 10000",
      serverSays: "should be less than or equal to 10000",
    },
  ),
  bound(
    "no tags",
    { dataFrom: [{ parameterStore: { tags: {} } }] },
    {
      field: "spec.dataFrom[0].parameterStore.tags",
      message: "must have at least 1 entries",
      serverSays: "should have at least 1 properties",
    },
  ),
];

export const refusedManifests: readonly RefusedManifest[] = [...externalValues, ...stores, ...fanOuts, ...bounds];
