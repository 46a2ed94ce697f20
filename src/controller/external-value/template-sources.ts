import type { ExternalValueModel, TargetModel, TemplateFrom } from "../../api/model.ts";
import { ApiError, type KubernetesClient } from "../../kubernetes/client.ts";
import type { Result } from "../../values/contract.ts";
import { resourceTypeOf } from "../target/apply-target.ts";
import type { TargetObject } from "../target/desired.ts";
import { targetsOf } from "./gather-targets.ts";
import { isRefusal } from "./trouble.ts";

/** Reads the sources of `template.from` of every target. They carry no label of ours, so they are read at each visit. */
export async function readTemplateSources(
  model: ExternalValueModel,
  client: KubernetesClient,
): Promise<ReadonlyMap<TargetModel, Result<Readonly<Record<string, string>>>>> {
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
): Promise<Result<Readonly<Record<string, string>>>> {
  const sources = new Map<string, string>();
  for (const source of target.template?.from ?? []) {
    const found = await readSource(source, namespace, client);
    if (!found.ok) return found;
    sources.set(source.as, found.value);
  }
  // From entries, so that `__proto__` is a key like any other.
  return { ok: true, value: Object.fromEntries(sources) };
}

async function readSource(source: TemplateFrom, namespace: string, client: KubernetesClient): Promise<Result<string>> {
  const found = await getSource(source, namespace, client);
  if (!found.ok) return found;
  const object = found.value;
  const text = object?.data && Object.hasOwn(object.data, source.key) ? object.data[source.key] : undefined;
  if (text === undefined) {
    const what = object ? `key ${source.key} of ${source.kind}/${source.name}` : `${source.kind}/${source.name}`;
    return {
      ok: false,
      failure: {
        reason: "TemplateFailed",
        message: `${what}, named in template.from, does not exist in this namespace`,
      },
    };
  }
  return { ok: true, value: source.kind === "Secret" ? Buffer.from(text, "base64").toString("utf8") : text };
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
