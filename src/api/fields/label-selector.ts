import { array, choice, type Infer, map, object, optional, string } from "../schema/schema.ts";

const expression = object(
  "A condition on one label.",
  {
    key: string("Key of the label.", { minLength: 1, maxLength: 317 }),
    operator: choice("How the label compares.", ["In", "NotIn", "Exists", "DoesNotExist"]),
    values: optional(
      array("For In and NotIn.", string("A value of the label.", { maxLength: 63 }), { maxItems: 64, listType: "set" }),
    ),
  },
  {
    rules: [
      {
        cel: "(self.operator in ['In', 'NotIn']) == (has(self.values) && self.values.size() > 0)",
        message: "must have values with the operators In and NotIn, and none with Exists and DoesNotExist",
        holds: ({ operator, values = [] }) => (operator === "In" || operator === "NotIn") === values.length > 0,
      },
    ],
  },
);

export function labelSelector(description: string) {
  return object(description, {
    matchLabels: optional(
      map("Labels that must be there with these values.", string("Value of the label.", { maxLength: 63 }), {
        maxProperties: 32,
      }),
    ),
    matchExpressions: optional(array("Conditions that must all hold.", expression, { maxItems: 32 })),
  });
}

export type LabelSelectorFields = Infer<ReturnType<typeof labelSelector>>;
