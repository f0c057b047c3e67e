/** What both texts of a diff have in common: names, hunks, summary, and where each VP first parts. */
import {
  DELETED,
  type Diff,
  EQUAL,
  type GroupDiff,
  type Hunk,
  hunksOf,
  INSERTED,
  type Run,
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

/** Which messages a hunk shows, by their record numbers. */
function hunkHeader(hunk: Hunk, group: GroupDiff, diff: Diff): string {
  const ofA = rangeText(hunk, INSERTED, (run, each) => diff.a.indexOf(group.a[run.a + each]!));
  const ofB = rangeText(hunk, DELETED, (run, each) => diff.b.indexOf(group.b[run.b + each]!));
  return `@@ ${groupName(group, diff)}: A ${ofA}, B ${ofB} @@`;
}

/** The first and last record number of the runs that are not of a kind. */
function rangeText(hunk: Hunk, without: number, indexOf: (run: Run, each: number) => number): string {
  const first = hunk.find(({ kind }) => kind !== without);
  const last = hunk.findLast(({ kind }) => kind !== without);
  if (!first || !last) return "none";
  const [from, to] = [indexOf(first, 0), indexOf(last, last.length - 1)];
  return from === to ? String(from) : `${from}-${to}`;
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
