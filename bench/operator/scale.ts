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
  readonly lines: readonly { readonly name: string; readonly value: (sized: Sized) => number }[];
}

/** What must stay flat as the work grows, per resource where it grows with it. */
const measures: readonly Measure[] = [
  {
    title: "To all ready, a resource",
    unit: "ms",
    lines: [
      { name: "operator", value: (sized) => (find(sized, "cold start", "all ready") / sized.resources) * 1000 },
      {
        name: "bare writes",
        value: (sized) => ((rowOf(sized, "cold start", "all ready")?.floor ?? Number.NaN) / sized.resources) * 1000,
      },
    ],
  },
  {
    title: "CPU to all ready, a resource",
    unit: "ms",
    lines: [{ name: "CPU", value: (sized) => (find(sized, "cold start", "CPU") / sized.resources) * 1000 }],
  },
  {
    title: "CPU a quiet cycle, 1,000 resources",
    unit: "s",
    lines: [{ name: "CPU", value: (sized) => (find(sized, "quiet cycle", "CPU") / sized.resources) * 1000 }],
  },
  {
    title: "AWS calls a quiet cycle, 1,000 resources",
    unit: "calls",
    lines: [
      { name: "operator", value: (sized) => (find(sized, "quiet cycle", "AWS calls") / sized.resources) * 1000 },
      {
        name: "floor",
        value: (sized) => ((rowOf(sized, "quiet cycle", "AWS calls")?.floor ?? Number.NaN) / sized.resources) * 1000,
      },
    ],
  },
  {
    title: "Resident memory",
    unit: "MiB",
    lines: [
      { name: "steady", value: (sized) => find(sized, "quiet cycle", "resident memory") },
      { name: "peak", value: (sized) => find(sized, "cold start", "resident memory, peak") },
    ],
  },
  {
    title: "Create → Secret, refreshes running",
    unit: "ms",
    lines: [
      { name: "p50", value: (sized) => find(sized, "create → Secret", "p50") },
      { name: "p99", value: (sized) => find(sized, "create → Secret", "p99") },
    ],
  },
];

/** A column a size, a line a measure. */
export function scaleTable(sizes: readonly Sized[]): string {
  const head = ["", ...sizes.map(({ resources }) => `${resources.toLocaleString("en-US")} resources`)];
  const lines = measures.flatMap(({ title, unit, lines }) =>
    lines.map(({ name, value }) => [
      `${title}, ${unit}${lines.length > 1 ? `: ${name}` : ""}`,
      ...sizes.map((sized) => shown(value(sized))),
    ]),
  );
  const block = [
    "Longest event-loop block, quiet, ms",
    ...sizes.map((sized) => shown(find(sized, "quiet cycle", longest))),
  ];
  return [head, head.map(() => "---"), ...lines, block].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

export function scalePanels(sizes: readonly Sized[]): readonly Panel[] {
  return measures.map(({ title, unit, lines }) => ({
    title: `${title} (${unit})`,
    lines: lines.map(({ name, value }) => ({
      name,
      points: sizes.map((sized) => ({ x: sized.resources, y: value(sized) })).filter(({ y }) => Number.isFinite(y)),
    })),
  }));
}

const longest = "longest event-loop block";

function rowOf({ rows }: Sized, scenario: string, measure: string): Row | undefined {
  return rows.find((row) => row.scenario === scenario && row.measure === measure);
}

function find(sized: Sized, scenario: string, measure: string): number {
  return rowOf(sized, scenario, measure)?.value ?? Number.NaN;
}

function shown(value: number): string {
  return Number.isFinite(value) ? value.toLocaleString("en-US", { maximumSignificantDigits: 3 }) : "";
}
