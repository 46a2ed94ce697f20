import { exactlyOne } from "../schema/rules.ts";
import { array, boolean, choice, type Infer, map, object, optional, type Rule, string } from "../schema/schema.ts";
import { dataKey, dataKeyPattern, objectName } from "./kubernetes-fields.ts";

/** Labels and annotations of ours start so; nobody else may set them. */
export const ownPrefix = "externalvalues.dev/";

const notOurs: Rule<Readonly<Record<string, string>>> = {
  cel: `self.all(k, !k.startsWith('${ownPrefix}'))`,
  message: `must not have keys that start with ${ownPrefix}`,
  holds: (entries) => Object.keys(entries).every((key) => !key.startsWith(ownPrefix)),
};

const isDataKey = new RegExp(dataKeyPattern, "u");

const keysOfTarget: Rule<Readonly<Record<string, string>>> = {
  cel: `self.all(k, k.size() <= 253 && k.matches('${dataKeyPattern}'))`,
  message: "must have keys of at most 253 letters, digits, '-', '_' and '.', without a leading '..'",
  holds: (entries) => Object.keys(entries).every((key) => key.length <= 253 && isDataKey.test(key)),
};

const templateKey = (description: string) =>
  object(description, {
    name: objectName("Name of the object, in the same namespace."),
    key: dataKey("The key that holds the template."),
    as: optional(dataKey("The key in the target. Default: the same key.")),
  });

const templateSource = object(
  "A template that stands in an object.",
  {
    configMap: optional(templateKey("A key of a ConfigMap.")),
    secret: optional(templateKey("A key of a Secret; for a Secret target only.")),
  },
  { rules: [exactlyOne("configMap", "secret")] },
);

const template = object("Keys composed of others.", {
  data: optional(
    map(
      "Key in the target to its template in Liquid, with the values as variables.",
      string("A template.", { maxLength: 65_536 }),
      { maxProperties: 256, rules: [keysOfTarget] },
    ),
  ),
  from: optional(array("Templates that stand in other objects.", templateSource, { maxItems: 32 })),
  mergePolicy: optional(
    choice("Merge (default): next to the plain keys. Replace: in place of them.", ["Merge", "Replace"]),
  ),
});

const labels = map("Labels of the target. Values may be templates.", string("A value.", { maxLength: 1_024 }), {
  maxProperties: 64,
  rules: [notOurs],
});

const annotations = map(
  "Annotations of the target. Values may be templates.",
  string("A value.", { maxLength: 16_384 }),
  { maxProperties: 64, rules: [notOurs] },
);

const common = {
  name: optional(objectName("Name of the target. Default: the name of this resource.")),
  creationPolicy: optional(
    choice(
      "Owner (default): created and owned. Orphan: created, outlives this resource. Merge: must exist; only our keys are written. CreateOrMerge: either.",
      ["Owner", "Orphan", "Merge", "CreateOrMerge"],
    ),
  ),
  deletionPolicy: optional(
    choice(
      "When a required value is gone in AWS. Retain (default): the target stays as it is. Prune: its key goes. Delete: the target goes when all values are gone.",
      ["Retain", "Prune", "Delete"],
    ),
  ),
  immutable: optional(boolean("Marks the target immutable. Default: false.")),
  labels: optional(labels),
  annotations: optional(annotations),
  template: optional(template),
} as const;

interface Policies {
  readonly creationPolicy?: string;
  readonly deletionPolicy?: string;
}

/** Who merges into an object does not own it, so does not delete it. */
const deletesOwn: Rule<Policies> = {
  cel: "!has(self.deletionPolicy) || self.deletionPolicy != 'Delete' || !has(self.creationPolicy) || !(self.creationPolicy in ['Merge', 'CreateOrMerge'])",
  message: "must have deletionPolicy Delete only with creationPolicy Owner or Orphan",
  holds: ({ creationPolicy, deletionPolicy }) =>
    deletionPolicy !== "Delete" || (creationPolicy !== "Merge" && creationPolicy !== "CreateOrMerge"),
};

const tokenTypes = ["kubernetes.io/service-account-token", "bootstrap.kubernetes.io/token"];

export const secretTarget = object(
  "The Secret that is written. It may be left out where its defaults will do.",
  {
    ...common,
    type: optional(
      string("Type of the Secret. Default: Opaque.", {
        minLength: 1,
        maxLength: 253,
        rules: [
          {
            cel: `!(self in [${tokenTypes.map((type) => `'${type}'`).join(", ")}])`,
            message: "must not be the type of a service account's or a bootstrap token",
            holds: (type) => !tokenTypes.includes(type),
          },
        ],
      }),
    ),
  },
  { rules: [deletesOwn] },
);

export const configMapTarget = object("The ConfigMap that is written. What is not UTF-8 goes to binaryData.", common, {
  rules: [
    deletesOwn,
    {
      cel: "!has(self.template) || !has(self.template.from) || self.template.from.all(f, !has(f.secret))",
      message: "must have templates from a secret only for a Secret target",
      holds: ({ template }) => (template?.from ?? []).every(({ secret }) => secret === undefined),
    },
  ],
});

export type SecretTargetFields = Infer<typeof secretTarget>;
export type ConfigMapTargetFields = Infer<typeof configMapTarget>;
