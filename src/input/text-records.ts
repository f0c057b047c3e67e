/** The bytes of a dump, and the messages or bare headers that they are. */
import { plural } from "../base/text.ts";
import { MESSAGE_TYPES } from "../messages/index.ts";
import type { Framing } from "../record/index.ts";
import { messageBytes } from "./framing.ts";
import { isBareHeader, isHeader, isKnownMessage, readU32 } from "./looks-like.ts";
import type { MessageOut } from "./message-source.ts";
import { LINE_BYTES } from "./text-lines.ts";

/** What all dumps of one text share. */
export interface Reading {
  out: MessageOut;
  /** Number of the line that is being read, from 1. */
  line: number;
  /** Whether the text holds whole messages or bare headers; told by its first dump. */
  framing: Framing | undefined;
  /** Messages that were found, and troubles told. */
  found: number;
}

/** Tells a trouble with the line that is being read, or another. */
export function tell(reading: Reading, what: string, line = reading.line): void {
  reading.found++;
  reading.out.trouble(`line ${line}: ${what}`);
}

/** When a line was written, as a log has it. */
export interface LineTime {
  seconds: number;
  nanoseconds: number;
}

/** Bytes of a message, and of a bare header. */
const RECORD_BYTES: Record<Framing, number> = { message: 256, header: 40 };

const CODES = new Set(MESSAGE_TYPES.map((type) => type.code));

/** Whether 4 bytes are the code of a message type. */
export function isTypeCode(bytes: Uint8Array, at: number): boolean {
  return CODES.has(readU32(bytes, at));
}

export class Records {
  /** The bytes of the record that is being read; those of the next line are put at `length`. */
  readonly bytes = new Uint8Array(256 + LINE_BYTES);
  length = 0;
  readonly #reading: Reading;
  /** Bytes to be left out, up to the next record: those of a record of which some are lost. */
  #skip = 0;
  /** Where in the input the bytes stand: of each multiple of 8, at which alone a record can begin. */
  readonly #starts = new Float64Array((256 + LINE_BYTES) / 8);
  /** Where the record begins that is being read: its line, and when that was written. */
  #line = 0;
  #time: LineTime | undefined;
  /** The last line, when the records took it away. */
  readonly #lastRow = new Uint8Array(LINE_BYTES);

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  /** Bytes of a record of this text. */
  get size(): number {
    return RECORD_BYTES[this.#reading.framing ?? "message"];
  }

  /** Bytes of the record that have been read, or left out. */
  get inRecord(): number {
    return this.#skip > 0 ? this.size - this.#skip : this.length;
  }

  /** The message so far has all of its payload; or none has begun. */
  get complete(): boolean {
    if (this.length === 0) return true;
    return this.#reading.framing !== "header" && this.length >= Math.max(16, messageBytes(this.bytes, 0));
  }

  /** The message is as long as it needs, or reaches to the end of a line of 16 bytes. */
  get isUsualLength(): boolean {
    const needed = messageBytes(this.bytes, 0);
    return this.length === needed || this.length === Math.ceil(needed / 16) * 16;
  }

  /** What has been read is one bare header, or the `count` bytes behind it are. */
  isBareHeader(count = this.length): boolean {
    return count >= 40 && isBareHeader(this.bytes, 0);
  }

  /** Takes the `count` bytes at `length`; the rest is as `Dump.append` has it. */
  append(count: number, offset: number, columns: ArrayLike<number>, time?: LineTime): void {
    const kept = this.#skip === 0 ? count : this.#skipBytes(count);
    if (kept === 0) return;
    this.#mark(kept, offset, columns, count - kept, time);
    this.length += kept;
    if (this.length >= this.size) this.#handWhole(count);
  }

  /** Leaves out the first bytes of a line where they belong to a lost record; returns how many are left. */
  #skipBytes(count: number): number {
    const { bytes, length } = this;
    const dropped = Math.min(count, this.#skip);
    this.#lastRow.set(bytes.subarray(length, length + count));
    bytes.copyWithin(length, length + dropped, length + count);
    this.#skip -= dropped;
    return count - dropped;
  }

  /** Notes where in the input the records begin that begin in this line; 8 divides both of their sizes. */
  #mark(count: number, offset: number, columns: ArrayLike<number>, from: number, time?: LineTime): void {
    const unit = this.#reading.framing === undefined ? 8 : this.size;
    const { length } = this;
    const first = length % unit === 0 ? length : length + unit - (length % unit);
    for (let at = first; at < length + count; at += unit)
      this.#starts[at >> 3] = offset + columns[from + at - length]!;
    if (length > 0 && (first === length || first >= length + count)) return;
    this.#line = this.#reading.line;
    this.#time = time;
  }

