import type { ParameterRef, SecretRef, SourceValue } from "../../api/source.ts";
import { packed } from "../batching/batch.ts";
import type { Ask, Outcome } from "../batching/outcome.ts";
import { readParameters } from "../batching/read-parameters.ts";
import { readSecrets } from "../batching/read-secrets.ts";
import { batchSizes } from "../refs/route.ts";
import type { FindContext } from "./find-context.ts";

/** The values of parameters by name, by tens. What is gone is left out; any other failure is the whole find's. */
export async function parametersNamed(names: readonly string[], context: FindContext): Promise<SourceValue[]> {
  const asks = names.map((name): Ask<ParameterRef> => ({ key: name, ref: { kind: "parameter", name } }));
  const values: SourceValue[] = [];
  for (const batch of packed(asks, batchSizes.parameters)) {
    const { outcomes } = await readParameters(batch, {
      calls: context.access.calls,
      options: context.options,
      suspicion: context.access.suspicion.parameters,
    });
    values.push(...present(outcomes.values()));
  }
  return values;
}

/** The values of secrets by ARN, by twenties. What is gone is left out; any other failure is the whole find's. */
export async function secretsByArn(arns: readonly string[], context: FindContext): Promise<SourceValue[]> {
  const asks = arns.map((arn): Ask<SecretRef> => ({ key: arn, ref: { kind: "secret", secretId: arn } }));
  const values: SourceValue[] = [];
  for (const batch of packed(asks, batchSizes.secrets)) {
    const { outcomes } = await readSecrets(batch, {
      calls: context.access.calls,
      options: context.options,
      permission: context.access.permission,
      suspicion: context.access.suspicion.secrets,
    });
    values.push(...present(outcomes.values()));
  }
  return values;
}

function present(outcomes: Iterable<Outcome>): SourceValue[] {
  const values: SourceValue[] = [];
  for (const outcome of outcomes) {
    if (outcome.ok) {
      values.push(...outcome.values);
    } else if (!outcome.error.gone) {
      throw outcome.error;
    }
  }
  return values;
}
