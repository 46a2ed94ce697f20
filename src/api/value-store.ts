import { conditions, observedGeneration } from "./fields/status-fields.ts";
import {
  clusterAuth,
  namespacedAuth,
  operatorSetsExternalId,
  shortBeyondServiceAccount,
} from "./fields/store-auth-fields.ts";
import { failsOverElsewhere, noClusterFields, queueIsSqs, storeFields, tagsNeedRole } from "./fields/store-fields.ts";
import type { ResourceObject } from "./resource-object.ts";
import { type Infer, object, optional, string } from "./schema/schema.ts";

const description = "Where and as whom values are read, and who may read them.";

export const clusterValueStoreSpec = object(
  description,
  { ...storeFields, auth: optional(clusterAuth) },
  { rules: [failsOverElsewhere, tagsNeedRole, shortBeyondServiceAccount, queueIsSqs] },
);

export const valueStoreSpec = object(
  description,
  { ...storeFields, auth: optional(namespacedAuth) },
  {
    rules: [failsOverElsewhere, tagsNeedRole, shortBeyondServiceAccount, noClusterFields, operatorSetsExternalId],
  },
);

export type ClusterValueStoreSpec = Infer<typeof clusterValueStoreSpec>;
export type ValueStoreSpec = Infer<typeof valueStoreSpec>;

export const storeStatus = object(
  "Whether the store can be read from.",
  {
    observedGeneration: optional(observedGeneration),
    conditions: optional(conditions),
    identity: optional(
      object("As whom values are read.", {
        account: string("Id of the account.", { maxLength: 16 }),
        arn: string("ARN of the identity.", { maxLength: 2_048 }),
      }),
    ),
    activeRegion: optional(string("The region that answers at present.", { maxLength: 32 })),
    quota: optional(
      object("What the quota carries.", {
        carried: string("The shortest refreshInterval for all that is read.", { maxLength: 32 }),
      }),
    ),
  },
  { default: { observedGeneration: -1 } },
);

export type StoreStatus = Infer<typeof storeStatus>;

/** A ValueStore as the API server has it. */
export type ValueStoreObject = ResourceObject<"ValueStore", ValueStoreSpec, StoreStatus>;

/** A ClusterValueStore as the API server has it. */
export type ClusterValueStoreObject = ResourceObject<"ClusterValueStore", ClusterValueStoreSpec, StoreStatus>;
