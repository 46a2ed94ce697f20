import { createHash } from "node:crypto";

/** What a workload carries of each ExternalValue that restarts it: `restart.externalvalues.dev/<name>`. */
const prefix = "restart.externalvalues.dev/";

// Of the API server: the part behind the slash.
const longest = 63;
const hashLength = 10;

/** The ExternalValue that a restart is made for. */
export interface RestartCause {
  readonly name: string;
  readonly uid: string;
}

/** Two ExternalValues that restart one workload count apart. Names too long are cut and told apart by a hash. */
export function restartAnnotation({ name }: RestartCause): string {
  if (name.length <= longest) return prefix + name;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, hashLength);
  return `${prefix}${name.slice(0, longest - hashLength - 1)}_${hash}`;
}

/** `4.1b9d6bcd`: the data version, and whose: an ExternalValue made anew under the same name counts from the start. */
export function restartMark(dataVersion: number, { uid }: RestartCause): string {
  return `${dataVersion}.${uidMark(uid)}`;
}

/** The data version that the workload carries of this very ExternalValue; 0: none. */
export function markedVersion(mark: string | undefined, { uid }: RestartCause): number {
  const [, version, owner] = /^(\d{1,15})\.(.+)$/.exec(mark ?? "") ?? [];
  return owner === uidMark(uid) ? Number(version) : 0;
}

const uidMark = (uid: string): string => uid.slice(0, 8);
