/** Lines of a text that comes in pieces, in memory that does not grow with them. */
import { type Encoding, encodingOf } from "./text-head.ts";

/** A line that is longer is handed out in pieces of at most this many bytes. */
export const LINE_BYTES = 16 * 1024;

/** A line without its end, or a piece of a long one: bytes[from..to), borrowed. */
interface LineSink {
  /** `offset`: where the piece begins in the input; `first`, `last`: whether the line begins and ends here. */
  line(bytes: Uint8Array, from: number, to: number, offset: number, first: boolean, last: boolean): void;
}

const LF = 0x0a;
const CR = 0x0d;

/**
 * Splits at LF or CR LF. A UTF-8 byte order mark is left out; UTF-16 that begins with its mark is read, with every
 * character past 0xff as 0xff (no dump has one).
 */
export class LineSplitter {
  readonly #sink: LineSink;
  #encoding: Encoding | undefined;
  /** The first bytes, until they tell the encoding. */
  #head: number[] = [];
  /** Half of a UTF-16 character that the last piece ended with, or -1. */
  #half = -1;
  /** Input bytes before the next one to be split, and input bytes a character. */
  #offset = 0;
  #scale = 1;
  /** The start of a line whose end has not come. */
  readonly #carry = new Uint8Array(LINE_BYTES);
  #carried = 0;
  #carryOffset = 0;
  #begun = false;

  constructor(sink: LineSink) {
    this.#sink = sink;
  }

  /** Splits the next bytes of the input. */
  feed(bytes: Uint8Array, from: number, to: number): void {
    let at = from;
    while (this.#encoding === undefined && at < to) {
      this.#head.push(bytes[at++] as number);
      if (this.#head.length === 3) this.#begin();
    }
    if (at < to) this.#decode(bytes, at, to);
  }

  /** Hands out the last line where it has no end. */
  end(): void {
    if (this.#encoding === undefined) this.#begin();
    if (this.#begun) this.#hand(this.#carry, 0, this.#carried, this.#carryOffset, true);
  }

  #begin(): void {
    const head = Uint8Array.from(this.#head);
    const encoding = encodingOf(head);
    this.#encoding = encoding;
    this.#scale = encoding.name === "utf-8" ? 1 : 2;
    this.#offset = encoding.mark;
    this.#decode(head, encoding.mark, head.length);
  }

  #decode(bytes: Uint8Array, from: number, to: number): void {
    if (this.#scale === 1) return this.#split(bytes, from, to);
    const low = this.#encoding?.name === "utf-16le" ? 0 : 1;
    const narrow = new Uint8Array((to - from + 1) >> 1);
    let length = 0;
    let half = this.#half;
    for (let at = from; at < to; at++) {
      if (half < 0) half = bytes[at] as number;
      else {
        const pair = [half, bytes[at] as number];
        narrow[length++] = pair[1 - low] === 0 ? (pair[low] as number) : 0xff;
        half = -1;
      }
    }
    this.#half = half;
    this.#split(narrow, 0, length);
  }

  #split(bytes: Uint8Array, from: number, to: number): void {
    const view = to === bytes.length ? bytes : bytes.subarray(0, to);
    let at = from;
    while (at < to) {
      const found = view.indexOf(LF, at);
      const end = found === -1 ? to : found;
      if (this.#begun || found === -1 || end - at > LINE_BYTES) this.#extend(bytes, at, end, found !== -1);
      else this.#sink.line(bytes, at, withoutCr(bytes, at, end), this.#offset, true, true);
      const next = found === -1 ? to : found + 1;
      this.#offset += (next - at) * this.#scale;
      at = next;
    }
  }

  /** Adds bytes[from..to) to the open line; hands out full pieces, and the rest where the line ends. */
  #extend(bytes: Uint8Array, from: number, to: number, ends: boolean): void {
    if (!this.#begun && this.#carried === 0) this.#carryOffset = this.#offset;
    for (let at = from; at < to; ) {
      const count = Math.min(to - at, LINE_BYTES - this.#carried);
      this.#carry.set(bytes.subarray(at, at + count), this.#carried);
      this.#carried += count;
      at += count;
      if (this.#carried === LINE_BYTES && (at < to || !ends)) this.#handPiece();
    }
    if (ends) {
      this.#hand(this.#carry, 0, this.#carried, this.#carryOffset, true);
      this.#carried = 0;
      this.#begun = false;
      this.#long = false;
    } else this.#begun = true;
  }

  /** Whether a piece of the open line has been handed out. */
  #long = false;

  #handPiece(): void {
    const cut = safeCut(this.#carry, this.#carried);
    this.#hand(this.#carry, 0, cut, this.#carryOffset, false);
    this.#long = true;
    this.#carry.copyWithin(0, cut, this.#carried);
    this.#carried -= cut;
    this.#carryOffset += cut * this.#scale;
  }

  #hand(bytes: Uint8Array, from: number, to: number, offset: number, last: boolean): void {
    this.#sink.line(bytes, from, last ? withoutCr(bytes, from, to) : to, offset, !this.#long, last);
  }
}

function withoutCr(bytes: Uint8Array, from: number, to: number): number {
  return to > from && bytes[to - 1] === CR ? to - 1 : to;
}

/** A place near the end of a full buffer that is not inside a number or an escape, where there is one. */
function safeCut(bytes: Uint8Array, length: number): number {
  for (let at = length - 1; at >= length - 4; at--) if (bytes[at] === 0x5c) return at;
  for (let at = length - 1; at >= length - 64; at--)
    if (bytes[at] === 0x20 || bytes[at] === 0x2c) return at + 1;
  return length;
}
