import { parseDuration } from "./duration.ts";
import { type ExternalValueSpec, externalValueSpec } from "./external-value.ts";
import type { DataFromItem, DataItem, ExternalValueModel, StoreRef, TargetModel } from "./model.ts";
import { fieldOfItem } from "./parsing/field-of-item.ts";
import { parseDataFromItem } from "./parsing/parse-data-from-item.ts";
import { parseDataItem } from "./parsing/parse-data-item.ts";
import { type ParseResult, refuse } from "./parsing/parse-result.ts";
import type { Report } from "./parsing/parse-source.ts";
import { isRoutedTo, parseTarget } from "./parsing/parse-target.ts";
import { findUnsupported } from "./parsing/unsupported.ts";
import type { ResourceMetadata } from "./resource-object.ts";
import { checkValue, type Finding } from "./schema/check-value.ts";

/** A new value of it asks for a read now. */
export const refreshAnnotation = "externalvalues.dev/refresh";

const defaultRefreshIntervalMs = 3_600_000;

/** Of `status.lastHandledRefresh` in the CRD. */
const longestRefreshRequest = 1_024;

export interface ParseOptions {
  /** Of the store "default": ValueStore in a namespaced install. */
  readonly defaultStoreKind: StoreRef["kind"];
}

/**
 * Parses an ExternalValue from the API server or from a file: everything that its schema says, and what a schema cannot
 * say. Either a model with all defaults, or SpecInvalid with every finding.
 */
export function parseExternalValue(
  object: { readonly metadata: ResourceMetadata; readonly spec?: unknown },
  { defaultStoreKind }: ParseOptions,
): ParseResult<ExternalValueModel> {
  const findings = [...checkValue(externalValueSpec, object.spec, "spec"), ...findUnsupported("ExternalValue", object)];
  if (findings.length > 0) return refuse(findings);
  // checkValue has just seen that it is one.
  const spec = object.spec as ExternalValueSpec;
  const found: Finding[] = [];
  const report: Report = (finding) => void found.push(finding);
  const value = toModel(object.metadata, spec, { kind: defaultStoreKind, name: "default" }, report);
  if (found.length > 0) return refuse(found);
  if (!value.secret && !value.configMap)
    return refuse([{ field: "spec", message: "must have a key for a Secret or a ConfigMap, or the block of one" }]);
  return { ok: true, value };
}

function toModel(
  metadata: ResourceMetadata,
  spec: ExternalValueSpec,
  defaultStore: StoreRef,
  report: Report,
): ExternalValueModel {
  // It is echoed in the status, which has a bound; annotations have none to speak of.
  const refreshRequest = metadata.annotations?.[refreshAnnotation]?.slice(0, longestRefreshRequest);
  const items = parseItems(spec, spec.storeRef ?? defaultStore, report);
  return {
    namespace: metadata.namespace ?? "default",
    name: metadata.name,
    uid: metadata.uid ?? "",
    generation: metadata.generation ?? 0,
    refreshPolicy: spec.refreshPolicy ?? "Periodic",
    refreshIntervalMs: parseDuration(spec.refreshInterval ?? "") ?? defaultRefreshIntervalMs,
    suspend: spec.suspend ?? false,
    ...(refreshRequest === undefined ? {} : { refreshRequest }),
    ...parseTargets(spec, items, metadata.name, report),
    ...items,
    restart: spec.restart ?? [],
  };
}

interface Items {
  readonly data: readonly DataItem[];
  readonly dataFrom: readonly DataFromItem[];
}

function parseItems({ data = [], dataFrom = [] }: ExternalValueSpec, store: StoreRef, report: Report): Items {
  return {
    data: data
      .map((item, index) => parseDataItem(item, { field: fieldOfItem("spec.data", index), store }, report))
      .filter((item) => item !== undefined),
    dataFrom: dataFrom
      .map((item, index) => parseDataFromItem(item, { field: fieldOfItem("spec.dataFrom", index), store }, report))
      .filter((item) => item !== undefined),
  };
}

function parseTargets(
  spec: ExternalValueSpec,
  { data, dataFrom }: Items,
  name: string,
  report: Report,
): { readonly secret?: TargetModel; readonly configMap?: TargetModel } {
  const items = [...data, ...dataFrom];
  const hasSecret = spec.secret !== undefined || isRoutedTo("Secret", items);
  const hasConfigMap = spec.configMap !== undefined || isRoutedTo("ConfigMap", items);
  return {
    ...(hasSecret ? { secret: parseTarget("Secret", spec.secret ?? {}, name, report) } : {}),
    ...(hasConfigMap ? { configMap: parseTarget("ConfigMap", spec.configMap ?? {}, name, report) } : {}),
  };
}
