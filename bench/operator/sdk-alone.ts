import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { region, type Work } from "./work.ts";

export interface SdkAlone {
  readonly cpuSeconds: number;
  readonly residentMebibytes: number;
}

/** What the SDK's clients, as they come, take for the calls of one interval without anything around them. Takes one. */
export async function sdkAlone(endpoint: string, { resources, intervalSeconds }: Work): Promise<SdkAlone> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    `${import.meta.dirname}/sdk-calls.ts`,
    `--endpoint=${endpoint}`,
    `--region=${region}`,
    `--resources=${resources}`,
    `--spread=${intervalSeconds * 1000}`,
  ]);
  return JSON.parse(stdout) as SdkAlone;
}
