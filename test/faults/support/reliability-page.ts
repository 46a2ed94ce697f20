import type { FaultRecord } from "./fault-record.ts";

const head = `# Reliability

What the operator went through, and what came of it. This page is written by \`make faults\`: the operator runs as the
chart installs it, against a real API server and a fake AWS, with a proxy before each that cuts, delays, drops, replays and
refuses. A row is here because every assertion of its test held; the columns are what was measured.

- **Injected**: requests or connections that the fault struck, or crashes.
- **Correct after**: seconds from the end of the fault until everything was right again, the longest of all injections.
- **Lost**: keys, targets or changes that did not come through.
`;

/** docs/reliability.md, out of what a run of the suites recorded. A fault that was recorded twice shows its worse run. */
export function reliabilityPage(records: readonly FaultRecord[]): string {
  const suites = [...new Set(records.map(({ suite }) => suite))];
  const sections = suites.map((suite) => {
    const rows = worst(records.filter((record) => record.suite === suite)).map(rowOf);
    return [
      `## ${suite}`,
      "",
      "| fault | injected | correct after | lost | seen |",
      "|---|---:|---:|---|---|",
      ...rows,
    ].join("\n");
  });
  return `${[head.trimEnd(), ...sections].join("\n\n")}\n`;
}

function worst(records: readonly FaultRecord[]): readonly FaultRecord[] {
  const byFault = new Map<string, FaultRecord>();
  for (const record of records) {
    const known = byFault.get(record.fault);
    if (!known || (record.seconds ?? 0) > (known.seconds ?? 0)) byFault.set(record.fault, record);
  }
  return [...byFault.values()];
}

function rowOf({ fault, injected, seconds, lost = "nothing", seen = "" }: FaultRecord): string {
  const cells = [fault, String(injected), seconds === undefined ? "–" : `${seconds.toFixed(1)} s`, lost, seen];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}
