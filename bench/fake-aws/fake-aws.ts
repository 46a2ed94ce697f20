import { type Commands, commandsFor } from "./commands.ts";
import { serve } from "./http-server.ts";
import { createService, type FakeAwsOptions } from "./service.ts";

/** A running fake: Parameter Store, Secrets Manager and STS at one address. */
export interface FakeAws extends Commands {
  /** Give it to the SDK as the endpoint of all three services. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts the fake in this process, on a free port of 127.0.0.1 unless `port` names one. */
export async function startFakeAws(options: FakeAwsOptions & { readonly port?: number } = {}): Promise<FakeAws> {
  const service = createService(options);
  const { url, stop } = await serve(service, options.port ?? 0);
  return { ...commandsFor(service), url, stop };
}
