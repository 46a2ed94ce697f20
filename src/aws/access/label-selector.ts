import type { LabelSelector } from "../../api/model.ts";

type Labels = Readonly<Record<string, string>>;
type Requirement = NonNullable<LabelSelector["matchExpressions"]>[number];

/** Whether labels fulfil a selector, as Kubernetes defines it: all of its parts; an empty selector fits everything. */
export function matchesSelector(selector: LabelSelector, labels: Labels): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  return (
    Object.entries(matchLabels).every(([key, value]) => labelOf(labels, key) === value) &&
    matchExpressions.every((requirement) => fulfils(requirement, labelOf(labels, requirement.key)))
  );
}

/** `value` is undefined where the label is not there. */
function fulfils({ operator, values = [] }: Requirement, value: string | undefined): boolean {
  switch (operator) {
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      // Kubernetes: a label that is not there is not in the list.
      return value === undefined || !values.includes(value);
  }
}

function labelOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}
