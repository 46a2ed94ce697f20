import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { inRepository } from "../../support/repository.ts";
import { type FaultRecord, recordsFile } from "./fault-record.ts";
import { reliabilityPage } from "./reliability-page.ts";

// Writes docs/reliability.md out of what the last run of the fault suites recorded: `node test/faults/support/write-reliability.ts`.

const lines = existsSync(recordsFile) ? readFileSync(recordsFile, "utf8").split("\n") : [];
const records: FaultRecord[] = lines.filter((line) => line !== "").map((line) => JSON.parse(line));
if (records.length === 0) throw new Error(`${recordsFile} holds no records: run "make faults"`);
writeFileSync(inRepository("docs/reliability.md"), reliabilityPage(records));
