/** What both texts of a diff have in common: names, hunks, summary, and where each VP first parts. */
import {
  type Capture,
  DELETED,
  type Diff,
  EQUAL,
  type GroupDiff,
  type Hunk,
  hunksOf,
  INSERTED,
} from "../analysis/index.ts";
import { firstDivergences, summaryLines } from "./diff-summary.ts";
import {
  counted,
  countedMessages,
  type DiffLine,
  type DiffView,
  differencesIn,
  groupName,
  lineOf,
} from "./diff-view.ts";
import type { DiffWriter } from "./diff-writer.ts";

/** How messages are written: on a line of their own, or side by side. */
export interface DiffLines {
  /** Titles of the columns, with the end of the line; or nothing. */
  readonly titles: string;
  /** Writes a message, or a pair and what changed in it. */
  write(line: DiffLine): void;
}

/** VPs whose first divergence is shown. */
const MOST_FIRSTS = 64;

/** Prints a whole diff; yields whenever the writer is full. */
export function* printDiffText(view: DiffView, writer: DiffWriter, lines: DiffLines): Generator<void> {
  const { diff, names, style, limit } = view;
  if (differencesIn(diff) > 0 && limit > 0) {
    writer.text(`${style.bold(`--- A ${names[0]}: ${countedMessages(diff.a.count)}`)}\n`);
    writer.text(`${style.bold(`+++ B ${names[1]}: ${countedMessages(diff.b.count)}`)}\n`);
    writer.text(lines.titles);
  }
  yield* printHunks(view, writer, lines);
  writer.text(summaryLines(view));
  yield* printFirsts(view, writer, lines);
}

/** Prints all hunks, up to the limit of differences. */
function* printHunks(
  { diff, style, limit, context }: DiffView,
  writer: DiffWriter,
  lines: DiffLines,
): Generator<void> {
  let left = limit;
  for (const group of diff.groups) {
    for (const hunk of hunksOf(group.script, context)) {
      if (left === 0) break;
      writer.text(`${style.cyan(hunkHeader(hunk, group, diff))}\n`);
      for (const run of hunk) {
        for (let each = 0; each < run.length && left > 0; each++) {
          lines.write(lineOf(run, each, group));
          if (run.kind !== EQUAL) left--;
          if (writer.isFull) yield;
        }
      }
    }
  }
  const more = differencesIn(diff) - limit;
  if (more > 0) writer.text(`${style.dim(`... ${counted(more)} more difference${more === 1 ? "" : "s"}`)}\n`);
}

/** Which messages a hunk shows, by their record numbers: from those of its first run to those of its last. */
function hunkHeader(hunk: Hunk, group: GroupDiff, diff: Diff): string {
  let [fromA, toA, fromB, toB] = [-1, -1, -1, -1];
  for (const { kind, a, b, length } of hunk) {
    if (kind !== INSERTED) {
      if (fromA < 0) fromA = a;
      toA = a + length - 1;
    }
    if (kind !== DELETED) {
      if (fromB < 0) fromB = b;
      toB = b + length - 1;
    }
  }
  const ofA = rangeText(diff.a, group.a, fromA, toA);
  const ofB = rangeText(diff.b, group.b, fromB, toB);
  return `@@ ${groupName(group, diff)}: A ${ofA}, B ${ofB} @@`;
}

function rangeText(capture: Capture, positions: Int32Array, from: number, to: number): string {
  if (from < 0) return "none";
  const first = capture.indexOf(positions[from]!);
  return from === to ? String(first) : `${first}-${capture.indexOf(positions[to]!)}`;
}

function* printFirsts({ diff, style }: DiffView, writer: DiffWriter, lines: DiffLines): Generator<void> {
  const firsts = firstDivergences(diff);
  if (firsts.length === 0 || (diff.interleaved && differencesIn(diff) === 0)) return;
  writer.text(`${style.bold(diff.interleaved ? "first divergence" : "first divergence of each VP")}\n`);
  for (const { group, line } of firsts.slice(0, MOST_FIRSTS)) {
    if (line) lines.write(line);
    else writer.text(`= ${groupName(group, diff)}: none in ${countedMessages(group.a.length)}\n`);
    if (writer.isFull) yield;
  }
  if (firsts.length > MOST_FIRSTS) writer.text(`... ${counted(firsts.length - MOST_FIRSTS)} more VPs\n`);
}
