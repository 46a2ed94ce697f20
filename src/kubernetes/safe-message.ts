/**
 * What may be repeated of the API server's words about a Secret or a ConfigMap. Validation messages, failed merges and
 * admission webhooks quote the rejected object, so only sentences that are known not to are let through.
 */
const safeSentences: readonly RegExp[] = [
  /^\S+ "[^"]*" (not found|already exists)$/,
  // Preconditions and optimistic locking quote uids and resourceVersions.
  /^Operation cannot be fulfilled on \S+ "[^"]*": (the object has been modified; please apply your changes to the latest version and try again|the (UID|ResourceVersion) in the precondition \([^)]*\) does not match the (UID|ResourceVersion) in record \([^)]*\)\. The object might have been (deleted and then recreated|modified)|StorageError: invalid object, Code: \d+, Key: [^,]*, ResourceVersion: \d+, AdditionalErrorMsg: Precondition failed: [\w ]+ in precondition: [\w-]*, [\w ]+ in object meta: [\w-]*)$/,
  /^\S+ "?[^"]*"? ?is forbidden: User "[^"]*" cannot \w+ resource "[^"]*" in API group "[^"]*"( in the namespace "[^"]*"| at the cluster scope)?$/,
  /^\S+ "[^"]*" is forbidden: unable to create new content in namespace \S+ because it is being terminated$/,
  /^\S+ "[^"]*" is forbidden: exceeded quota: [^,]+(, (requested|used|limited): [\w./=,-]+)*$/,
  /^namespaces "[^"]*" not found$/,
  /^Operation cannot be fulfilled on \S+ "[^"]*": uid mismatch: the provided object specified uid [\w-]*, and no existing object was found$/,
  // Conflicts of server-side apply name managers and fields.
  /^Apply failed with \d+ conflicts?: conflicts? with "[^"]*"[^:]*:[\s\w.\-[\]{}":,*]*$/,
];

const safeCauses: readonly RegExp[] = [
  /^(?:.*: )?(field is immutable(?: when `immutable` is set)?)$/s,
  /^(Required value)/,
  /^(Too long: (?:may|must) (?:not be|have) (?:more|at) (?:than|most) \d+ \w+)/,
  /^(conflict with "[^"]*"[\w\s./-]*)$/,
  // Fixed beginnings of what follows the quoted value; the rest may name more.
  /: (a valid config key must consist of alphanumeric characters)/,
  /: (a lowercase RFC 1123 \w+ must consist of lower case alphanumeric characters)/,
  /: (Only one reference can have Controller set to true)/,
];

/** The message if it is one of the known sentences, else what the causes say, which are safe already. */
export function safeMessage(
  reason: string,
  message: string,
  causes: readonly { readonly field: string; readonly message: string }[],
): string {
  if (safeSentences.some((sentence) => sentence.test(message))) return message;
  const findings = causes.map(({ field, message: said }) => (field === "" ? said : `${field}: ${said}`));
  if (findings.length > 0) return findings.join("; ");
  return reason === "" ? "" : "the API server's message is withheld, since it may quote values";
}

/** The part of a cause's message that quotes nothing. */
export function safeCauseMessage(message: string): string {
  for (const cause of safeCauses) {
    const [, part] = cause.exec(message) ?? [];
    if (part !== undefined) return part;
  }
  return "invalid value (not shown)";
}
