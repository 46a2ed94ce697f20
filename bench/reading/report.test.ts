import { expect, test } from "@jest/globals";
import { asMarkdown, asTable, isWithinLimit, type Row } from "./report.ts";

const kept: Row = { scenario: "one identity", measure: "calls", value: 451, unit: "calls", floor: 451, limit: 473.55 };
const broken: Row = { ...kept, value: 474 };
const open: Row = { scenario: "memory", measure: "peak", value: 1234.5, unit: "MiB" };

test.each([
  { reason: "at most the limit", row: kept, within: true },
  { reason: "above the limit", row: broken, within: false },
  { reason: "without a limit", row: open, within: true },
])("a row $reason is within it: $within", ({ row, within }) => {
  expect(isWithinLimit(row)).toBe(within);
});

test("the table and the Markdown say the same, and what is above its limit", () => {
  expect(asMarkdown([kept, broken, open])).toBe(
    [
      "| scenario | measure | value | unit | floor | limit |  |",
      "| --- | --- | --- | --- | --- | --- | --- |",
      "| one identity | calls | 451 | calls | 451 | 474 | ok |",
      "| one identity | calls | 474 | calls | 451 | 474 | ABOVE |",
      "| memory | peak | 1,235 | MiB |  |  |  |",
      "",
    ].join("\n"),
  );
  expect(asTable([kept, open]).split("\n")[1]).toBe("one identity  calls    451    calls  451    474    ok");
});
