/** The lines of a diff in two columns, A left and B right, fitted to a width. */
import { CHANGED } from "../analysis/index.ts";
import type { DiffLines } from "./diff-hunks.ts";
import { changeTexts } from "./diff-values.ts";
import { type DiffLine, type DiffView, marksOf, SIGNS } from "./diff-view.ts";
import type { DiffWriter } from "./diff-writer.ts";

/** Columns of the table that a cell shows. */
export const CELL_COLUMNS = ["index", "rip", "symbol", "detail"];
export const INTERLEAVED_CELL_COLUMNS = ["index", "vp", "rip", "symbol", "detail"];

/** The sign between both columns, with a space on either side. */
const GUTTER = 3;
const LEAST_CELL = 20;

export class SideBySideLines implements DiffLines {
  readonly titles = "";
  readonly #view: DiffView;
  readonly #writer: DiffWriter;
  readonly #cell: number;
  readonly #marks: ReturnType<typeof marksOf>;

  constructor(view: DiffView, writer: DiffWriter) {
    this.#view = view;
    this.#writer = writer;
    this.#cell = Math.max(LEAST_CELL, Math.floor((view.width - GUTTER) / 2));
    this.#marks = marksOf(view.style);
  }

  write({ kind, a, b }: DiffLine): void {
    const { diff } = this.#view;
    const left = a < 0 ? "" : this.#writer.recordText(diff.a, a).trimEnd();
    const right = b < 0 ? "" : this.#writer.recordText(diff.b, b).trimEnd();
    this.#row(kind, left, right, SIGNS[kind]!);
    if (kind !== CHANGED) return;
    for (const change of changeTexts(this.#view, a, b))
      this.#row(kind, `  ${change.path}: ${change.a}`, `  ${change.path}: ${change.b}${change.note}`, " ");
  }

  #row(kind: number, left: string, right: string, sign: string): void {
    const { before, after } = this.#marks[kind]!;
    const line = `${this.#fit(left).padEnd(this.#cell)} ${sign} ${this.#fit(right)}`;
    this.#writer.text(`${before}${line.trimEnd()}${after}\n`);
  }

  #fit(text: string): string {
    return text.length <= this.#cell ? text : `${text.slice(0, this.#cell - 1)}…`;
  }
}
