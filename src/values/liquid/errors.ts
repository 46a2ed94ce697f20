/** Something a template did wrong; its message names no value, so it may be told. */
export class FilterError extends Error {
  override readonly name = "FilterError";
}

/** Bytes met text. A template that is one output of bytes, with blanks around, is tried again without the blanks. */
export class BytesInTextError extends FilterError {}

/** A template reached for a key that it may not see. */
export class ForbiddenVariableError extends Error {
  override readonly name = "ForbiddenVariableError";
  readonly variable: string;

  constructor(variable: string) {
    super("forbidden variable");
    this.variable = variable;
  }
}
