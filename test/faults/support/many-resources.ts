import { secretValue } from "../../support/canary.ts";
import { eventually } from "../../support/eventually.ts";
import { type FaultBench, type Place, textOf } from "./fault-bench.ts";

/** Many small resources in one place, each with a parameter of its own, and what each must hold. */
export interface ManyResources {
  readonly count: number;
  /** A new value of one of them, in AWS. */
  change(index: number): Promise<void>;
  /** A new value of every one. */
  changeAll(): Promise<void>;
  /** Somebody deletes its Secret. */
  deleteTarget(index: number): Promise<void>;
  /** Applies the ExternalValues, several at a time. Tries again while the API server is away. */
  applyAll(): Promise<void>;
  /** How many Secrets hold something other than they must, or are not there. */
  wrong(): Promise<number>;
  untilRight(what: string, timeoutMs: number): Promise<void>;
}

export interface ManyOptions {
  readonly count: number;
  /** refreshInterval. */
  readonly interval: string;
  /** More of the spec of one, in YAML, indented by two and ended by a line break. */
  readonly settings?: (index: number) => string;
}

export async function arrangeMany(
  bench: FaultBench,
  place: Place,
  { count, interval, settings = () => "" }: ManyOptions,
): Promise<ManyResources> {
  const values = new Map<string, string>();
  let round = 0;
  const change = async (index: number) => {
    round += 1;
    const value = secretValue(`${index}-${round}`);
    await bench.fake.putParameter({ name: `/${place.namespace}/${index}`, value });
    values.set(nameOf(index), value);
  };
  const all = async (work: (index: number) => Promise<unknown>) => {
    let next = 0;
    const worker = async () => {
      while (next < count) {
        next += 1;
        await work(next - 1);
      }
    };
    await Promise.all(Array.from({ length: 10 }, worker));
  };
  await all(change);
  const wrong = async () => {
    const secrets = await bench.cluster.list({ apiVersion: "v1", kind: "Secret" }, place.namespace);
    const right = secrets.filter((secret) => textOf(secret)?.["VALUE"] === values.get(secret.metadata.name));
    return count - right.length;
  };
  return {
    count,
    change,
    changeAll: () => all(change),
    deleteTarget: (index) =>
      bench.cluster.delete({ apiVersion: "v1", kind: "Secret", name: nameOf(index), namespace: place.namespace }),
    applyAll: () =>
      all(async (index) => {
        const spec = `${settings(index)}  refreshInterval: ${interval}\n  data:\n    - { key: VALUE, parameterStore: { name: /${place.namespace}/${index} } }\n`;
        await eventually(() => place.apply(nameOf(index), spec), {
          what: "an ExternalValue is applied",
          timeoutMs: 120_000,
        });
      }),
    wrong,
    async untilRight(what, timeoutMs) {
      let left = count;
      await eventually(
        async () => {
          left = await wrong();
          if (left > 0) throw new Error(`${left} of ${count} are wrong`);
          return true;
        },
        { what, timeoutMs, intervalMs: 250 },
      );
    },
  };
}

const nameOf = (index: number) => `many-${index}`;
