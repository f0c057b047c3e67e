/** Lists of numbers that are bytes: C and Rust arrays, whatever their lines; and digits in very long lines. */
import { Dump, type Reading } from "./text-dump.ts";
import type { Line } from "./text-line.ts";
import { digitValue } from "./text-row.ts";

/** Numbers of a list that ends on its line, to be taken for bytes; of one that goes on. */
const LEAST_NUMBERS = 16;
/** Numbers that are looked at before the base of those without 0x is decided. */
const PENDING = 256;

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

const SPACE = 0x20;
const TAB = 0x09;
const COMMA = 0x2c;
const SLASH = 0x2f;
const STAR = 0x2a;
const LOWER_X = 0x78;
const ZERO = 0x30;

/**
 * Reads a list of numbers, over any number of lines. Without any 0x in it, it is hexadecimal where every number
 * has two digits or one has a letter, else decimal; beside numbers with 0x, the others are decimal. Numbers with
 * 0x and 4, 8 or 16 digits are little-endian words.
 */
export class ListReader {
  /** What could not be read. */
  bad: string | undefined;
  closed = false;
  readonly #dump: Dump;
  readonly #closing: number;
  #base: 10 | 16 | undefined;
  #comment = false;
  /** The numbers that wait: as decimal and as hexadecimal, -1 where they are no byte; and where they stand. */
  readonly #decimal = new Int16Array(PENDING);
  readonly #hexadecimal = new Int16Array(PENDING);
  readonly #places = new Float64Array(PENDING);
  #pending = 0;
  #prefixed = false;
  #letters = false;
  #twoDigits = true;

  constructor(dump: Dump, closing: string) {
    this.#dump = dump;
    this.#closing = closing.charCodeAt(0);
  }

  /** Reads a line, or the rest of one; `offset` is where bytes[from] stands in the input. Returns where it stopped. */
  read(bytes: Uint8Array, from: number, to: number, offset: number): number {
    for (let at = from; at < to; ) {
      const code = bytes[at] as number;
      const next = at + 1 < to ? bytes[at + 1] : undefined;
      if (this.#comment) {
        if (code === STAR && next === SLASH) {
          this.#comment = false;
          at++;
        }
        at++;
      } else if (code === SPACE || code === COMMA || code === TAB) at++;
      else if (code === this.#closing) {
        this.#flush();
        this.closed = true;
        return at + 1;
      } else if (code === SLASH && next === SLASH) return to;
      else if (code === SLASH && next === STAR) {
        this.#comment = true;
        at += 2;
      } else {
        const end = this.#endOfNumber(bytes, at, to);
        this.#number(bytes, at, end, offset + at - from);
        if (this.bad !== undefined) return at;
        at = end;
      }
    }
    return to;
  }

  /** The list has no end: what there is of it. */
  end(): void {
    this.#flush();
  }

  #endOfNumber(bytes: Uint8Array, from: number, to: number): number {
    let at = from + 1;
    while (at < to) {
      const code = bytes[at] as number;
      if (code === SPACE || code === COMMA || code === TAB || code === this.#closing || code === SLASH) break;
      at++;
    }
    return at;
  }

