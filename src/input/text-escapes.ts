/**
 * Bytes as `\x01\x02`: what bpftrace prints for buf(), and C, Rust and Python strings; or as `\1\200`, in quotes, as
 * strace has them. A string that has `\x` has no octal escapes: Rust's `\0` may stand before a digit.
 */
import { Dump } from "./text-dump.ts";
import type { Line } from "./text-line.ts";
import { isTypeCode, type Reading, tell } from "./text-records.ts";
import { digitValue } from "./text-row.ts";

/** Escapes that a line has to have to be taken for bytes. */
const ENOUGH_ESCAPES = /(?:\\x[0-9a-f]{2}.*?){4}/i;
const ENOUGH_OCTAL = /(?:\\[0-7]{1,3}.*?){4}/;
const ESCAPE = /\\x[0-9a-f]{2}/i;
const OCTAL = /\\[0-7]/;
/** Behind a string of which strace left out the end. */
const LEFT_OUT = /^"\.\.\./;
/** Characters that may stand between a quote and the first escape. */
const MOST_BEFORE = 4;

/** Whether a line holds bytes as escapes; octal ones in quotes are many things, but not with a message type in front. */
export function hasEscapes(text: string): boolean {
  if (ENOUGH_ESCAPES.test(text)) return true;
  if (isHexadecimal(text) || !ENOUGH_OCTAL.test(text)) return false;
  const { quote, bytes } = readString(text);
  return quote === '"' && bytes.length >= 4 && isTypeCode(bytes, 0);
}

/** Whether there is a `\x01` whose backslash is no escaped one. */
function isHexadecimal(text: string): boolean {
  return /(?:^|[^\\])(?:\\\\)*\\x[0-9a-f]{2}/i.test(text);
}

