import type { ChartObject } from "./chart.ts";

/** What a role grants, one line a verb: `get apps/deployments`, `create /serviceaccounts/token [reader]`. Sorted. */
export function grants(role: ChartObject | undefined): string[] {
  const lines = (role?.rules ?? []).flatMap((rule) =>
    rule.apiGroups.flatMap((group) =>
      rule.resources.flatMap((resource) =>
        rule.verbs.map((verb) => {
          const names = rule.resourceNames ? ` [${rule.resourceNames.join(" ")}]` : "";
          return `${verb} ${group}/${resource}${names}`;
        }),
      ),
    ),
  );
  return lines.sort();
}

/** The lines of `verbs` on `resource`, as `grants` writes them. */
export function verbsOn(resource: string, ...verbs: readonly string[]): string[] {
  return verbs.map((verb) => `${verb} ${resource}`);
}
