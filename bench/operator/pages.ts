import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { inRepository } from "../../test/support/repository.ts";
import { writeSection } from "../page-section.ts";
import { asMarkdown, type Row } from "../reading/report.ts";
import { plot } from "./plot.ts";
import { type Sized, scalePanels, scaleTable } from "./scale.ts";

const page = inRepository("docs/benchmarks.md");
const image = inRepository("docs/benchmarks-scale.svg");

/** What was measured on, and how it was asked for. */
export function circumstances(command: string): string {
  const processors = cpus();
  const day = new Date().toISOString().slice(0, 10);
  return `\`${command}\`, ${day}, Node.js ${process.version}, ${processors.length} × ${processors[0]?.model.trim()}`;
}

/** Writes the table of one run into docs/benchmarks.md, into the section of this name. */
export function writeRun(section: string, rows: readonly Row[], command: string): void {
  writeSection(page, section, `${circumstances(command)}\n\n${asMarkdown(rows)}`);
}

/** Writes the table of several sizes, and the plot beside the page. */
export function writeScale(sizes: readonly Sized[], command: string): void {
  writeFileSync(image, plot(scalePanels(sizes)));
  const picture = "![Figures by number of resources](benchmarks-scale.svg)";
  writeSection(page, "scale", `${circumstances(command)}\n\n${scaleTable(sizes)}\n\n${picture}`);
}
