import { InvalidArgumentError } from "commander";

/** Parsers of flag values: each names what the value must be; commander adds the flag's name. */

export function wholeNumber(bounds: { readonly from: number; readonly to: number }): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < bounds.from || value > bounds.to) {
      throw new InvalidArgumentError(`It must be a whole number from ${bounds.from} to ${bounds.to}.`);
    }
    return value;
  };
}

/** `a,b` to a list of namespace names; empty means all. */
export function namespaceList(text: string): readonly string[] {
  const names = text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  const wrong = names.find((name) => !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name));
  if (wrong !== undefined) throw new InvalidArgumentError(`It must be a list of namespace names; "${wrong}" is none.`);
  return names;
}

/** A Go duration such as `15s` or `1m30s`, to milliseconds. */
export function durationFlag(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map(([whole]) => whole).join("") !== text) {
    throw new InvalidArgumentError('It must be a duration such as "15s" or "1m30s".');
  }
  const unit: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
  return parts.reduce((sum, [, amount, name]) => sum + Number(amount) * (unit[name ?? ""] ?? 0), 0);
}
