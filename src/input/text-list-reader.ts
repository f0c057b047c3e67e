/** The numbers of a list, byte by byte. */
import type { Dump } from "./text-dump.ts";
import { digitValue } from "./text-row.ts";

/** Numbers that are looked at before the base of those without 0x is decided. */
const PENDING = 256;

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
      dump.records.bytes[dump.records.length + index] = values[index] as number;
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
