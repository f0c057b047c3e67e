import type TableClass from "cli-table3";
import type { Style } from "../base/style.ts";

export interface BarTableOptions {
  /** cli-table3, loaded by whoever wants a table. */
  Table: typeof TableClass;
  style: Style;
  /** Width of the terminal; undefined where it is none. */
  columns: number | undefined;
}

/** A row: its cells, what part of a whole bar it has (undefined: none), and how its cells are painted. */
export interface BarRow {
  cells: readonly string[];
  bar?: number;
  paint?: (text: string) => string;
}

/** Width of the text where it is not a terminal's. */
const DEFAULT_COLUMNS = 100;
const LEAST_BAR = 8;
const MOST_BAR = 30;

/** Rows that are given to cli-table3 at once: the time that it takes grows with their square. */
const ROWS_AT_ONCE = 100;

/** Rows in columns: `labels` cells of text, two numbers, and a bar. */
export function barTable(
  rows: readonly BarRow[],
  { Table, style, columns }: BarTableOptions,
  labels: number,
): string {
  const widths = Array.from({ length: labels + 2 }, (_, place) =>
    rows.reduce((most, { cells }) => Math.max(most, widthOf(cells[place] ?? "") + GAP), GAP),
  );
  const used = widths.reduce((sum, width) => sum + width, 0);
  const barWidth = Math.max(LEAST_BAR, Math.min(MOST_BAR, (columns ?? DEFAULT_COLUMNS) - used));
  const isNumber = (place: number) => place === labels || place === labels + 1;
  const options = (): TableClass.TableConstructorOptions => ({
    colWidths: [...widths, barWidth + GAP],
    colAligns: [...widths, 0].map((_, place) => (isNumber(place) ? "right" : "left")),
    style: { head: [], border: [], "padding-left": 0, "padding-right": GAP },
    chars: PLAIN_BORDERS,
  });
  let text = "";
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    const table = new Table(options());
    for (const { cells, bar, paint } of rows.slice(from, from + ROWS_AT_ONCE)) {
      const filled = widths.map((_, place) => cells[place] ?? "");
      const shown = paint ? filled.map((cell) => (cell === "" ? cell : paint(cell))) : filled;
      table.push([...shown, bar === undefined ? "" : style.cyan(barText(bar, barWidth))]);
    }
    text += table
      .toString()
      .split("\n")
      .map((line) => `${line.trimEnd()}\n`)
      .join("");
  }
  return `${text.trimEnd()}\n`;
}

/** Columns that a text takes at most: letters beyond the alphabets of Europe may be two wide. */
function widthOf(text: string): number {
  let width = 0;
  for (const letter of text) width += letter > "\u10ff" && letter !== "…" && letter !== "≥" ? 2 : 1;
  return width;
}

/** Columns between two cells. */
const GAP = 2;

const BORDERS =
  "top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right left left-mid mid mid-mid right right-mid middle";
const PLAIN_BORDERS = Object.fromEntries(BORDERS.split(" ").map((name) => [name, ""]));

/** A bar in eighths of a character, not less than one. */
function barText(part: number, width: number): string {
  const eighths = Math.max(1, Math.round(part * width * 8));
  return "█".repeat(eighths >> 3) + (["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths & 7] as string);
}
