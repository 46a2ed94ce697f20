import { AwsError } from "../errors.ts";

/** An answer that the protocol could read but that lacks what the service always sends: an outage of the endpoint. */
export function malformedAnswer(operation: string, missing: string): AwsError {
  return new AwsError({
    kind: "unavailable",
    code: "MalformedResponse",
    operation,
    message: `the endpoint answered without ${missing}: check the endpoint and what stands between (a proxy, a gateway)`,
  });
}

/** Tags as the services send them, with what is incomplete left out. */
export function tagsOf(
  tags: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined,
): Readonly<Record<string, string>> {
  // Without a prototype: a tag may be called "__proto__".
  const record: Record<string, string> = Object.create(null);
  for (const { Key, Value } of tags ?? []) if (Key !== undefined) record[Key] = Value ?? "";
  return record;
}

/** The token of a page, with an empty one (which some emulators send) as none. */
export function nextTokenOf(token: string | undefined): { readonly nextToken?: string } {
  return token === undefined || token === "" ? {} : { nextToken: token };
}
