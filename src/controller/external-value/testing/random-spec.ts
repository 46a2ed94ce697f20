import fc from "fast-check";
import type { ExternalValueModel } from "../../../api/model.ts";
import { parseExternalValue } from "../../../api/parse-external-value.ts";

/** Names that meet often, so that items, templates and targets speak of the same keys; some of them hostile. */
const anyKeyName = fc.constantFrom(
  ...["A", "B", "C", "DB_USER", "password", "x.y", "a-b", "tls.crt", "tls.key", "username"],
  ...[".dockerconfigjson", "__proto__", "constructor", "k".repeat(253)],
);

const keyName = fc.oneof(fc.constantFrom("A", "B"), anyKeyName);

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });

const secretId = fc.constantFrom(
  "prod/db",
  "prod/api",
  "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/x-AbCdEf",
);
const parameterName = fc.constantFrom("/shop/a", "/shop/b", "plain", "arn:aws:ssm:eu-west-1:210987654321:parameter/p");

const arn = fc.constantFrom(
  "arn:aws:ssm:eu-west-1:123456789012:parameter/shop/c",
  "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/api-AbCdEf",
  "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/api-AbCdEf:password::",
);

const tags = fc.constantFrom(
  { team: "shop" },
  { team: "shop", stage: "prod" },
  Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`t${index}`.padEnd(128, "t"), "v".repeat(256)])),
);

const single = fc.oneof(
  fc.record({ secretsManager: fc.record({ secretId, versionStage: maybe(fc.constant("AWSPREVIOUS")) }) }),
  fc.record({ parameterStore: fc.record({ name: parameterName, version: maybe(fc.constant(3)) }) }),
  fc.record({ parameterStore: fc.record({ name: parameterName, label: maybe(fc.constant("stable")) }) }),
  fc.record({ arn }),
);

const find = fc.oneof(
  fc.record({ parameterStore: fc.record({ path: fc.constant("/shop/prod"), recursive: maybe(fc.boolean()) }) }),
  fc.record({ parameterStore: fc.record({ tags }) }),
  fc.record({
    secretsManager: fc.record({ namePrefix: fc.constantFrom("prod/", "p".repeat(512)), tags: maybe(tags) }),
  }),
);

const extraction = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  { weight: 2, arbitrary: fc.record({ jsonKey: fc.constantFrom("password", "A", "/nested/a", "number", "x.y") }) },
  { weight: 1, arbitrary: fc.record({ jmesPath: fc.constantFrom("password", "list[0]", "nested", "absent") }) },
  { weight: 1, arbitrary: fc.record({ tag: fc.constantFrom("owner", "*", "absent") }) },
);

const decode = maybe(fc.constantFrom("None", "Base64", "Base64URL", "Auto"));
const shared = { decode, sensitive: maybe(fc.boolean()), optional: maybe(fc.boolean()) };

const dataItem = fc
  .tuple(
    fc.record({ key: keyName, to: maybe(fc.constantFrom("Secret", "ConfigMap", "Template")), ...shared }),
    single,
    extraction,
  )
  .map((parts) => Object.assign({}, ...parts) as { readonly key: string; readonly to?: string });

const pattern = fc.constantFrom("^a", "b", ".", "[A-Z]", "x", "(a+)+$");

const keyRules = fc.record({
  format: maybe(fc.constantFrom("Relative", "Env", "Full", "Base")),
  include: maybe(fc.array(pattern, { maxLength: 2 })),
  exclude: maybe(fc.array(pattern, { maxLength: 1 })),
  rewrite: maybe(
    fc.array(
      fc.record({
        match: fc.constantFrom("^.*?(.{1,12})$", "/", "[^-._a-zA-Z0-9]", "a"),
        replace: fc.constantFrom("$1", "_", "", "A"),
      }),
      { maxLength: 2 },
    ),
  ),
  onConflict: maybe(fc.constantFrom("Fail", "Last")),
});

const dataFromItem = fc
  .tuple(
    fc.record({
      to: maybe(fc.constantFrom("Secret", "ConfigMap", "Template", "ByType")),
      keys: maybe(keyRules),
      jsonKey: fc.option(fc.constantFrom("nested", "/nested", "password"), { nil: undefined, freq: 6 }),
      ...shared,
    }),
    fc.oneof(single, find),
  )
  .map((parts) => Object.assign({}, ...parts) as object);

const templateSource = fc.oneof(
  fc.constantFrom("plain text", "{{ A }}", "{{ A | url_encode }}:{{ B }}", "{{ nothing }}", "{{ A"),
  keyName.map((key) => `{{ values[${JSON.stringify(key)}] | default: "d" }}`),
);

const metadataValue = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("fixed", "") },
  {
    weight: 2,
    arbitrary: keyName.map((key) => `{{ values[${JSON.stringify(key)}] | default: "d" | truncate: 40 }}`),
  },
);

const block = fc.record({
  name: maybe(fc.constantFrom("target", "other")),
  creationPolicy: maybe(fc.constantFrom("Owner", "Orphan", "Merge", "CreateOrMerge")),
  deletionPolicy: maybe(fc.constantFrom("Retain", "Prune", "Delete")),
  immutable: maybe(fc.boolean()),
  labels: maybe(fc.dictionary(fc.constantFrom("app", "team"), metadataValue)),
  annotations: maybe(fc.dictionary(fc.constantFrom("note", "example.com/note"), metadataValue)),
  template: fc.option(
    fc.record({
      data: fc.dictionary(fc.oneof(keyName, fc.constantFrom("x".repeat(70), `${"x".repeat(70)}y`)), templateSource, {
        maxKeys: 3,
      }),
      mergePolicy: maybe(fc.constantFrom("Merge", "Replace")),
    }),
    { nil: undefined, freq: 3 },
  ),
});

const secretType = fc.option(
  fc.constantFrom("Opaque", "kubernetes.io/tls", "kubernetes.io/basic-auth", "kubernetes.io/dockerconfigjson"),
  { nil: undefined, freq: 3 },
);

const spec = fc.record({
  refreshPolicy: maybe(fc.constantFrom("Periodic", "OnChange", "Once")),
  secret: maybe(fc.tuple(block, maybe(secretType)).map(([fields, type]) => ({ ...fields, type }))),
  configMap: maybe(block),
  data: fc.uniqueArray(dataItem, { maxLength: 6, selector: ({ key, to = "Secret" }) => `${to}/${key}` }),
  dataFrom: fc.array(dataFromItem, { maxLength: 2 }),
});

/** Models of random specs: only those that parsing accepts, as nothing else reaches a decision. */
export const randomModel: fc.Arbitrary<ExternalValueModel> = spec
  .map((fields) => {
    const metadata = { namespace: "shop", name: "checkout", uid: "uid-1", generation: 1 };
    // Through JSON, as a resource comes from the API server: a field that is undefined is not there.
    const object = JSON.parse(JSON.stringify({ metadata, spec: fields })) as {
      metadata: typeof metadata;
      spec: unknown;
    };
    return parseExternalValue(object, { defaultStoreKind: "ClusterValueStore" });
  })
  .filter((parsed) => parsed.ok)
  .map((parsed) => {
    if (!parsed.ok) throw new Error("filtered above");
    return parsed.value;
  });
