import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import process from "node:process";

/** One line of the table: a figure of ours, mostly divided by its limit. */
export interface Figure {
  readonly part: string;
  readonly what: string;
  /** As shown: ours, and what it is divided by. */
  readonly measured: string;
  /** What is compared with the goal: median, least and greatest. */
  readonly value: { readonly median: number; readonly min: number; readonly max: number };
  readonly shown: string;
  readonly goal?: string;
  readonly isMet?: boolean;
}

const figures: Figure[] = [];
let part = "";

/** What is measured from now on belongs to this part. */
export function beginPart(name: string): void {
  part = name;
}

export function record(figure: Omit<Figure, "part">): void {
  figures.push({ part, ...figure });
}

/** Prints all figures with their goals, and writes them as JSON to a file. */
export function finish(file: string): void {
  if (figures.length === 0) return;
  const rows = figures.map(({ part: of, what, measured, shown, goal = "", isMet }) => [
    of,
    what.trim(),
    measured,
    shown,
    goal,
    isMet === undefined ? "" : isMet ? "met" : "missed",
  ]);
  const head = ["part", "figure", "measured", "ratio (least to greatest)", "goal", ""];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
  console.log(`\n${[head, ...rows].map((row) => line(row).trimEnd()).join("\n")}`);
  const machine = { node: process.version, cores: cpus().length, cpu: cpus()[0]?.model.trim() };
  writeFileSync(file, `${JSON.stringify({ at: new Date().toISOString(), machine, figures }, null, 2)}\n`);
  console.log(`\nAs JSON: ${file}`);
}
