import { describe, expect, it } from "@jest/globals";
import { plot } from "./plot.ts";

describe("plot", () => {
  const panel = {
    title: "CPU <a cycle>",
    lines: [
      {
        name: "operator",
        points: [
          { x: 100, y: 1 },
          { x: 1000, y: 2 },
          { x: 10_000, y: 4 },
        ],
      },
    ],
  };

  it("places sizes evenly by their logarithm, and zero at the bottom", () => {
    const points = /points="([^"]+)"/
      .exec(plot([panel]))?.[1]
      ?.split(" ")
      .map((pair) => pair.split(",").map(Number));
    const [one, two, three] = points ?? [];
    expect((two?.[0] ?? 0) - (one?.[0] ?? 0)).toBeCloseTo((three?.[0] ?? 0) - (two?.[0] ?? 0), 0);
    // From 0 at y = 150 to 5 at y = 34.
    expect(one?.[1]).toBeCloseTo(150 - (1 / 5) * 116, 0);
    expect(three?.[1]).toBeCloseTo(150 - (4 / 5) * 116, 0);
  });

  it("escapes what is a tag elsewhere", () => {
    expect(plot([panel])).toContain("CPU &lt;a cycle>");
  });

  it("draws one size too", () => {
    expect(plot([{ title: "one", lines: [{ name: "a", points: [{ x: 10, y: 0 }] }] }])).not.toContain("NaN");
  });
});
