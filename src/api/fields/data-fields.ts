import { atMostOne, exactlyOne } from "../schema/rules.ts";
import { array, boolean, choice, type Infer, object, optional, type Rule, string } from "../schema/schema.ts";
import { dataKey } from "./kubernetes-fields.ts";
import { oneParameter, oneSecret, parametersToExpand, secretsToExpand, valueArn } from "./source-fields.ts";
import { storeRef } from "./store-ref.ts";

/** `data` is bounded so that comparing each key with each other fits the API server's budget for rules. */
export const mostDataItems = 256;

const jsonKey = (description: string) => string(description, { minLength: 1, maxLength: 1_024 });

const shared = {
  storeRef: optional(storeRef("The store to read from. Default: the one of the spec.")),
  decode: optional(
    choice("How the value is encoded. Auto decodes what is Base64 or Base64URL. Default: None.", [
      "None",
      "Base64",
      "Base64URL",
      "Auto",
    ]),
  ),
  sensitive: optional(
    boolean("false declares it harmless, so that it may stand in a ConfigMap. Default: by the type of the value."),
  ),
  optional: optional(
    boolean("true: where there is no such value, the key is left out and the status says so. Default: false."),
  ),
} as const;

const dataItem = object(
  "One key and where its value comes from.",
  {
    key: dataKey("Key in the target."),
    to: optional(
      choice("Where the key goes. Template: for templates only. Default: Secret.", ["Secret", "ConfigMap", "Template"]),
    ),
    secretsManager: optional(oneSecret),
    parameterStore: optional(oneParameter),
    arn: optional(valueArn),
    jsonKey: optional(jsonKey('Takes one key of a JSON object, literally; with a leading "/" it is a JSON Pointer.')),
    jmesPath: optional(string("Takes what this JMESPath expression selects.", { minLength: 1, maxLength: 1_024 })),
    tag: optional(
      string('Takes the value of this tag instead of the value; "*" for all tags as JSON.', {
        minLength: 1,
        maxLength: 128,
      }),
    ),
    ...shared,
  },
  { rules: [exactlyOne("secretsManager", "parameterStore", "arn"), atMostOne("jsonKey", "jmesPath", "tag")] },
);

export type DataItemFields = Infer<typeof dataItem>;

/**
 * Each key once per target: then, and only then, does the first place of each key add up to 0 + 1 + … + (n - 1).
 * Quadratic, so the compared strings are made once, outside the loop, and searched by a function of the API server:
 * comparing fields of items in CEL took 2 s of CPU for 256 keys, this takes some 20 ms (bench/crd-status-cost). The API
 * server's limit for one rule is reached by 256 keys of more than 150 characters each.
 */
const uniqueKeys: Rule<readonly DataItemFields[]> = {
  cel: "[self.map(x, (has(x.to) ? x.to : 'Secret') + '/' + x.key)].all(keys, keys.map(k, keys.indexOf(k)).sum() == keys.size() * (keys.size() - 1) / 2)",
  message: "must have each key only once for each value of to",
  holds: (items) => new Set(items.map(({ key, to = "Secret" }) => `${to}/${key}`)).size === items.length,
};

export const dataItems = array("Single keys.", dataItem, { maxItems: mostDataItems, rules: [uniqueKeys] });

const pattern = (description: string) => string(description, { minLength: 1, maxLength: 512 });

const rewrite = object("Renames keys.", {
  match: pattern("What to replace in a key, an RE2 pattern."),
  replace: string("With what; $1 is the first group of the pattern.", { maxLength: 512 }),
});

const keyRules = object("How the keys are named.", {
  format: optional(
    choice(
      'Relative (default): below the path, "/" becomes "_". Env: the same in upper snake case. Full: the whole name. Base: its last part.',
      ["Relative", "Env", "Full", "Base"],
    ),
  ),
  include: optional(array("Only keys that match one of these RE2 patterns.", pattern("A pattern."), { maxItems: 32 })),
  exclude: optional(array("No keys that match one of these RE2 patterns.", pattern("A pattern."), { maxItems: 32 })),
  rewrite: optional(array("Renames, in order, after include and exclude.", rewrite, { maxItems: 32 })),
  onConflict: optional(
    choice("Where two values get one key. Fail (default), or Last: the last one by name stays.", ["Fail", "Last"]),
  ),
});

const dataFromItem = object(
  "Many keys and where their values come from.",
  {
    to: optional(
      choice(
        "Where the keys go. ByType: SecureString and secrets to the Secret, String and StringList to the ConfigMap. Default: Secret.",
        ["Secret", "ConfigMap", "Template", "ByType"],
      ),
    ),
    secretsManager: optional(secretsToExpand),
    parameterStore: optional(parametersToExpand),
    arn: optional(valueArn),
    jsonKey: optional(
      jsonKey("Takes this key of each JSON value: of a single value, the object whose keys become keys."),
    ),
    keys: optional(keyRules),
    ...shared,
  },
  { rules: [exactlyOne("secretsManager", "parameterStore", "arn")] },
);

export type DataFromItemFields = Infer<typeof dataFromItem>;

export const dataFromItems = array("Many keys at once.", dataFromItem, { maxItems: 64 });
