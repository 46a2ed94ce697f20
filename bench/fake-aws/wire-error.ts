/** An error as AWS sends it. `status` 400 unless AWS uses another for it. */
export class WireError extends Error {
  override readonly name = "WireError";
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** AWS's text for a list that is too long; `field` in camel case, as AWS writes it. */
export function listTooLong(field: string, values: readonly string[], most: number): WireError {
  return new WireError(
    "ValidationException",
    `1 validation error detected: Value '[${values.join(", ")}]' at '${field}' failed to satisfy constraint: Member must have length less than or equal to ${most}`,
  );
}
