import { atMostOne } from "../schema/rules.ts";
import { array, integer, map, object, optional, type Rule, string } from "../schema/schema.ts";
import { roleArn } from "./aws-fields.ts";
import { dataKey, namespaceName, objectName } from "./kubernetes-fields.ts";

const ofCluster = { namespace: namespaceName("Namespace of the object.") } as const;
const ofNamespace = { namespace: optional(namespaceName("The store's own namespace, which is the default.")) } as const;

const keysOfSecret = {
  accessKeyIdKey: dataKey("Key of the access key's id."),
  secretAccessKeyKey: dataKey("Key of the secret access key."),
  sessionTokenKey: optional(dataKey("Key of the session token, where there is one.")),
} as const;
const secretName = objectName("Name of the Secret.");
const inSecret = "An access key in a Secret.";

/** For a ClusterValueStore: whose object it is has to be said. */
export const clusterAuth = object(
  "Whose identity reads. Default: the operator's own.",
  {
    serviceAccount: optional(
      object("A ServiceAccount, by a token made for it (IRSA).", {
        name: objectName("Name of the ServiceAccount."),
        ...ofCluster,
        roleArn: roleArn("The role that trusts it."),
      }),
    ),
    accessKey: optional(
      object(inSecret, { secretRef: object("The Secret.", { name: secretName, ...ofCluster }), ...keysOfSecret }),
    ),
  },
  { rules: [atMostOne("serviceAccount", "accessKey")] },
);

/** For a ValueStore: objects of its own namespace only, which parsing checks, since a rule cannot see the namespace. */
export const namespacedAuth = object(
  "Whose identity reads. Default: the operator's own, where the operator allows it.",
  {
    serviceAccount: optional(
      object("A ServiceAccount, by a token made for it (IRSA).", {
        name: objectName("Name of the ServiceAccount."),
        ...ofNamespace,
        roleArn: optional(
          roleArn("The role that trusts it. Default: the ServiceAccount's annotation eks.amazonaws.com/role-arn."),
        ),
      }),
    ),
    accessKey: optional(
      object(inSecret, { secretRef: object("The Secret.", { name: secretName, ...ofNamespace }), ...keysOfSecret }),
    ),
  },
  { rules: [atMostOne("serviceAccount", "accessKey")] },
);

/** The operator alone sets it, from the namespace that asks (api.md, `sessionTagsFromNamespace`). */
export const namespaceTag = "external-values/namespace";

const tagValue = string("Value of the tag.", { maxLength: 256 });

const sessionTags = map("Session tags.", tagValue, {
  maxProperties: 50,
  rules: [
    {
      cel: "self.all(k, k.size() <= 128 && !k.startsWith('aws:') && !k.startsWith('external-values/'))",
      message: "must have keys of at most 128 characters that do not start with aws: or external-values/",
      holds: (tags) =>
        Object.keys(tags).every((tag) => [...tag].length <= 128 && !/^(?:aws:|external-values\/)/u.test(tag)),
    },
  ],
});

const assumeRole = object(
  "A role to assume.",
  {
    roleArn: roleArn("The role."),
    externalId: optional(
      string("What the role's trust policy asks for.", {
        minLength: 2,
        maxLength: 1_224,
        pattern: "^[-\\w+=,.@:/]+$",
      }),
    ),
    sessionName: optional(
      string("Name of the session. Default: external-values.", {
        minLength: 2,
        maxLength: 64,
        pattern: "^[-\\w+=,.@]+$",
      }),
    ),
    sessionTags: optional(sessionTags),
    transitiveTagKeys: optional(
      array("Tags that the next roles see too.", string("Key of a tag.", { minLength: 1, maxLength: 128 }), {
        maxItems: 50,
        listType: "set",
      }),
    ),
    durationSeconds: optional(
      integer("Lifetime of the session. Default: 3600. A role reached through another lasts at most 3600.", {
        minimum: 900,
        maximum: 43_200,
      }),
    ),
  },
  {
    rules: [
      {
        cel: `!has(self.transitiveTagKeys) || self.transitiveTagKeys.all(k, k == '${namespaceTag}' || (has(self.sessionTags) && k in self.sessionTags))`,
        message: "must have transitiveTagKeys only of its sessionTags",
        holds: ({ transitiveTagKeys = [], sessionTags = {} }) =>
          transitiveTagKeys.every((tag) => tag === namespaceTag || Object.hasOwn(sessionTags, tag)),
      },
    ],
  },
);

const mostChainedSeconds = 3_600;
interface Hop {
  readonly durationSeconds?: number;
}
const isLong = ({ durationSeconds = 0 }: Hop): boolean => durationSeconds > mostChainedSeconds;
const isLongCel = (role: string) => `has(${role}.durationSeconds) && ${role}.durationSeconds > ${mostChainedSeconds}`;

/** Role chaining limits a session to an hour (STS, AssumeRole, DurationSeconds). */
const shortBeyondFirst: Rule<readonly Hop[]> = {
  cel: `self.size() < 2 || self.filter(r, ${isLongCel("r")}).size() <= (${isLongCel("self[0]")} ? 1 : 0)`,
  message: "must have a durationSeconds of at most 3600 beyond the first role",
  holds: (hops) => !hops.slice(1).some(isLong),
};

export const assumeRoles = array("Roles to assume, each by the one before it.", assumeRole, {
  maxItems: 8,
  rules: [shortBeyondFirst],
});

interface Identity {
  readonly auth?: { readonly serviceAccount?: unknown; readonly accessKey?: unknown };
  readonly assumeRoles?: readonly (Hop & { readonly externalId?: string })[];
}

/** Over a ServiceAccount's role, the first of `assumeRoles` is a second hop already. */
export const shortBeyondServiceAccount: Rule<Identity> = {
  cel: `!has(self.assumeRoles) || !has(self.auth) || !has(self.auth.serviceAccount) || self.assumeRoles.all(r, !(${isLongCel("r")}))`,
  message:
    "must have a durationSeconds of at most 3600 in assumeRoles with auth.serviceAccount, whose role is the first",
  holds: ({ auth, assumeRoles = [] }) => auth?.serviceAccount === undefined || !assumeRoles.some(isLong),
};

/** Under the operator's own identity, the operator says itself whom it reads for. */
export const operatorSetsExternalId: Rule<Identity> = {
  cel: "!has(self.assumeRoles) || self.assumeRoles.size() == 0 || !has(self.assumeRoles[0].externalId) || (has(self.auth) && (has(self.auth.serviceAccount) || has(self.auth.accessKey)))",
  message: "must not have externalId in the first of assumeRoles without auth, since the operator sets it",
  holds: ({ auth, assumeRoles = [] }) =>
    assumeRoles[0]?.externalId === undefined || auth?.serviceAccount !== undefined || auth?.accessKey !== undefined,
};
