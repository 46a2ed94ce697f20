import { createHash, createHmac } from "node:crypto";
import { encodeBase64, hashSync, truncates } from "bcryptjs";
import { FilterError } from "../errors.ts";
import { bytesOfValue, numberOfValue, textOfValue } from "../values.ts";
import type { FilterCall, FilterFunction } from "./filter.ts";
import { deriveBytes } from "./salt.ts";

/** Digests in hex, and password hashes with derived salts. */
export const hashFilters: readonly (readonly [string, FilterFunction])[] = [
  ["md5", (call) => digest(call, "md5")],
  ["sha1", (call) => digest(call, "sha1")],
  ["sha256", (call) => digest(call, "sha256")],
  ["sha512", (call) => digest(call, "sha512")],
  ["hmac_sha256", hmac],
  ["bcrypt", (call) => bcrypt(call, textOfValue(call.input, "the password of bcrypt"), "2b", call.args[0])],
  ["htpasswd", htpasswd],
];

function digest({ input, name }: FilterCall, algorithm: string): string {
  return createHash(algorithm).update(bytesOfValue(input, name)).digest("hex");
}

function hmac({ input, args, name }: FilterCall): string {
  const key = bytesOfValue(args[0], `the key of ${name}`);
  return createHmac("sha256", key).update(bytesOfValue(input, name)).digest("hex");
}

/** `{{ USER | htpasswd: PASSWORD }}`: a line of an htpasswd file, with bcrypt as `htpasswd -B` writes it. */
function htpasswd(call: FilterCall): string {
  const user = textOfValue(call.input, "the user name of htpasswd");
  if (user === "" || /[:\r\n]/.test(user)) {
    throw new FilterError('the user name of htpasswd must not be empty nor hold ":" or a line break');
  }
  return `${user}:${bcrypt(call, textOfValue(call.args[0], "the password of htpasswd"), "2y", call.args[1])}`;
}

/** At most 12, a third of a second: more would not fit into the second that a template has. */
const costs = { min: 4, max: 12 };

function bcrypt(call: FilterCall, password: string, prefix: string, asked: unknown): string {
  if (truncates(password)) throw new FilterError(`${call.name} takes at most 72 bytes, and the password has more`);
  const cost = numberOfValue(asked ?? 10, `the cost of ${call.name}`, costs);
  const salt = deriveBytes(call.scope, `bcrypt ${prefix} ${cost}`, [password])("salt", 16);
  return hashSync(password, `$${prefix}$${String(cost).padStart(2, "0")}$${encodeBase64([...salt], 16)}`);
}
