import { atMostOne, exactlyOne } from "../schema/rules.ts";
import { boolean, integer, object, optional, string } from "../schema/schema.ts";
import { parameterLabel, parameterName, secretId, tagFilter, versionId, versionStage } from "./aws-fields.ts";

const version = optional(
  integer("A version, which never changes.", { minimum: 1, maximum: 9_007_199_254_740_991, format: "int64" }),
);
const label = optional(parameterLabel("A label, which may move from version to version."));
const pinnedVersion = optional(versionId("A version, which never changes."));
const stage = optional(versionStage("A staging label. Default: AWSCURRENT."));

export const oneSecret = object(
  "A secret of Secrets Manager.",
  { secretId: secretId("Name, ARN or partial ARN."), versionId: pinnedVersion, versionStage: stage },
  { rules: [atMostOne("versionId", "versionStage")] },
);

export const oneParameter = object(
  "A parameter of Parameter Store.",
  { name: parameterName("Name, or ARN where another account shares it."), version, label },
  { rules: [atMostOne("version", "label")] },
);

export const valueArn = string(
  "ARN of a parameter or a secret, in place of the two fields above. What ECS allows behind it is understood: :json-key:version-stage:version-id.",
  {
    minLength: 20,
    maxLength: 2560,
    pattern: "^arn:aws[-a-z]*:(ssm:[-a-z0-9]+:[0-9]{12}:parameter/|secretsmanager:[-a-z0-9]+:[0-9]{12}:secret:)[!-~]+$",
  },
);

export const secretsToExpand = object(
  "One secret, each top-level key of its JSON object a key; or all secrets that match, each a key.",
  {
    secretId: optional(secretId("Name, ARN or partial ARN of one secret.")),
    versionId: pinnedVersion,
    versionStage: stage,
    namePrefix: optional(string("How names start. With tags, both must match.", { minLength: 1, maxLength: 512 })),
    tags: optional(tagFilter("Tags that a secret must carry.")),
  },
  {
    rules: [
      {
        cel: "has(self.secretId) != (has(self.namePrefix) || has(self.tags))",
        message: "must have either secretId, or namePrefix or tags or both",
        holds: ({ secretId, namePrefix, tags }) =>
          (secretId !== undefined) !== (namePrefix !== undefined || tags !== undefined),
      },
      {
        cel: "!has(self.versionId) && !has(self.versionStage) || has(self.secretId) && has(self.versionId) != has(self.versionStage)",
        message: "must have at most one of versionId and versionStage, and only with secretId",
        holds: ({ secretId, versionId, versionStage }) =>
          (versionId === undefined && versionStage === undefined) ||
          (secretId !== undefined && (versionId === undefined) !== (versionStage === undefined)),
      },
    ],
  },
);

export const parametersToExpand = object(
  "One parameter, each top-level key of its JSON object a key; or all parameters that match, each a key.",
  {
    name: optional(parameterName("Name or ARN of one parameter.")),
    version,
    label,
    path: optional(string("All parameters below this path.", { minLength: 1, maxLength: 2048, pattern: "^/[!-~]*$" })),
    recursive: optional(boolean("With path: below deeper paths too. Default: false.")),
    tags: optional(tagFilter("Tags that a parameter must carry.")),
  },
  {
    rules: [
      exactlyOne("name", "path", "tags"),
      {
        cel: "!has(self.version) && !has(self.label) || has(self.name) && has(self.version) != has(self.label)",
        message: "must have at most one of version and label, and only with name",
        holds: ({ name, version, label }) =>
          (version === undefined && label === undefined) ||
          (name !== undefined && (version === undefined) !== (label === undefined)),
      },
      {
        cel: "!has(self.recursive) || has(self.path)",
        message: "must have recursive only with path",
        holds: ({ recursive, path }) => recursive === undefined || path !== undefined,
      },
    ],
  },
);
