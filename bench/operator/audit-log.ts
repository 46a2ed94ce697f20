import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";

/** Requests by `verb resource`, e.g. `update externalvalues/status`. */
export type RequestCounts = Readonly<Record<string, number>>;

export interface AuditLog {
  /** What was asked, by the user agents that pass, since the last call (or since it was opened). */
  take(isUserAgent: (userAgent: string) => boolean): RequestCounts;
}

interface AuditEvent {
  readonly stage: string;
  readonly verb: string;
  readonly userAgent?: string;
  readonly objectRef?: { readonly resource?: string; readonly subresource?: string };
  readonly requestURI: string;
}

/** Reads the API server's audit log from its end on: one JSON event a line. */
export function openAuditLog(path: string): AuditLog {
  let offset = statSync(path).size;
  return {
    take(isUserAgent) {
      const text = readFrom(path, offset);
      const end = text.lastIndexOf("\n") + 1;
      offset += Buffer.byteLength(text.slice(0, end));
      return countRequests(text.slice(0, end).split("\n"), isUserAgent);
    },
  };
}

export function countRequests(lines: Iterable<string>, isUserAgent: (userAgent: string) => boolean): RequestCounts {
  const counts: Record<string, number> = {};
  for (const line of lines) {
    if (line === "") continue;
    const event = JSON.parse(line) as AuditEvent;
    if (!isUserAgent(event.userAgent ?? "") || event.stage !== stageOf(event.verb)) continue;
    const name = `${event.verb} ${resourceOf(event)}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** A watch is counted when it begins, since it may last for ever; everything else once, when it is answered. */
function stageOf(verb: string): string {
  return verb === "watch" ? "ResponseStarted" : "ResponseComplete";
}

function resourceOf({ objectRef, requestURI }: AuditEvent): string {
  if (objectRef?.resource === undefined) return requestURI;
  return objectRef.subresource === undefined ? objectRef.resource : `${objectRef.resource}/${objectRef.subresource}`;
}

/** Neither leases nor the opening of watches: what a quiet operator should have no reason for. */
export function withoutLeasesAndWatches(counts: RequestCounts): number {
  return total(counts, (name) => !name.startsWith("watch ") && !name.endsWith(" leases"));
}

const writing = new Set(["create", "update", "patch", "delete", "deletecollection"]);

/** Writes, leases apart. */
export function writes(counts: RequestCounts): number {
  return total(counts, (name) => writing.has(name.split(" ")[0] ?? "") && !name.endsWith(" leases"));
}

export function describeRequests(counts: RequestCounts): string {
  const parts = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
  return parts.length === 0 ? "none" : parts.sort().join(", ");
}

function total(counts: RequestCounts, test: (name: string) => boolean): number {
  return Object.entries(counts).reduce((sum, [name, count]) => (test(name) ? sum + count : sum), 0);
}

function readFrom(path: string, offset: number): string {
  const file = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(Math.max(fstatSync(file).size - offset, 0));
    readSync(file, buffer, 0, buffer.length, offset);
    return buffer.toString("utf8");
  } finally {
    closeSync(file);
  }
}
