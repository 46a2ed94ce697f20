import type { Clock } from "../clock.ts";
import type { AwsMetrics, AwsService } from "../metrics.ts";
import { type Circuit, createCircuit } from "./circuit.ts";

/** Where requests go. */
export interface Destination {
  readonly service: AwsService;
  readonly region: string;
  /** Undefined: the service's own in the region. */
  readonly endpoint?: string | undefined;
}

/** All circuits of the process: identities share them, since an endpoint is down for all. */
export interface CircuitRegistry {
  circuit(destination: Destination): Circuit;
}

/** Circuits, made as they are asked for. */
export function createCircuitRegistry(options: {
  readonly clock: Clock;
  readonly random: () => number;
  readonly metrics: AwsMetrics;
}): CircuitRegistry {
  const { clock, random, metrics } = options;
  const circuits = new Map<string, Circuit>();
  return {
    circuit({ service, region, endpoint = "" }) {
      const key = `${service} ${region} ${endpoint}`;
      const known = circuits.get(key);
      if (known !== undefined) return known;
      const circuit = createCircuit({
        clock,
        random,
        subject: endpoint === "" ? `${service} in ${region}` : `${service} at ${endpoint}`,
        changed: (state) => metrics.circuitChanged?.({ service, region, endpoint, state }),
      });
      circuits.set(key, circuit);
      return circuit;
    },
  };
}
