import type { ExternalValueModel, TargetModel, TemplateFrom } from "../../api/model.ts";
import { ApiError, type KubernetesClient } from "../../kubernetes/client.ts";
import type { Result } from "../../values/contract.ts";
import { resourceTypeOf } from "../target/apply-target.ts";
import type { TargetObject } from "../target/desired.ts";
import { targetsOf } from "./gather-targets.ts";
import { isRefusal } from "./trouble.ts";

export interface TemplateSources {
  /** Key in the target to Liquid source. */
  readonly texts: Readonly<Record<string, string>>;
  /** The objects that they stand in, by uid and resourceVersion. */
  readonly versions: readonly string[];
}

/** Of a target without `template.from`. */
export const noTemplateSources: Result<TemplateSources> = { ok: true, value: { texts: {}, versions: [] } };

/** Reads the sources of `template.from` of every target. They carry no label of ours, so they are read at each visit. */
export async function readTemplateSources(
  model: ExternalValueModel,
  client: KubernetesClient,
): Promise<ReadonlyMap<TargetModel, Result<TemplateSources>>> {
  const entries = await Promise.all(
    targetsOf(model).map(async (target) => [target, await readSources(target, model.namespace, client)] as const),
  );
  return new Map(entries);
}

/** Whether anything of the spec has to be looked at again without an event. */
export function hasTemplateSources(model: ExternalValueModel): boolean {
  return targetsOf(model).some(({ template }) => template !== undefined && template.from.length > 0);
}

async function readSources(
  target: TargetModel,
  namespace: string,
  client: KubernetesClient,
): Promise<Result<TemplateSources>> {
  const texts = new Map<string, string>();
  const versions: string[] = [];
  for (const source of target.template?.from ?? []) {
    const found = await readSource(source, namespace, client);
    if (!found.ok) return found;
    texts.set(source.as, found.value.text);
    versions.push(found.value.version);
  }
  // From entries, so that `__proto__` is a key like any other.
  return { ok: true, value: { texts: Object.fromEntries(texts), versions } };
}

async function readSource(
  source: TemplateFrom,
  namespace: string,
  client: KubernetesClient,
): Promise<Result<{ readonly text: string; readonly version: string }>> {
  const found = await getSource(source, namespace, client);
  if (!found.ok) return found;
  const object = found.value;
  const text = object?.data && Object.hasOwn(object.data, source.key) ? object.data[source.key] : undefined;
  if (object === undefined || text === undefined) {
    const what = object ? `key ${source.key} of ${source.kind}/${source.name}` : `${source.kind}/${source.name}`;
    return {
      ok: false,
      failure: {
        reason: "TemplateFailed",
        message: `${what}, named in template.from, does not exist in this namespace`,
      },
    };
  }
  const { uid = "", resourceVersion = "" } = object.metadata;
  const decoded = source.kind === "Secret" ? Buffer.from(text, "base64").toString("utf8") : text;
  return { ok: true, value: { text: decoded, version: `${uid} ${resourceVersion}` } };
}

async function getSource(
  { kind, name }: TemplateFrom,
  namespace: string,
  client: KubernetesClient,
): Promise<Result<TargetObject | undefined>> {
  try {
    return { ok: true, value: await client.get<TargetObject>(resourceTypeOf[kind], { namespace, name }) };
  } catch (error) {
    if (!(error instanceof ApiError && isRefusal(error))) throw error;
    const message = `${kind}/${name}, named in template.from, cannot be read: the API server refuses it (${error.message})`;
    return { ok: false, failure: { reason: "TemplateFailed", message } };
  }
}