  #number(bytes: Uint8Array, from: number, to: number, place: number): void {
    const prefixed =
      bytes[from] === ZERO && ((bytes[from + 1] as number) | 0x20) === LOWER_X && to - from > 2;
    const first = prefixed ? from + 2 : from;
    let end = first;
    let hexadecimal = 0;
    let decimal = 0;
    let letters = false;
    for (; end < to; end++) {
      const value = digitValue(bytes[end] as number);
      if (value > 15) break;
      letters ||= value > 9;
      hexadecimal = end - first < 2 ? hexadecimal * 16 + value : -1;
      decimal = letters ? -1 : decimal * 10 + value;
    }
    const digits = end - first;
    if (digits === 0 || !isSuffix(bytes, end, to)) return this.#refuse(bytes, from, to);
    if (prefixed && digits > 2) return this.#word(bytes, first, digits, place);
    if (!prefixed && digits > 3) return this.#refuse(bytes, from, to);
    this.#twoDigits &&= digits === 2;
    this.#letters ||= letters;
    this.#prefixed ||= prefixed;
    this.#push(prefixed ? hexadecimal : decimal > 255 ? -1 : decimal, hexadecimal, place);
  }

  /** A number of several bytes, lowest byte first. */
  #word(bytes: Uint8Array, first: number, digits: number, place: number): void {
    if (digits !== 4 && digits !== 8 && digits !== 16) return this.#refuse(bytes, first - 2, first + digits);
    this.#prefixed = true;
    for (let at = first + digits - 2; at >= first; at -= 2) {
      const value = digitValue(bytes[at] as number) * 16 + digitValue(bytes[at + 1] as number);
      this.#push(value, value, place);
    }
  }

  #push(decimal: number, hexadecimal: number, place: number): void {
    this.#decimal[this.#pending] = decimal;
    this.#hexadecimal[this.#pending] = hexadecimal;
    this.#places[this.#pending] = place;
    if (++this.#pending === PENDING) this.#flush();
  }

  #flush(): void {
    const count = this.#pending;
    this.#pending = 0;
    if (count === 0 || this.bad !== undefined) return;
    this.#base ??= !this.#prefixed && (this.#letters || this.#twoDigits) ? 16 : 10;
    const values = this.#base === 16 ? this.#hexadecimal : this.#decimal;
    const dump = this.#dump;
    for (let index = 0; index < count; index++) {
      if ((values[index] as number) < 0) {
        this.bad = `a number of the list is no byte in base ${this.#base}`;
        return;
      }
      dump.bytes[dump.length + index] = values[index] as number;
    }
    dump.append(count, 0, this.#places);
  }

  #refuse(bytes: Uint8Array, from: number, to: number): void {
    const text = Buffer.from(bytes.subarray(from, Math.min(to, from + 20))).toString("latin1");
    this.bad = `'${text.replace(/[^ -~]/g, "?")}' in a list of bytes`;
  }
}

/** `u8`, `u`, `UL` behind a number. */
function isSuffix(bytes: Uint8Array, from: number, to: number): boolean {
  if (from === to) return true;
  const first = (bytes[from] as number) | 0x20;
  if (first !== 0x75 && first !== 0x6c && first !== 0x69) return false;
  for (let at = from + 1; at < to; at++) {
    const code = (bytes[at] as number) | 0x20;
    const digit = code >= 0x30 && code <= 0x39;
    if (!digit && code !== 0x6c && code !== 0x75) return false;
  }
  return true;
}

/** Reads the hexadecimal digits of a line that is too long to be looked at as a whole, in their order. */
export class DigitReader {
  readonly #dump: Dump;
  #high = -1;
  #columns = new Int32Array(1024);

  constructor(dump: Dump) {
    this.#dump = dump;
  }

  /** Reads a piece; returns what is bad in it. */
  read({ bytes, from, to, offset }: Line, last: boolean): string | undefined {
    const dump = this.#dump;
    if (this.#columns.length < to - from) this.#columns = new Int32Array(to - from);
    const columns = this.#columns;
    let count = 0;
    let bad: string | undefined;
    for (let at = from; at < to && bad === undefined; at++) {
      const value = digitValue(bytes[at] as number);
      if (value > 15) bad = this.#badSeparator(bytes[at] as number);
      else if (this.#high < 0) {
        this.#high = value;
        columns[count] = at - from;
      } else {
        dump.bytes[dump.length + count++] = (this.#high << 4) | value;
        this.#high = -1;
      }
    }
    if (count > 0) dump.append(count, offset, columns);
    return bad ?? (last && this.#high >= 0 ? "odd number of hex digits" : undefined);
  }

  /** The line is over. */
  end(bad: string | undefined): void {
    if (bad !== undefined) this.#dump.damage(bad);
    this.#dump.finish();
  }

  #badSeparator(code: number): string | undefined {
    const character = String.fromCharCode(code);
    if (!" \t,:-\"'".includes(character))
      return `'${character.replace(/[^ -~]/, "?")}' is no hexadecimal digit`;
    return this.#high < 0 ? undefined : "odd number of hex digits";
  }
}
