import { createHash } from "node:crypto";

const prefix = "external-values";
const longest = 64;

/**
 * A role session's name, as CloudTrail shows it: `external-values`, with whom it is for where it is for somebody. Only
 * `[\w+=,.@-]{2,64}` may stand in it (STS, AssumeRole): anything else becomes "-", and a hash keeps a cut name apart.
 */
export function sessionNameFor(subject?: string): string {
  if (subject === undefined) return prefix;
  const name = `${prefix}@${subject.replace(/[^\w+=,.@-]/g, "-")}`;
  if (name.length <= longest) return name;
  const hash = createHash("sha256").update(subject).digest("hex").slice(0, 8);
  return `${name.slice(0, longest - 9)}-${hash}`;
}
