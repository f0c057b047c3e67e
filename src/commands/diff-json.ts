/** A diff as JSON lines: an object a difference, a summary last. */
import {
  CHANGED,
  DELETED,
  type Diff,
  EQUAL,
  INSERTED,
  listChanges,
  unsignedSlide,
  valuesOf,
} from "../analysis/index.ts";
import { hexFixed } from "../base/text.ts";
import { compileJson, jsonText, type TextProgram } from "../output/index.ts";
import { readBits, type Shape } from "../record/index.ts";
import type { SideSymbols } from "./diff-symbols.ts";
import { type DiffLine, type DiffView, lineOf } from "./diff-view.ts";
import type { DiffWriter } from "./diff-writer.ts";

/** Compiles a record as `decode` prints it. */
export function recordCompiler(symbols: SideSymbols | undefined) {
  return (program: TextProgram, shape: Shape) =>
    compileJson(program, shape, () => true, false, symbols ? { symbols } : {});
}

/** Prints the differences, up to the limit, and the summary; yields whenever the writer is full. */
export function* printJson({ diff, limit }: DiffView, writer: DiffWriter): Generator<void> {
  let left = limit;
  for (const group of diff.groups) {
    for (let at = 0; at < group.script.length && left > 0; at++) {
      const run = group.script.run(at);
      if (run.kind === EQUAL) continue;
      for (let each = 0; each < run.length && left > 0; each++, left--) {
        writeDifference(lineOf(run, each, group), group.vpIndex, diff, writer);
        if (writer.isFull) yield;
      }
    }
  }
  writer.text(jsonSummary(diff));
}

/** The last line: counts, and the slide that was taken out. */
export function jsonSummary({ totals, slide }: Diff): string {
  const [equal, changed, deleted, inserted] = totals;
  const summary = {
    op: "summary",
    equal,
    changed,
    deleted,
    inserted,
    slide: hexFixed(unsignedSlide(slide), 16),
  };
  return `${JSON.stringify(summary)}\n`;
}

const OPS: Record<number, string> = { [CHANGED]: "change", [DELETED]: "delete", [INSERTED]: "insert" };

function writeDifference(
  { kind, a, b }: DiffLine,
  vpIndex: number | null,
  diff: Diff,
  writer: DiffWriter,
): void {
  const vp = diff.interleaved ? vpOf(diff, a, b) : vpIndex;
  writer.text(`{"op":"${OPS[kind]}","vpIndex":${vp},"a":`);
  if (a < 0) writer.text("null");
  else writer.record(diff.a, a);
  writer.text(',"b":');
  if (b < 0) writer.text("null");
  else writer.record(diff.b, b);
  writer.text(kind === CHANGED ? `,"changes":${changesJson(diff, a, b)}}\n` : "}\n");
}

function changesJson(diff: Diff, positionA: number, positionB: number): string {
  const [a, b] = [diff.a.borrow(positionA), diff.b.borrow(positionB)];
  const changes = listChanges(a, b, diff.plan, diff.slide).changes.map((change) => {
    const [valueA, valueB] = valuesOf(change, a, b, diff.plan);
    const member = (value: typeof valueA) => (value === null ? "null" : jsonText(value));
    return `{"field":"${change.path}","a":${member(valueA)},"b":${member(valueB)}}`;
  });
  return `[${changes.join(",")}]`;
}

/** The VP of a message, or of the first of a pair. */
function vpOf(diff: Diff, a: number, b: number): number | null {
  const { bytes, shapes } = a < 0 ? diff.b.borrow(b) : diff.a.borrow(a);
  const field = diff.plan.of(shapes[0]!).shape.byPath.get("vpIndex");
  return field ? readBits(bytes, 0, field) : null;
}
