/** One number that a scenario found. */
export interface Row {
  readonly scenario: string;
  readonly measure: string;
  readonly value: number;
  readonly unit: string;
  /** What cannot be undercut. */
  readonly floor?: number;
  /** What it may be at most. */
  readonly limit?: number;
}

/** True where a row is within its limit, or has none. */
export function isWithinLimit({ value, limit }: Row): boolean {
  return limit === undefined || value <= limit;
}

const heads = ["scenario", "measure", "value", "unit", "floor", "limit", ""] as const;

function cells(row: Row): readonly string[] {
  const verdict = row.limit === undefined ? "" : isWithinLimit(row) ? "ok" : "ABOVE";
  return [
    row.scenario,
    row.measure,
    format(row.value),
    row.unit,
    row.floor === undefined ? "" : format(row.floor),
    row.limit === undefined ? "" : format(row.limit),
    verdict,
  ];
}

/** Aligned for a terminal. */
export function asTable(rows: readonly Row[]): string {
  const lines = [heads, ...rows.map(cells)];
  const widths = heads.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return `${lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n")}\n`;
}

/** For docs/benchmarks.md. */
export function asMarkdown(rows: readonly Row[]): string {
  const lines = [heads, heads.map(() => "---"), ...rows.map(cells)];
  return `${lines.map((line) => `| ${line.join(" | ")} |`).join("\n")}\n`;
}

function format(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 });
}
