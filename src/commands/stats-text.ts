/** The counts as text: a table with a bar a row, for every section in which something was counted. */
import {
  type ByCounter,
  type CountTable,
  largest,
  type SectionCounter,
  type Stats,
} from "../analysis/index.ts";
import { plural, printable } from "../base/text.ts";
import type { Symbols } from "../code/index.ts";
import type { Value } from "../record/index.ts";
import { type BarRow, type BarTableOptions, barTable } from "./bar-table.ts";
import { pairOrder } from "./stats-json.ts";
import { timeRows } from "./stats-time-text.ts";
import { SECTION_WORDS } from "./stats-words.ts";

interface StatsTextOptions extends BarTableOptions {
  /** Rows of a section at most. */
  top: number;
  /** Names RIPs. */
  symbols?: Symbols | undefined;
}

/** What is counted, its count and its share. */
type Cells = string[];

/** The whole text: how many messages, when they came where that is known, and the sections or the rows of `--by`. */
export function statsText(stats: Stats, options: StatsTextOptions): string {
  const { by, time } = stats;
  const parts = [`${options.style.bold(plural(stats.messages, "message"))}\n`];
  if (time.timed > 0 && !by) {
    const rows = timeRows(time, options.top).map((cells) => ({ cells }));
    parts.push(barTable(rows, options, LABELS));
  }
  if (by && stats.messages > 0) parts.push(barTable(byRows(stats, by, options), options, by.fields.length));
  const rows = stats.sections.flatMap((counter) => sectionRows(counter, stats, options));
  if (rows.length > 0) parts.push(barTable(rows, options, LABELS));
  return parts.join("\n");
}

/** Cells before the count in the rows of a section: the value, and what it means. */
const LABELS = 2;

function sectionRows(counter: SectionCounter, stats: Stats, options: StatsTextOptions): BarRow[] {
  const { section, table } = counter;
  const words = SECTION_WORDS[section.name];
  if (counter.messages === 0 || !words) return [];
  const different =
    table.drops > 0
      ? `more than ${table.limit} different`
      : table.size > options.top
        ? `${table.size} different`
        : "";
  const title: BarRow = {
    cells: [words.title, different, "count", "share"],
    paint: options.style.bold,
  };
  const slots = largest(table, options.top, pairOrder(table));
  const rows = countedRows(table, slots, stats, (slot) => {
    const [low, high] = [table.word(slot, 0), table.word(slot, 1)];
    const [value, meaning] = words.row(low, high, section.value(low, high));
    const symbol = section.name === "rip" ? (options.symbols?.textAt(low, high) ?? "") : "";
    return [`  ${value}`, symbol === "" ? meaning : printable(symbol)];
  });
  return [title, ...rows, ...restRows(table, slots, stats, LABELS, options), { cells: [] }];
}

function byRows(stats: Stats, by: ByCounter, options: StatsTextOptions): BarRow[] {
  const title: BarRow = {
    cells: [...by.fields.map((field) => field.label), "count", "share"],
    paint: options.style.bold,
  };
  const slots = largest(by.table, options.top, (one, other) => by.compare(one, other));
  const rows = countedRows(by.table, slots, stats, (slot) => by.values(slot).map(plainText));
  return [title, ...rows, ...restRows(by.table, slots, stats, by.fields.length, options)];
}

function countedRows(
  table: CountTable,
  slots: ArrayLike<number> & Iterable<number>,
  stats: Stats,
  cells: (slot: number) => Cells,
): BarRow[] {
  const most = slots.length === 0 ? 1 : table.count(slots[0] as number);
  return Array.from(slots, (slot) => {
    const count = table.count(slot);
    const mark = table.missing(slot) > 0 ? "≥ " : "";
    return {
      cells: [...cells(slot), `${mark}${count}`, shareText(count / stats.messages)],
      bar: count / most,
    };
  });
}

/** What the rows do not show: values beyond `--top`, and those that were merged. */
function restRows(
  table: CountTable,
  shown: ArrayLike<number>,
  stats: Stats,
  labels: number,
  { style }: StatsTextOptions,
): BarRow[] {
  const rows: BarRow[] = [];
  const add = (what: string, count: number) => {
    const blanks = Array<string>(labels - 1).fill("");
    rows.push({
      cells: [what, ...blanks, String(count), shareText(count / stats.messages)],
      paint: style.dim,
    });
  };
  if (table.size > shown.length) {
    let rest = 0;
    table.forEach((slot) => {
      rest += table.count(slot);
    });
    for (let place = 0; place < shown.length; place++) rest -= table.count(shown[place] as number);
    add(`  … ${table.size - shown.length} more`, rest);
  }
  if (table.drops > 0) add("  other", table.dropped);
  return rows;
}

/** Percent of all messages. */
function shareText(share: number): string {
  const percent = share * 100;
  return percent > 0 && percent < 0.05 ? "<0.1%" : `${percent.toFixed(1)}%`;
}

/** As JSON has it, without quotes; lists joined by commas, `-` where a message does not have the field. */
function plainText(value: Value | undefined): string {
  if (value === undefined) return "-";
  if (Array.isArray(value)) return value.map(plainText).join(",") || "none";
  return typeof value === "object" ? JSON.stringify(value) : printable(String(value));
}
