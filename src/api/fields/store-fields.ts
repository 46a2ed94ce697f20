import { atLeastOne } from "../schema/rules.ts";
import { array, boolean, integer, object, optional, type Rule, string } from "../schema/schema.ts";
import { region } from "./aws-fields.ts";
import { namespaceName } from "./kubernetes-fields.ts";
import { labelSelector } from "./label-selector.ts";
import { assumeRoles } from "./store-auth-fields.ts";

const endpoint = (description: string) =>
  optional(string(description, { minLength: 8, maxLength: 512, pattern: "^https?://[!-~]+$" }));

const endpoints = object("VPC endpoints or emulators, for the store's own region.", {
  parameterStore: endpoint("URL of Parameter Store."),
  secretsManager: endpoint("URL of Secrets Manager."),
  sts: endpoint("URL of STS."),
  sqs: endpoint("URL of SQS."),
});

const patterns = (description: string) =>
  optional(
    array(
      description,
      string('A name or an ARN; "*" stands for anything, "/" too.', { minLength: 1, maxLength: 2_048 }),
      {
        maxItems: 64,
      },
    ),
  );

const accessRule = object(
  "Who may read what.",
  {
    namespaces: optional(
      object("Which namespaces the rule is for. Default: all.", {
        names: optional(
          array("Names of namespaces.", namespaceName("A namespace."), { maxItems: 256, listType: "set" }),
        ),
        selector: optional(labelSelector("Selects namespaces by their labels.")),
      }),
    ),
    parameterStore: patterns("Parameters that may be read."),
    secretsManager: patterns("Secrets that may be read."),
  },
  { rules: [atLeastOne("parameterStore", "secretsManager")] },
);

const limit = (description: string) => optional(integer(description, { minimum: 1, maximum: 10_000 }));

const limits = object("Requests a second, per account and region. The lowest of all stores applies.", {
  parameterReads: limit("GetParameters and GetParametersByPath. Default: 30."),
  parameterDescribes: limit("DescribeParameters. Default: 1."),
  secretBatches: limit("BatchGetSecretValue. Default: 80."),
  secretReads: limit("GetSecretValue. Default: 1000."),
  secretLists: limit("ListSecrets. Default: 20."),
});

const changeEvents = object("A queue that tells of changes, so that they arrive within seconds.", {
  queueUrl: string("URL of the SQS queue.", { minLength: 8, maxLength: 1_024, pattern: "^https?://[!-~]+$" }),
});

/** The fields that both kinds of store have. */
export const storeFields = {
  controllerClass: optional(
    string("Only the operator started with the same --controller-class serves this store. Default: empty.", {
      maxLength: 253,
    }),
  ),
  region: optional(region("The region to read from. Default: the operator's own.")),
  regions: optional(
    array("Further regions that ARNs may name.", region("A region."), { maxItems: 32, listType: "set" }),
  ),
  failoverRegions: optional(
    array("Regions of replicas, tried in order when the region does not answer.", region("A region."), {
      maxItems: 8,
      listType: "set",
    }),
  ),
  assumeRoles: optional(assumeRoles),
  sessionTagsFromNamespace: optional(
    boolean("true: the session carries the tag external-values/namespace. Default: false."),
  ),
  allowDeclassification: optional(boolean("false: no key may be declared `sensitive: false`. Default: true.")),
  endpoints: optional(endpoints),
  access: optional(array("Who may read what. Default: every namespace, every name.", accessRule, { maxItems: 64 })),
  limits: optional(limits),
  changeEvents: optional(changeEvents),
} as const;

interface Regions {
  readonly region?: string;
  readonly failoverRegions?: readonly string[];
}

export const failsOverElsewhere: Rule<Regions> = {
  cel: "!has(self.failoverRegions) || !has(self.region) || !(self.region in self.failoverRegions)",
  message: "must not name its own region in failoverRegions",
  holds: ({ region, failoverRegions = [] }) => region === undefined || !failoverRegions.includes(region),
};

interface Tagging {
  readonly sessionTagsFromNamespace?: boolean;
  readonly assumeRoles?: readonly unknown[];
}

/** Only AssumeRole takes tags. */
export const tagsNeedRole: Rule<Tagging> = {
  cel: "!has(self.sessionTagsFromNamespace) || !self.sessionTagsFromNamespace || (has(self.assumeRoles) && self.assumeRoles.size() > 0)",
  message: "must have assumeRoles with sessionTagsFromNamespace",
  holds: ({ sessionTagsFromNamespace, assumeRoles = [] }) => !sessionTagsFromNamespace || assumeRoles.length > 0,
};

interface Queue {
  readonly changeEvents?: { readonly queueUrl: string };
  readonly endpoints?: { readonly sqs?: string };
}

const sqsUrl =
  "^https://sqs(-fips)?[.][-a-z0-9]+[.](amazonaws[.]com([.]cn)?|api[.]aws|c2s[.]ic[.]gov|sc2s[.]sgov[.]gov)/[0-9]{12}/[-_A-Za-z0-9]{1,80}([.]fifo)?$";
const isSqsUrl = new RegExp(sqsUrl, "u");

/** Signed requests go to the queue's URL, so it must be a host that the platform's owner chose. */
export const queueIsSqs: Rule<Queue> = {
  cel: `!has(self.changeEvents) || self.changeEvents.queueUrl.matches('${sqsUrl}') || (has(self.endpoints) && has(self.endpoints.sqs) && self.changeEvents.queueUrl.startsWith(self.endpoints.sqs.endsWith('/') ? self.endpoints.sqs : self.endpoints.sqs + '/'))`,
  message: "must have a changeEvents.queueUrl of SQS, or one below endpoints.sqs",
  holds: ({ changeEvents, endpoints }) =>
    changeEvents === undefined ||
    isSqsUrl.test(changeEvents.queueUrl) ||
    isBelow(changeEvents.queueUrl, endpoints?.sqs),
};

function isBelow(url: string, base: string | undefined): boolean {
  return base !== undefined && url.startsWith(base.endsWith("/") ? base : `${base}/`);
}

interface ClusterOnly {
  readonly endpoints?: unknown;
  readonly changeEvents?: unknown;
}

export const noClusterFields: Rule<ClusterOnly> = {
  cel: "!has(self.endpoints) && !has(self.changeEvents)",
  message: "must not have endpoints or changeEvents, which only a ClusterValueStore may have",
  holds: ({ endpoints, changeEvents }) => endpoints === undefined && changeEvents === undefined,
};
