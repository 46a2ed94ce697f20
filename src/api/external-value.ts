import { parseDuration } from "./duration.ts";
import { dataFromItems, dataItems } from "./fields/data-fields.ts";
import { objectName, time } from "./fields/kubernetes-fields.ts";
import { type LabelSelectorFields, labelSelector } from "./fields/label-selector.ts";
import { conditions, observedGeneration } from "./fields/status-fields.ts";
import { storeRef } from "./fields/store-ref.ts";
import { configMapTarget, secretTarget } from "./fields/target-fields.ts";
import type { ResourceObject } from "./resource-object.ts";
import { atLeastOne, exactlyOne } from "./schema/rules.ts";
import { array, boolean, choice, type Infer, integer, object, optional, string } from "./schema/schema.ts";

/** Below it, polling would cost more than change events do. */
export const leastRefreshIntervalMs = 5_000;

// Digits and length are bounded so that no duration overflows the 64 bits of Go's nanoseconds.
const goDuration = "^([0-9]{1,6}(\\.[0-9]{1,9})?(ns|us|µs|ms|s|m|h))+$";

const refreshInterval = string('How often values are read again with refreshPolicy Periodic, as "5m". Default: 1h.', {
  minLength: 2,
  maxLength: 20,
  pattern: goDuration,
  rules: [
    {
      cel: "duration(self) >= duration('5s')",
      message: "must be at least 5s",
      holds: (text) => (parseDuration(text) ?? 0) >= leastRefreshIntervalMs,
    },
  ],
});

function isEmpty({ matchLabels = {}, matchExpressions = [] }: LabelSelectorFields): boolean {
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
}

const restartItem = object(
  "Workloads of this namespace that are restarted.",
  {
    kind: choice("Kind of the workloads; Rollout is Argo's.", ["Deployment", "StatefulSet", "DaemonSet", "Rollout"]),
    name: optional(objectName("Name of one workload.")),
    selector: optional(labelSelector("Selects workloads by their labels.")),
  },
  {
    rules: [
      exactlyOne("name", "selector"),
      {
        cel: "!has(self.selector) || (has(self.selector.matchLabels) && self.selector.matchLabels.size() > 0) || (has(self.selector.matchExpressions) && self.selector.matchExpressions.size() > 0)",
        message: "must have a selector with matchLabels or matchExpressions",
        holds: ({ selector }) => selector === undefined || !isEmpty(selector),
      },
    ],
  },
);

export const externalValueSpec = object(
  "Which values are wanted, and where.",
  {
    storeRef: optional(storeRef('The store to read from. Default: the ClusterValueStore "default".')),
    refreshPolicy: optional(
      choice("Periodic (default); OnChange: no timer; Once: each target is written once.", [
        "Periodic",
        "OnChange",
        "Once",
      ]),
    ),
    refreshInterval: optional(refreshInterval),
    suspend: optional(boolean("true: nothing is read or written. Default: false.")),
    secret: optional(secretTarget),
    configMap: optional(configMapTarget),
    data: optional(dataItems),
    dataFrom: optional(dataFromItems),
    restart: optional(
      array("Workloads that read the targets as environment variables: restarted after a change.", restartItem, {
        maxItems: 32,
      }),
    ),
  },
  { rules: [atLeastOne("data", "dataFrom", "secret", "configMap")] },
);

export type ExternalValueSpec = Infer<typeof externalValueSpec>;

const kind = (description: string) => string(description, { maxLength: 63 });
const name = (description: string) => string(description, { maxLength: 253 });
const dataVersion = integer("How often the data has changed.", { format: "int64" });
const count = (description: string) => integer(description, { format: "int64" });

const valueRow = object("One key, without its value.", {
  key: name("Key in the target, or where in the spec it is asked for."),
  to: kind("Where it goes."),
  source: string("Where it comes from.", { maxLength: 4_096 }),
  version: optional(string("Version of the value.", { maxLength: 256 })),
  state: string("Synced, Held, Missing, Stale, Pruned, Deleted, or why it failed.", { maxLength: 64 }),
  origin: optional(string("Region and a hash of the identity under which it was read.", { maxLength: 256 })),
  item: optional(string("Which dataFrom item brought it: a hash of what that item asks for.", { maxLength: 32 })),
  takenOverFrom: optional(string("Field manager that held the key before.", { maxLength: 128 })),
  message: optional(string("What is wrong, and what to do.", { maxLength: 4_096 })),
});

const targetRow = object("An object that was written.", {
  kind: kind("Secret or ConfigMap."),
  name: name("Name of the object."),
  uid: string("Uid of the object.", { maxLength: 64 }),
  resourceVersion: string("As it was left.", { maxLength: 64 }),
  dataVersion,
  inputs: optional(
    string("A hash of what its data was made from: of the spec and of versions, never of a value.", { maxLength: 64 }),
  ),
  merged: optional(boolean("true: made by somebody else, and merged into.")),
});

const restartRow = object("A workload and what it was restarted for.", {
  kind: kind("Kind of the workload."),
  name: name("Name of the workload."),
  uid: optional(string("Uid of the workload; left out where it was not there.", { maxLength: 64 })),
  dataVersion: integer("The dataVersion of this resource that it was last restarted for.", { format: "int64" }),
});

/** At most so many rows: the API server refuses a status much larger. */
export const mostValueRows = 500;

export const externalValueStatus = object(
  "What was read and written.",
  {
    observedGeneration: optional(observedGeneration),
    conditions: optional(conditions),
    values: optional(array("One row per key, faulty ones first.", valueRow, { maxItems: mostValueRows })),
    counts: optional(
      object("Counts of all keys, also of those without a row.", {
        total: count("All keys."),
        ready: count("Keys in order."),
        faulty: count("Keys with something wrong."),
      }),
    ),
    targets: optional(array("The objects that were written.", targetRow, { maxItems: 16 })),
    restarts: optional(array("The workloads that were restarted.", restartRow, { maxItems: 256 })),
    dataVersion: optional(
      integer("How often the data of any target has changed; counted where workloads are restarted.", {
        format: "int64",
      }),
    ),
    lastChangedTime: optional(time("When data last changed.")),
    lastHandledRefresh: optional(
      string("The value of the annotation externalvalues.dev/refresh that was last acted upon.", { maxLength: 1_024 }),
    ),
    store: optional(string("Name of the store, or of the first of several.", { maxLength: 300 })),
  },
  { default: { observedGeneration: -1 } },
);

export type ExternalValueStatus = Infer<typeof externalValueStatus>;
export type ValueRow = Infer<typeof valueRow>;
export type TargetRow = Infer<typeof targetRow>;
export type RestartRow = Infer<typeof restartRow>;

/** An ExternalValue as the API server has it. */
export type ExternalValueObject = ResourceObject<"ExternalValue", ExternalValueSpec, ExternalValueStatus>;
