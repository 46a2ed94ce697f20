import { ApiError, type KubernetesClient, type ListQuery } from "./client.ts";
import type { KubernetesObject, ResourceType } from "./objects.ts";

export interface ListAllOptions<T extends KubernetesObject> {
  readonly client: Pick<KubernetesClient, "list">;
  readonly type: ResourceType;
  readonly query: ListQuery;
  readonly pageSize: number;
  readonly signal: AbortSignal;
  readonly onPage: (items: readonly T[]) => void;
  /** All pages come anew: what was on those before and is not on these is gone. */
  readonly onRestart: () => void;
}

/**
 * Lists in pages, so that neither side holds a huge answer. Resolves with the resourceVersion to watch from. A
 * continuation that expires between two pages (etcd compaction) leads to one list in a single piece, which cannot.
 */
export async function listAll<T extends KubernetesObject>(options: ListAllOptions<T>): Promise<string> {
  try {
    return await listPages(options, options.pageSize);
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 410)) throw error;
    options.onRestart();
    return listPages(options, undefined);
  }
}

async function listPages<T extends KubernetesObject>(
  { client, type, query, signal, onPage }: ListAllOptions<T>,
  limit: number | undefined,
): Promise<string> {
  let continueToken: string | undefined;
  for (;;) {
    const page = await client.list<T>(
      type,
      { ...query, ...(limit ? { limit } : {}), ...(continueToken ? { continueToken } : {}) },
      { signal },
    );
    onPage(page.items);
    if (page.continueToken === undefined) return page.resourceVersion;
    continueToken = page.continueToken;
  }
}
