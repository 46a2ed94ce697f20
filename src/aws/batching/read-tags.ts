import { parseParameterArn } from "../../api/arn.ts";
import type { TagsRef } from "../../api/source.ts";
import { AwsError } from "../errors.ts";
import { fromTags } from "../refs/source-value.ts";
import { asAwsError, bad, good, type Outcome } from "./outcome.ts";
import type { BatchContext } from "./read-parameters.ts";

/** The tags of one parameter (ListTagsForResource) or of one secret (DescribeSecret). */
export async function readTags(
  { of }: TagsRef,
  { calls, options }: Pick<BatchContext, "calls" | "options">,
): Promise<Outcome> {
  try {
    if (of.service === "parameterStore") {
      const tags = await calls.listParameterTags(of.id, options);
      // The service answers with the tags alone.
      const arn = parseParameterArn(of.id);
      return good(fromTags({ service: of.service, name: arn?.name ?? of.id, arn: arn?.arn ?? "" }, tags));
    }
    const secret = await calls.describeSecret(of.id, options);
    if (secret.deletedDate !== undefined) {
      return bad(markedForDeletion(of.id));
    }
    return good(fromTags({ service: of.service, name: secret.name, arn: secret.arn }, secret.tags));
  } catch (thrown) {
    return bad(asAwsError(thrown, of.service === "parameterStore" ? "ListTagsForResource" : "DescribeSecret"));
  }
}

function markedForDeletion(secretId: string): AwsError {
  return new AwsError({
    kind: "notFound",
    code: "InvalidRequestException",
    operation: "DescribeSecret",
    gone: true,
    message: `secret ${secretId} is marked for deletion`,
  });
}
