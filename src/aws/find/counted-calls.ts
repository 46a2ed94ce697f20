import type { ServiceCalls } from "../calls.ts";
import type { QuotaClass } from "../limits/quota-class.ts";

/** The calls, counted by quota: what a find costs is known only once it was made. */
export function countedCalls(calls: ServiceCalls, counts: Map<QuotaClass, number>): ServiceCalls {
  const count = (quota: QuotaClass): void => void counts.set(quota, (counts.get(quota) ?? 0) + 1);
  return {
    admit: (operation, options) => calls.admit(operation, options),
    getParameters(names, options) {
      count("parameterReads");
      return calls.getParameters(names, options);
    },
    getParametersByPath(page, options) {
      count("parameterReads");
      return calls.getParametersByPath(page, options);
    },
    describeParameters(page, options) {
      count("parameterDescribes");
      return calls.describeParameters(page, options);
    },
    listParameterTags(name, options) {
      count("parameterTags");
      return calls.listParameterTags(name, options);
    },
    batchGetSecretValue(ids, options) {
      count("secretBatches");
      return calls.batchGetSecretValue(ids, options);
    },
    getSecretValue(request, options) {
      count("secretReads");
      return calls.getSecretValue(request, options);
    },
    listSecrets(page, options) {
      count("secretLists");
      return calls.listSecrets(page, options);
    },
    describeSecret(secretId, options) {
      count("secretReads");
      return calls.describeSecret(secretId, options);
    },
    close: () => calls.close(),
  };
}
