/** Lists of numbers that are bytes: C and Rust arrays, several in a line or one over many lines. */
import { Dump } from "./text-dump.ts";
import type { Line } from "./text-line.ts";
import { ListReader } from "./text-list-reader.ts";
import type { Reading } from "./text-records.ts";

/** Numbers of a list that ends on its line, to be taken for bytes; of one that goes on. */
const LEAST_NUMBERS = 16;

const NUMBER = "(?:0x[0-9a-f]{1,16}|[0-9a-f]{1,3})(?:u8|[ul]+)?";
const ONE_NUMBER = new RegExp(`^${NUMBER}$`, "i");
const MANY_NUMBERS = new RegExp(`^\\s*(?:${NUMBER}[\\s,]+){${LEAST_NUMBERS - 1}}${NUMBER}`, "i");
const FIRST_NUMBER = new RegExp(`^\\s*${NUMBER}\\s*,`, "i");
const LIST_BEGINS = new RegExp(`^\\s*[[{]\\s*${NUMBER}\\s*,`, "i");

const CLOSING = new Map([
  ["[", "]"],
  ["{", "}"],
]);

/** Whether a line begins with a list, and so is not of the shapes that begin with an offset. */
export function beginsWithList(text: string): boolean {
  return LIST_BEGINS.test(text);
}

/** The lists of a text: several in a line, or one over many lines. */
export class ListLines {
  readonly #dump: Dump;
  #reader: ListReader | undefined;
  /** The bracket that would end a list, which the line before may have opened. */
  #opened: string | undefined;

  constructor(reading: Reading) {
    this.#dump = new Dump(reading, "none");
  }

  /** Whether a list goes on in the next line, or may. */
  get open(): boolean {
    return this.#reader !== undefined || this.#opened !== undefined;
  }

  /** Reads the lists that begin in a line; false where none does. */
  begin(line: Line, after = 0): boolean {
    const found = findList(line.text, after);
    if (!found) return false;
    this.#begin(found.closing);
    this.#read(line, found.at);
    return true;
  }

  /** Reads a line behind one that opened a list, or inside one; false where it has nothing to do with it. */
  goOn(line: Line): boolean {
    const opened = this.#opened;
    this.#opened = undefined;
    if (this.#reader === undefined) {
      if (opened === undefined || !FIRST_NUMBER.test(line.text)) return false;
      this.#begin(opened);
    }
    this.#read(line, 0);
    return true;
  }

  /** Whether other text ends with a bracket that may open a list, or is what ends one. */
  mayOpen(text: string): boolean {
    const last = text.replace(/\/\/.*$/, "").trimEnd();
    this.#opened = CLOSING.get(last[last.length - 1] as string);
    return this.#opened !== undefined || /^\s*[\]})]+[,;]*\s*$/.test(text);
  }

  /** The text ends: what there is of an open list. */
  end(): void {
    const reader = this.#reader;
    if (!reader) return;
    this.#reader = undefined;
    if (reader.bad === undefined) reader.end();
    if (reader.bad !== undefined) this.#dump.damage(reader.bad);
    this.#dump.finish();
  }

  #begin(closing: string): void {
    this.#reader = new ListReader(this.#dump, closing);
  }

  /** Reads the open list from a column on, and the lists behind it. */
  #read(line: Line, column: number): void {
    const reader = this.#reader;
    if (!reader) return;
    const { bytes, from, to, offset } = line;
    const end = reader.read(bytes, from + column, to, offset + column) - from;
    if (reader.bad !== undefined || reader.closed) this.end();
    if (reader.bad === undefined && reader.closed) this.begin(line, end);
  }
}

/** Where the numbers of a list begin in a line, and the bracket that ends it; undefined: there is none. */
function findList(text: string, after: number): { at: number; closing: string } | undefined {
  const brackets = /[[{]/g;
  brackets.lastIndex = after;
  for (let found = brackets.exec(text); found; found = brackets.exec(text)) {
    const closing = CLOSING.get(found[0]) as string;
    const at = found.index + 1;
    if (isList(text.slice(at), closing)) return { at, closing };
  }
  return undefined;
}

/** Many numbers, though some may be wrong; or some, up to the end of the line. */
function isList(text: string, closing: string): boolean {
  if (MANY_NUMBERS.test(text)) return true;
  if (!FIRST_NUMBER.test(text)) return false;
  const end = text.indexOf(closing);
  const inside = end === -1 ? text.replace(/\/\/.*$/, "") : text.slice(0, end);
  const numbers = inside.split(/[\s,]+/).filter((number) => number !== "");
  const good = numbers.filter((number) => ONE_NUMBER.test(number)).length;
  if (end === -1) return good >= 2 && good >= numbers.length - 1;
  return good >= LEAST_NUMBERS && good >= numbers.length * 0.9;
}