/** Whether a line begins with escapes, and so is not of the shapes that begin with an offset. */
export function beginsWithEscape(text: string): boolean {
  return /^\s*b?["']?.?\\x[0-9a-f]{2}/i.test(text);
}

/** The strings of a text: one a line, or in quotes on several lines, as C has them. */
export class StringLines {
  readonly #reading: Reading;
  readonly #dump: Dump;
  /** The quote that ends the string of a long line, or "", and whether its escapes are octal. */
  #quote = "";
  #octal = false;
  #toldLeftOut = false;

  constructor(reading: Reading) {
    this.#reading = reading;
    this.#dump = new Dump(reading, "none");
  }

  /** Reads the string in a line, or in the first piece of one; whether the next piece goes on with it. */
  begin(line: Line, last: boolean): boolean {
    const dump = this.#dump;
    const string = readString(line.text);
    const goesOn = string.quote !== "" && /^\s*b?["']/.test(line.text);
    if (!goesOn || (dump.records.complete && isTypeCode(string.bytes, 0))) dump.finish();
    this.#add(line, string);
    this.#quote = string.quote;
    this.#octal = !isHexadecimal(line.text);
    if (string.closed && !dump.records.complete)
      this.#tellLeftOut(line.text.slice(string.columns[string.bytes.length]));
    if (!last && !string.closed) return true;
    if (!goesOn || !/["']\s*$/.test(line.text)) dump.finish();
    return false;
  }

  /** Goes on with a line that comes in pieces. */
  read(piece: Line): undefined {
    const string = decode(piece.text, 0, this.#quote, this.#octal);
    this.#add(piece, string);
  }

  #tellLeftOut(rest: string): void {
    if (this.#toldLeftOut || !LEFT_OUT.test(rest)) return;
    this.#toldLeftOut = true;
    tell(this.#reading, "strace left out the end of the string: strace -xx -s 256 writes all of a message");
  }

  /** The string, or the last of several on lines of their own, is over. */
  end(): void {
    this.#dump.finish();
  }

  /** Adds bytes. Text behind the last whole message of a line, without any escape in it, is no part of the string. */
  #add(line: Line, { bytes, columns }: EscapedString): void {
    const dump = this.#dump;
    const over = (dump.records.length + bytes.length) % 256;
    const whole = bytes.length - over;
    const isText = whole > 0 && !/\\[x0-7]/.test(line.text.slice(columns[whole]));
    const count = isText ? whole : bytes.length;
    if (count === 0) return;
    dump.records.bytes.set(bytes.subarray(0, count), dump.records.length);
    dump.append(count, line.offset, columns);
  }
}

interface EscapedString {
  bytes: Uint8Array;
  /** Column of each byte. */
  columns: Int32Array;
  /** The quote that the string is in; "": it goes on to the end of the line. */
  quote: string;
  /** The string ended with its quote. */
  closed: boolean;
}

/**
 * The string in a line. It begins behind its quote; without one, at the first escape, or at the character before
 * it where that makes the first four bytes a message type (bpftrace prints what is printable as it is, and the
 * first byte of a hypercall message is a `P`). Inside quotes, `\n` and its like are escapes too.
 */
function readString(text: string): EscapedString {
  const octal = !isHexadecimal(text);
  const first = text.search(octal ? OCTAL : ESCAPE);
  const quote = quoteBefore(text, first);
  if (
    quote !== undefined &&
    (isMessage(text, quote + 1, text[quote] as string) || !isMessage(text, first - 1, ""))
  )
    return decode(text, quote + 1, text[quote] as string, octal);
  const from = !isMessage(text, first, "") && isMessage(text, first - 1, "") ? first - 1 : first;
  return decode(text, from, "", octal);
}

function isMessage(text: string, from: number, quote: string): boolean {
  if (from < 0) return false;
  const { bytes } = decode(text, from, quote, !isHexadecimal(text), 4);
  return bytes.length === 4 && isTypeCode(bytes, 0);
}

/** The quote that opens the string, a few characters before its first escape. */
function quoteBefore(text: string, first: number): number | undefined {
  for (let at = first - 1; at >= Math.max(0, first - 1 - MOST_BEFORE); at--)
    if ((text[at] === '"' || text[at] === "'") && text[at - 1] !== "\\") return at;
  return undefined;
}

function decode(
  text: string,
  from: number,
  quote: string,
  octal: boolean,
  most = text.length,
): EscapedString {
  const bytes = new Uint8Array(Math.min(most, text.length));
  const columns = new Int32Array(bytes.length + 1);
  const end = quote === "" ? -1 : quote.charCodeAt(0);
  let count = 0;
  let closed = false;
  for (let at = from; at < text.length && count < bytes.length; ) {
    const code = text.charCodeAt(at);
    columns[count] = at;
    closed = code === end;
    if (closed) break;
    const escaped = code === BACKSLASH ? escapeAt(text, at, end !== -1, octal) : NO_ESCAPE;
    bytes[count++] = escaped < 0 ? code : escaped & 0xff;
    at += escaped < 0 ? 1 : escaped >> 8;
  }
  return { bytes: bytes.subarray(0, count), columns, quote, closed };
}

const BACKSLASH = 0x5c;
const LOWER_X = 0x78;
const NO_ESCAPE = -1;

/** The byte that an escape stands for, and its length above it; NO_ESCAPE: the backslash stands for itself. */
function escapeAt(text: string, at: number, short: boolean, octal: boolean): number {
  const digits = octal && short ? /^[0-7]{1,3}/.exec(text.slice(at + 1, at + 4))?.[0] : undefined;
  if (digits !== undefined) return (Number.parseInt(digits, 8) & 0xff) | ((1 + digits.length) << 8);
  if (text.charCodeAt(at + 1) === LOWER_X && at + 3 < text.length) {
    const value = (digitValue(text.charCodeAt(at + 2)) << 4) | digitValue(text.charCodeAt(at + 3));
    if (value < 0x100) return value | (4 << 8);
  }
  const value = short ? SHORT_ESCAPES[text[at + 1] as string] : undefined;
  return value === undefined ? NO_ESCAPE : value | (2 << 8);
}

const SHORT_ESCAPES: Readonly<Record<string, number>> = {
  n: 10,
  t: 9,
  r: 13,
  "0": 0,
  "\\": 92,
  "'": 39,
  '"': 34,
  a: 7,
  b: 8,
  v: 11,
  f: 12,
  e: 27,
};