  /** Hands out the records that are whole; `row` bytes of the end are the last line. */
  #handWhole(row: number): void {
    this.decideFraming();
    const { bytes, length, size } = this;
    this.#lastRow.set(bytes.subarray(Math.max(0, length - row), length));
    let at = 0;
    for (; at + size <= length; at += size) this.#hand(at, size);
    if (at < length) bytes.copyWithin(0, at, length);
    this.#starts[0] = this.#starts[at >> 3]!;
    this.length = length - at;
  }

  #hand(at: number, size: number, told = false): void {
    const { out } = this.#reading;
    const time = this.#time;
    this.#reading.found++;
    out.message(this.bytes, at, size, this.#starts[at >> 3]!, time?.seconds, time?.nanoseconds, told);
  }

  /** Bare headers are what has nothing but them among its first 256 bytes, and no message type at its start. */
  decideFraming(): void {
    const { bytes, length } = this;
    if (this.#reading.framing !== undefined) return;
    const headers = Math.floor(Math.min(length, 256) / 40);
    let all = headers > 0 && !isKnownMessage(bytes, 0) && (length >= 256 || length % 40 === 0);
    for (let header = 0; header < headers; header++) all &&= isHeader(bytes, header * 40);
    this.#reading.framing = all ? "header" : "message";
  }

  /** The last `count` bytes that were read. */
  copyLast(count: number): Uint8Array {
    const { bytes, length } = this;
    return length >= count ? bytes.slice(length - count, length) : this.#lastRow.slice(0, count);
  }

  /** Repeats a line that was read. */
  repeat(row: Uint8Array): void {
    this.bytes.set(row, this.length);
    this.append(row.length, this.#starts[0]!, new Uint8Array(row.length), this.#time);
  }

  /**
   * `lost` bytes are missing: hands out what there is of the record, and goes on at the next one that begins behind
   * them. The `count` bytes of a line at `length` move to the front.
   */
  lose(lost: number, count: number): void {
    if (this.length >= 40) this.decideFraming();
    const into = (this.inRecord + lost) % this.size;
    this.cut(count);
    this.skip((this.size - into) % this.size);
  }

  /** Leaves out the next bytes. */
  skip(count: number): void {
    this.#skip = count;
  }

  /** Hands out what there is of the message, whose rest is lost: that has been told. */
  cut(count: number): void {
    if (this.length >= 16 && this.#reading.framing !== "header") this.#hand(0, this.length, true);
    this.#forget(count);
  }

  #forget(count: number): void {
    this.bytes.copyWithin(0, this.length, this.length + count);
    this.length = 0;
    this.#skip = 0;
  }

  /** The dump is over: what is left is a message if it holds its payload. `placed`: offsets told that none is lost. */
  finish(placed: boolean, count = 0): void {
    if (this.length > 0) this.#finishRecord(placed, count);
    this.#forget(count);
  }

  #finishRecord(placed: boolean, count: number): void {
    const reading = this.#reading;
    if (this.length === MOST_PAYLOAD && this.isBareHeader()) return this.#handPayload();
    const line = this.bytes.slice(this.length, this.length + count);
    if (this.length >= 40) this.decideFraming();
    if (reading.framing === "header" && this.length >= 40) this.#handWhole(0);
    this.bytes.set(line, this.length);
    const { length } = this;
    if (length === 0) return;
    const problem = this.#shortProblem(placed);
    if (problem !== undefined) tell(reading, problem, this.#line);
    if (reading.framing === "header" || length < 16 || (length === 40 && this.isBareHeader())) return;
    this.#hand(0, length, problem !== undefined);
  }

  /** What is wrong with a message of fewer than 256 bytes. */
  #shortProblem(placed: boolean): string | undefined {
    const { length, bytes } = this;
    if (this.#reading.framing === "header")
      return `the last ${plural(length, "byte")} are no whole header of 40`;
    if (length < 16) return `a dump of ${plural(length, "byte")} is too short for a message`;
    if (length === 40 && this.isBareHeader()) return "a bare header among whole messages is left out";
    const needed = messageBytes(bytes, 0);
    if (length < needed) return `the message is cut short: ${length} of ${needed} bytes`;
    if (placed || this.isUsualLength) return undefined;
    return `the dump has ${length} bytes, neither 256 nor the ${needed} that its message needs: some may be lost`;
  }

  /** A payload without the message's own header, as OpenHCL logs it: its type is not told, but its beginning is known. */
  #handPayload(): void {
    const reading = this.#reading;
    reading.framing ??= "header";
    const kept = reading.framing === "header" ? "only its intercept header is read" : "it is left out";
    tell(
      reading,
      `a payload of 240 bytes without its message header does not tell its type: ${kept}`,
      this.#line,
    );
    if (reading.framing === "header") this.#hand(0, 40);
  }
}

/** Bytes of the payload of a whole message. */
const MOST_PAYLOAD = 240;
