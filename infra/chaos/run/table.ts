import { INVARIANTS } from "../history/history.ts";
import type { Outcome } from "./run-fault.ts";

const SHOWN = 5;

/** The outcomes as a table, and what was broken below it. */
export function table(seed: number, outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ fault, violations, counts }) => {
    const broken = [...new Set(violations.map(({ invariant }) => invariant))];
    const held = `${Object.keys(INVARIANTS).length - broken.length} of ${Object.keys(INVARIANTS).length}`;
    const figures = Object.entries(counts).map(([name, figure]) => `${name} ${figure}`);
    return [
      String(seed),
      fault,
      broken.length === 0 ? `all hold` : `${held}, not ${broken.join(", ")}`,
      figures.join(", "),
    ];
  });
  const head = ["seed", "fault", "invariants", "counts"];
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return [
    line(head),
    line(widths.map((width) => "-".repeat(width))),
    ...rows.map(line),
    ...outcomes.flatMap(broken),
  ].join("\n");
}

function broken({ fault, violations }: Outcome): string[] {
  return [...Map.groupBy(violations, ({ invariant }) => invariant)].flatMap(([invariant, of]) => [
    `\n${fault} breaks “${INVARIANTS[invariant]}”, ${of.length} times:`,
    ...of.slice(0, SHOWN).map(({ what }) => `  ${what}`),
  ]);
}
