/** The lines of a diff: a sign, the record numbers in A and B, the message, and the fields that changed. */

import { CHANGED, INSERTED } from "../analysis/index.ts";
import { PLAIN } from "../base/style.ts";
import { makeTable } from "../output/index.ts";
import type { Shapes } from "../record/index.ts";
import type { DiffLines } from "./diff-hunks.ts";
import type { SideSymbols } from "./diff-symbols.ts";
import { changeLine, changeTexts } from "./diff-values.ts";
import { type DiffLine, type DiffView, marksOf, SIGNS } from "./diff-view.ts";
import type { DiffWriter } from "./diff-writer.ts";

/** Columns of the table that a line shows after its sign and record numbers. */
const LINE_COLUMNS = ["vp", "type", "access", "mode", "rip", "symbol", "detail"];

/** The table of a line's columns. The colour is the line's, so the columns have none. */
export function plainTable(
  shapes: Shapes,
  symbols: SideSymbols | undefined,
  titles: readonly string[] = LINE_COLUMNS,
): ReturnType<typeof makeTable> {
  return makeTable(
    { shapes, header: false, style: PLAIN, files: [], ...(symbols ? { symbols } : {}) },
    titles,
  );
}

/** The codes of the signs, and of the space after the record numbers. */
const SIGN_CODES = SIGNS.map((sign) => sign.charCodeAt(0));
const SPACE = 0x20;

export class TextLines implements DiffLines {
  readonly titles: string;
  readonly #view: DiffView;
  readonly #writer: DiffWriter;
  /** Width of a record number, and marks before and after a line in its colour, by kind. */
  readonly #width: number;
  readonly #indent: string;
  readonly #marks: ReturnType<typeof marksOf>;

  constructor(view: DiffView, shapes: Shapes, writer: DiffWriter) {
    this.#view = view;
    this.#writer = writer;
    const last = [view.diff.a, view.diff.b].map((capture) =>
      capture.count > 0 ? capture.indexOf(capture.count - 1) : 0,
    );
    this.#width = String(Math.max(...last)).length;
    this.#marks = marksOf(view.style);
    const { header } = plainTable(shapes, view.symbols);
    const heads = `  ${"A".padStart(this.#width)} ${"B".padStart(this.#width)} ${header}`;
    this.titles = `${view.style.bold(heads.trimEnd())}\n`;
    this.#indent = " ".repeat(2 * this.#width + 4);
  }

  write({ kind, a, b }: DiffLine): void {
    const { diff, style } = this.#view;
    const writer = this.#writer;
    const { before, after } = this.#marks[kind]!;
    writer.text(before);
    writer.byte(SIGN_CODES[kind]!);
    writer.number(a < 0 ? -1 : diff.a.indexOf(a), this.#width);
    writer.number(b < 0 ? -1 : diff.b.indexOf(b), this.#width);
    writer.byte(SPACE);
    if (kind === INSERTED) writer.record(diff.b, b);
    else writer.record(diff.a, a);
    if (after !== "") {
      writer.dropNewline();
      writer.text(`${after}\n`);
    }
    if (kind !== CHANGED) return;
    for (const change of changeTexts(this.#view, a, b))
      writer.text(`${this.#indent}${style.yellow(changeLine(change))}\n`);
  }
}
