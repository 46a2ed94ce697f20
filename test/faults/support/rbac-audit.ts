import { readFileSync } from "node:fs";
import type { Cluster } from "../../support/cluster.ts";

/** One permission: `patch apps/deployments`, `create /events`. The core group has no name. */
export type Permission = string;

interface AuditEvent {
  readonly user: { readonly username: string };
  readonly verb: string;
  readonly objectRef?: { readonly apiGroup?: string; readonly resource?: string; readonly subresource?: string };
  readonly annotations?: Readonly<Record<string, string>>;
  readonly requestURI: string;
}

export interface AuditFindings {
  readonly used: ReadonlySet<Permission>;
  /** Requests that the roles did not allow. A 403 of admission, as in a namespace that is going, is none of these. */
  readonly denied: readonly string[];
}

/** What a ServiceAccount has used, and what it was refused, by the API server's audit log. */
export function auditOf(auditLog: string, namespace: string): AuditFindings {
  const user = `system:serviceaccount:${namespace}:`;
  const events = readFileSync(auditLog, "utf8")
    .split("\n")
    .filter((line) => line.includes(user))
    .map((line): AuditEvent => JSON.parse(line))
    .filter((event) => event.user.username.startsWith(user));
  const denied = events.filter(({ annotations }) => annotations?.["authorization.k8s.io/decision"] === "forbid");
  return {
    used: new Set(events.map(permissionOf)),
    denied: denied.map((event) => `${event.verb} ${event.requestURI}`),
  };
}

function permissionOf({ verb, objectRef }: AuditEvent): Permission {
  const { apiGroup = "", resource = "", subresource } = objectRef ?? {};
  return `${verb} ${apiGroup}/${resource}${subresource === undefined ? "" : `/${subresource}`}`;
}

interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly verbs: readonly string[];
}

/** All that the ServiceAccounts of a namespace are granted, by bindings that name them. */
export async function grantedTo(cluster: Cluster, namespace: string): Promise<ReadonlySet<Permission>> {
  const rbac = "rbac.authorization.k8s.io/v1";
  const [bindings, clusterBindings] = await Promise.all([
    cluster.list({ apiVersion: rbac, kind: "RoleBinding" }),
    cluster.list({ apiVersion: rbac, kind: "ClusterRoleBinding" }),
  ]);
  const granted = new Set<Permission>();
  for (const binding of [...bindings, ...clusterBindings]) {
    const subjects = (binding["subjects"] ?? []) as readonly { readonly kind: string; readonly namespace?: string }[];
    if (!subjects.some((subject) => subject.kind === "ServiceAccount" && subject.namespace === namespace)) continue;
    const { kind, name } = binding["roleRef"] as { readonly kind: string; readonly name: string };
    const place = binding.metadata.namespace;
    const role = await cluster.get({
      apiVersion: rbac,
      kind,
      name,
      ...(place === undefined ? {} : { namespace: place }),
    });
    const rules = (role?.["rules"] ?? []) as readonly Rule[];
    for (const permission of rules.flatMap(permissionsOf)) granted.add(permission);
  }
  return granted;
}

function permissionsOf({ apiGroups = [], resources = [], verbs }: Rule): readonly Permission[] {
  return apiGroups.flatMap((group) =>
    resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`)),
  );
}
