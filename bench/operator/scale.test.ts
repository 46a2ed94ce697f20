import { describe, expect, it } from "@jest/globals";
import type { Row } from "../reading/report.ts";
import { type Sized, scalePanels, scaleTable } from "./scale.ts";

function sized(resources: number, seconds: number, floor?: number): Sized {
  const rows: Row[] = [
    { scenario: "cold start", measure: "all ready", value: seconds, unit: "s", ...(floor ? { floor } : {}) },
    { scenario: "quiet cycle", measure: "CPU", value: 0.5, unit: "s" },
  ];
  return { resources, rows };
}

describe("the table of sizes", () => {
  const table = scaleTable([sized(100, 0.5, 0.4), sized(1000, 6, 4)]);

  it.each([
    { reason: "a column a size", line: "|  | 100 resources | 1,000 resources | limit |" },
    {
      reason: "what a resource takes",
      line: "| To all ready, a resource, ms: operator | 5 | 6 | 1.5 × the bare writes |",
    },
    { reason: "its floor", line: "| To all ready, a resource, ms: bare writes | 4 | 4 | 1.5 × the bare writes |" },
    { reason: "for a thousand", line: "| CPU a quiet cycle, 1,000 resources, s: operator | 5 | 0.5 | 1.0 |" },
  ])("shows $reason", ({ line }) => expect(table.split("\n")).toContain(line));

  it("plots what was measured, and nothing of what was not", () => {
    const panels = scalePanels([sized(100, 0.5), sized(1000, 6)]);
    expect(panels.map(({ title }) => title)).toEqual([
      "To all ready, a resource (ms)",
      "CPU a quiet cycle, 1,000 resources (s)",
    ]);
    expect(panels[0]?.lines.map(({ points }) => points)).toEqual([
      [
        { x: 100, y: 5 },
        { x: 1000, y: 6 },
      ],
      [],
    ]);
  });
});
