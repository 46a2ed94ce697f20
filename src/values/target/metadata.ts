import type { Result } from "../contract.ts";
import { quoteName } from "../name-list.ts";
import { fail, succeed } from "../result.ts";

const ownPrefix = "externalvalues.dev/";
const longestName = 63;
const longestPrefix = 253;
const longestLabel = 63;
/** All annotations of an object together, names and values (apimachinery TotalAnnotationSizeLimitB). */
const mostAnnotationBytes = 256 * 1024;

const namePart = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const prefixPart = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Where a label or annotation stands: `spec.secret.labels`. */
interface Place {
  readonly field: string;
  /** Names of those that a template gave. */
  readonly rendered: ReadonlySet<string>;
}

/** Labels as Kubernetes takes them; a literal that is none is SpecInvalid, a rendered one TemplateFailed. */
export function checkLabels(labels: ReadonlyMap<string, string>, place: Place): Result<undefined> {
  for (const [name, value] of labels) {
    const named = checkName(name, place.field);
    if (!named.ok) return named;
    if (value === "" || (value.length <= longestLabel && namePart.test(value))) continue;
    return fail(
      place.rendered.has(name) ? "TemplateFailed" : "SpecInvalid",
      `${place.field}[${quoteName(name)}] must be a label value: at most ${longestLabel} letters, digits, "-", "_" and ".", ` +
        `with a letter or digit at both ends; this one has ${value.length} characters`,
    );
  }
  return succeed(undefined);
}

/** Annotations as Kubernetes takes them: any text, 256 KiB in all. */
export function checkAnnotations(annotations: ReadonlyMap<string, string>, place: Place): Result<undefined> {
  let bytes = 0;
  for (const [name, value] of annotations) {
    const named = checkName(name, place.field);
    if (!named.ok) return named;
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
  }
  if (bytes <= mostAnnotationBytes) return succeed(undefined);
  return fail("TooLarge", `${place.field} must have at most ${mostAnnotationBytes} bytes in all, and has ${bytes}`);
}

function checkName(name: string, field: string): Result<undefined> {
  if (name.startsWith(ownPrefix)) {
    return fail(
      "SpecInvalid",
      `${field}[${quoteName(name)}] must not start with ${ownPrefix}, which is the operator's own`,
    );
  }
  const slash = name.indexOf("/");
  const prefix = slash < 0 ? undefined : name.slice(0, slash);
  const rest = name.slice(slash + 1);
  const rightPrefix = prefix === undefined || (prefix.length <= longestPrefix && prefixPart.test(prefix.toLowerCase()));
  if (rightPrefix && rest.length <= longestName && namePart.test(rest)) return succeed(undefined);
  return fail("SpecInvalid", `${field}[${quoteName(name)}] must be named as Kubernetes wants it: name, or domain/name`);
}
