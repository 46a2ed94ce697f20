import type { Service } from "../../api/source.ts";
import type { AccessRule } from "../../api/store-model.ts";
import type { AccessNamespace } from "./access-scope.ts";
import { matchesSelector } from "./label-selector.ts";

/** The rules that speak of a namespace, and what they let it read of a service. */
export interface Granted {
  /** `spec.access[0]`: every rule that fits the namespace, for messages. */
  readonly rules: readonly string[];
  readonly patterns: readonly string[];
}

/** What the rules grant: a service that no fitting rule names is denied, so its patterns are none. */
export function grantedTo(rules: readonly AccessRule[], namespace: AccessNamespace, service: Service): Granted {
  const fitting = rules
    .map((rule, index) => ({ rule, field: `spec.access[${index}]` }))
    .filter(({ rule }) => fits(rule, namespace));
  return {
    rules: fitting.map(({ field }) => field),
    patterns: fitting.flatMap(({ rule }) => rule.patterns[service] ?? []),
  };
}

/** With both names and a selector a namespace must fit both: who meant either is refused, and sees it. */
function fits({ namespaces: { names, selector } }: AccessRule, { name, labels }: AccessNamespace): boolean {
  const named = names.length === 0 || names.includes(name);
  // Of labels that are not known, none are there: a selector for their absence would admit what it is meant to keep out.
  return named && (selector === undefined || (labels !== undefined && matchesSelector(selector, labels)));
}
