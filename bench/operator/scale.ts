import type { Row } from "../reading/report.ts";
import type { Panel } from "./plot.ts";

/** All figures of one size of the work. */
export interface Sized {
  readonly resources: number;
  readonly rows: readonly Row[];
}

interface Measure {
  readonly title: string;
  readonly unit: string;
  /** In words, for the table. */
  readonly limit: string;
  readonly lines: readonly { readonly name: string; readonly value: (sized: Sized) => number }[];
}

/** What must stay flat as the work grows, per resource where it grows with it. */
const measures: readonly Measure[] = [
  {
    title: "To all ready, a resource",
    unit: "ms",
    limit: "1.5 × the bare writes",
    lines: [
      { name: "operator", value: (sized) => perResource(sized, find(sized, "cold start", "all ready")) * 1000 },
      {
        name: "bare writes",
        value: (sized) => perResource(sized, rowOf(sized, "cold start", "all ready")?.floor) * 1000,
      },
    ],
  },
  {
    title: "CPU to all ready, a resource",
    unit: "ms",
    limit: "6",
    lines: [{ name: "CPU", value: (sized) => perResource(sized, find(sized, "cold start", "CPU")) * 1000 }],
  },
  {
    title: "CPU a quiet cycle, 1,000 resources",
    unit: "s",
    limit: "1.0",
    lines: [
      { name: "operator", value: (sized) => perResource(sized, find(sized, "quiet cycle", "CPU")) * 1000 },
      { name: "the SDK alone", value: (sized) => perResource(sized, rowOf(sized, "quiet cycle", "CPU")?.floor) * 1000 },
    ],
  },
  {
    title: "AWS calls a quiet cycle, 1,000 resources",
    unit: "calls",
    limit: "1.05 × the floor",
    lines: [
      { name: "operator", value: (sized) => perResource(sized, find(sized, "quiet cycle", "AWS calls")) * 1000 },
      {
        name: "floor",
        value: (sized) => perResource(sized, rowOf(sized, "quiet cycle", "AWS calls")?.floor) * 1000,
      },
    ],
  },
  {
    title: "Resident memory",
    unit: "MiB",
    limit: "steady 150 at 1,000, 400 at 10,000; peak 200 at 1,000",
    lines: [
      { name: "steady", value: (sized) => find(sized, "quiet cycle", "resident memory") },
      { name: "peak", value: (sized) => find(sized, "cold start", "resident memory, peak") },
    ],
  },
  {
    title: "Create → Secret, refreshes running",
    unit: "ms",
    limit: "p50 40, p99 150",
    lines: [
      { name: "p50", value: (sized) => find(sized, "create → Secret", "p50") },
      { name: "p99", value: (sized) => find(sized, "create → Secret", "p99") },
    ],
  },
  {
    title: "Longest event-loop block",
    unit: "ms",
    limit: "100",
    lines: [
      { name: "quiet cycle", value: (sized) => find(sized, "quiet cycle", longest) },
      { name: "cold start", value: (sized) => find(sized, "cold start", longest) },
      { name: "change of all", value: (sized) => find(sized, "change → all Secrets", longest) },
    ],
  },
  {
    title: "Start to the first reconcile",
    unit: "s",
    limit: "2",
    lines: [{ name: "start", value: (sized) => find(sized, "start", "to the first reconcile") }],
  },
];

const longest = "longest event-loop block";

/** A column a size, a line a measure. */
export function scaleTable(sizes: readonly Sized[]): string {
  const head = ["", ...sizes.map(({ resources }) => `${resources.toLocaleString("en-US")} resources`), "limit"];
  const lines = measures.flatMap(({ title, unit, limit, lines }) =>
    lines.map(({ name, value }) => [
      `${title}, ${unit}${lines.length > 1 ? `: ${name}` : ""}`,
      ...sizes.map((sized) => shown(value(sized))),
      limit,
    ]),
  );
  return [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** A panel a measure, without those of which nothing was measured. */
export function scalePanels(sizes: readonly Sized[]): readonly Panel[] {
  const panels = measures.map(({ title, unit, lines }) => ({
    title: `${title} (${unit})`,
    lines: lines.map(({ name, value }) => ({
      name,
      points: sizes.map((sized) => ({ x: sized.resources, y: value(sized) })).filter(({ y }) => Number.isFinite(y)),
    })),
  }));
  return panels.filter(({ lines }) => lines.some(({ points }) => points.length > 0));
}

function perResource({ resources }: Sized, value: number | undefined): number {
  return (value ?? Number.NaN) / resources;
}

function rowOf({ rows }: Sized, scenario: string, measure: string): Row | undefined {
  return rows.find((row) => row.scenario === scenario && row.measure === measure);
}

function find(sized: Sized, scenario: string, measure: string): number {
  return rowOf(sized, scenario, measure)?.value ?? Number.NaN;
}

function shown(value: number): string {
  return Number.isFinite(value) ? value.toLocaleString("en-US", { maximumSignificantDigits: 3 }) : "";
}
