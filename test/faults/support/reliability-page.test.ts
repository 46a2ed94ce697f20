import { expect, test } from "@jest/globals";
import { reliabilityPage } from "./reliability-page.ts";

test("a section a suite, a row a fault, the worse of two runs", () => {
  const page = reliabilityPage([
    { suite: "AWS", fault: "a | b", injected: 3, seconds: 1.25, seen: "all" },
    { suite: "Watches", fault: "reset", injected: 1 },
    { suite: "AWS", fault: "a | b", injected: 4, seconds: 2 },
  ]);
  expect(page.match(/^## .*/gm)).toEqual(["## AWS", "## Watches"]);
  expect(page).toContain("| a \\| b | 4 | 2.0 s | nothing |  |");
  expect(page).toContain("| reset | 1 | – | nothing |  |");
  expect(page).not.toContain("1.3 s");
});
