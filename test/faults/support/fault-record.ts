import { appendFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { inRepository } from "../../support/repository.ts";
import { isFull } from "./extent.ts";

/** One row of docs/reliability.md. */
export interface FaultRecord {
  readonly suite: string;
  readonly fault: string;
  /** How often it was injected. */
  readonly injected: number;
  /** From the fault's end (its injection, where it has none) until all was correct again, the longest of all; undefined where nothing had to recover. */
  readonly seconds?: number | undefined;
  /** What was lost; "nothing" where the assertions of the test held. */
  readonly lost?: string;
  /** What else the test saw. */
  readonly seen?: string;
}

/** Where the rows of the running `make faults` are collected, a JSON object a line. */
export const recordsFile = inRepository(".tools/results/fault-records.jsonl");

/** Call it after the assertions of a test: a row says that they held. The fast part, a sample, leaves no rows. */
export function recordFault(record: FaultRecord): void {
  if (!isFull) return;
  mkdirSync(dirname(recordsFile), { recursive: true });
  appendFileSync(recordsFile, `${JSON.stringify(record)}\n`);
}

/** Seconds since `begun` (of `performance.now()`), to the tenth. */
export function secondsSince(begun: number): number {
  return Math.round((performance.now() - begun) / 100) / 10;
}
