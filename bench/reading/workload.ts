import type { ParameterRef, SecretRef, ValueRef } from "../../src/api/source.ts";
import type { FakeAwsProcess } from "../fake-aws/child.ts";

export const pinnedVersionId = "11111111-1111-4111-8111-111111111111";

/** Resources that each read 4 parameters of their own, 2 that all share, and 2 properties of one secret of their own. */
export async function putStandardValues(fake: FakeAwsProcess, resources: number): Promise<void> {
  await fake.putParameters({ namePrefix: "/own/", count: resources * 4, bytes: 40, type: "SecureString" });
  await fake.putParameters({ namePrefix: "/shared/", count: 2, bytes: 40 });
  await fake.putSecrets({ namePrefix: "own/", count: resources, bytes: 200, versionId: pinnedVersionId });
}

/**
 * The refs of one such resource. The two properties are one ref: a value is read whole. `pinned`: two parameters of its
 * own by version, and every second resource's secret by VersionId.
 */
export function standardRefs(resource: number, pinned = false): readonly ValueRef[] {
  const own = [0, 1, 2, 3].map((index): ParameterRef => {
    const name = `/own/${resource * 4 + index}`;
    return pinned && index < 2 ? { kind: "parameter", name, selector: { version: 1 } } : { kind: "parameter", name };
  });
  const shared = [0, 1].map((index): ParameterRef => ({ kind: "parameter", name: `/shared/${index}` }));
  const secretId = `own/${resource}`;
  const secret: SecretRef =
    pinned && resource % 2 === 0
      ? { kind: "secret", secretId, versionId: pinnedVersionId }
      : { kind: "secret", secretId };
  return [...own, ...shared, secret];
}

/** Calls that a cycle cannot do without. */
export function floorOf(parameters: number, secrets: number): number {
  return Math.ceil(parameters / 10) + Math.ceil(secrets / 20);
}
