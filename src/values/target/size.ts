import type { TargetKind } from "../../api/model.ts";
import { sizeOf } from "../content.ts";
import type { Content, Result } from "../contract.ts";
import { fail, succeed } from "../result.ts";

/** What Kubernetes takes in one Secret or ConfigMap, values only, in bytes (core/v1 MaxSecretSize). */
export const mostTargetBytes = 1024 * 1024;

const mostNamed = 3;

/** TooLarge where the values of a target are more than 1 MiB together; names the biggest keys with their sizes. */
export function checkSize(kind: TargetKind, data: ReadonlyMap<string, Content>): Result<undefined> {
  const sizes = [...data].map(([key, content]) => ({ key, bytes: sizeOf(content) }));
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= mostTargetBytes) return succeed(undefined);
  sizes.sort((one, other) => other.bytes - one.bytes || (one.key < other.key ? -1 : 1));
  const biggest = sizes.slice(0, mostNamed).map(({ key, bytes }) => `${key} (${bytes} bytes)`);
  return fail(
    "TooLarge",
    `a ${kind} holds at most ${mostTargetBytes} bytes, and these ${sizes.length} keys have ${total}; ` +
      `the biggest: ${biggest.join(", ")}; leave keys out, or put some into another target`,
  );
}
