import { isArn } from "../../api/arn.ts";
import type { ParameterRef } from "../../api/source.ts";
import type { CallOptions, ServiceCalls } from "../calls.ts";
import { parameterObject } from "../refs/object-name.ts";
import { type Isolated, readIsolating, type Suspicion } from "./isolate.ts";
import { askedName, matchParameters } from "./match-parameters.ts";
import type { Ask } from "./outcome.ts";

/** What the reading of one batch needs besides the batch. */
export interface BatchContext {
  readonly calls: ServiceCalls;
  readonly options: CallOptions;
  readonly suspicion: Suspicion;
  /** The batch failed as a whole and is being taken apart: what follows may take many calls. */
  readonly onIsolating?: () => void;
}

/** One GetParameters of up to ten, and as many more as it takes to find who made it fail. */
export function readParameters(asks: readonly Ask<ParameterRef>[], context: BatchContext): Promise<Isolated> {
  return readIsolating(asks, {
    ...context,
    operation: "GetParameters",
    // A denial quotes the ARN, which has no slash of its own before the name's.
    idOf: ({ ref }) => (isArn(ref.name) ? ref.name : parameterObject(ref.name).tail),
    read: async (some) => {
      const names = some.map(({ ref }) => askedName(ref));
      return matchParameters(some, await context.calls.getParameters(names, context.options));
    },
  });
}
