/** A dump: bytes that follow each other in a text, and the messages that they are. */
import { plural } from "../base/text.ts";
import { MESSAGE_TYPES } from "../messages/index.ts";
import type { Framing } from "../record/index.ts";
import { messageBytes } from "./framing.ts";
import { isHeader, isKnownMessage, readU32 } from "./looks-like.ts";
import type { MessageOut } from "./message-source.ts";
import { type Address, addressText, advanced, distance } from "./text-address.ts";
import { LINE_BYTES } from "./text-lines.ts";

/** What all dumps of one text share. */
export interface Reading {
  out: MessageOut;
  /** Number of the line that is being read, from 1. */
  line: number;
  /** Whether the text holds whole messages or bare headers; told by its first dump. */
  framing: Framing | undefined;
  /** Messages found so far, and dumps that were none. */
  found: number;
}

/** Tells a trouble with the line that is being read, or another. */
export function tell(reading: Reading, what: string, line = reading.line): void {
  reading.found++;
  reading.out.trouble(`line ${line}: ${what}`);
}

/** What says where the lines of a dump belong: offsets from its start, addresses in a memory, or nothing. */
export type Place = "offset" | "address" | "none";

/** When a line was written, as a log has it. */
export interface LineTime {
  seconds: number;
  nanoseconds: number;
}

/** Bytes of a message, and of a bare header. */
const RECORD_BYTES: Record<Framing, number> = { message: 256, header: 40 };

/** Bytes that a `*` may stand for at most: 64 MiB, a larger one is taken for damage. */
const MAX_REPEATED = 1 << 26;

const CODES = new Set(MESSAGE_TYPES.map((type) => type.code));

/** Whether 4 bytes are the code of a message type. */
export function isTypeCode(bytes: Uint8Array, at: number): boolean {
  return CODES.has(readU32(bytes, at));
}

function isZero({ high, low }: Address): boolean {
  return high === 0 && low === 0;
}

/** The dump that is being read; when it is over, the next one with lines of the same shape. */
export class Dump {
  /** The bytes of the message that is being read; those of the next line are put at `length`. */
  readonly bytes = new Uint8Array(256 + LINE_BYTES);
  length = 0;
  place: Place;
  /** Whether it has lines, and how many bytes they have; several lengths: that of the first. */
  open = false;
  rowBytes = 0;
  rows = 0;
  /** Where the next line of a dump with offsets belongs. */
  next: Address = { high: 0, low: 0 };
  readonly #reading: Reading;
  /** Bytes to be left out, up to the next message: those of a message of which some are lost. */
  #skip = 0;
  /** A line could not be read, which has been told: the gap that it leaves is no news. */
  #damaged = false;
  #star = false;
  /** Bytes are lost, nobody knows how many: what comes is left out up to a message type. */
  #awaiting = false;
  /** Where in the input the 8 bytes begin that stand at each multiple of 8. */
  readonly #starts = new Float64Array((256 + LINE_BYTES) / 8);
  #line = 0;
  #time: LineTime | undefined;
  readonly #lastRow = new Uint8Array(LINE_BYTES);

  constructor(reading: Reading, place: Place) {
    this.#reading = reading;
    this.place = place;
  }

  /** Bytes of a record of this text. */
  get recordBytes(): number {
    return RECORD_BYTES[this.#reading.framing ?? "message"];
  }

  /** The bytes so far are a whole record, if perhaps not all 256 bytes of it. */
  get complete(): boolean {
    if (this.length === 0) return true;
    if (this.#reading.framing === "header") return false;
    return this.length >= 16 && this.length >= messageBytes(this.bytes, 0);
  }

  /**
   * Takes a line whose `count` bytes have been put at `length`. `offset` is where the line begins in the input,
   * `columns` where each byte does in the line, `time` when it was written.
   */
  append(count: number, offset: number, columns: ArrayLike<number>, time?: LineTime): void {
    if (this.rows++ === 0) this.rowBytes = count;
    this.open = true;
    this.next = advanced(this.next, count);
    const kept = this.#skip === 0 ? count : this.#skipBytes(count);
    if (kept === 0) return;
    this.#mark(kept, offset, columns, count - kept, time);
    this.length += kept;
    this.#drain();
    // A line that is a bare header is a dump by itself.
    if (this.place === "none" && count === 40 && this.length === 40 && this.#isBareHeader()) this.finish();
  }

  /** Leaves out the first bytes of a line where they belong to a lost message; returns how many are left. */
  #skipBytes(count: number): number {
    const { bytes, length } = this;
    const dropped = Math.min(count, this.#skip);
    this.#lastRow.set(bytes.subarray(length, length + count));
    bytes.copyWithin(length, length + dropped, length + count);
    this.#skip -= dropped;
    return count - dropped;
  }

  /** Notes where in the input the records begin that begin in this line. */
  #mark(count: number, offset: number, columns: ArrayLike<number>, from: number, time?: LineTime): void {
    const unit = this.#reading.framing === undefined ? 8 : this.recordBytes;
    const { length } = this;
    const first = length % unit === 0 ? length : length + unit - (length % unit);
    for (let at = first; at < length + count; at += unit)
      this.#starts[at >> 3] = offset + columns[from + at - length]!;
    if (length > 0 && (first === length || first >= length + count)) return;
    this.#line = this.#reading.line;
    this.#time = time;
  }

  /** Hands out the records that are whole. */
  #drain(): void {
    const reading = this.#reading;
    if (reading.framing === undefined && this.length >= 256) this.#decideFraming();
    if (reading.framing === undefined) return;
    const size = this.recordBytes;
    if (this.length < size) return;
    const { bytes, length } = this;
    const row = Math.min(this.rowBytes, length);
    this.#lastRow.set(bytes.subarray(length - row, length));
    let at = 0;
    for (; at + size <= length; at += size) this.#hand(at, size);
    if (at < length) bytes.copyWithin(0, at, length);
    this.#starts[0] = this.#starts[at >> 3]!;
    this.length = length - at;
  }

  #hand(at: number, size: number, told = false): void {
    const { out } = this.#reading;
    this.#reading.found++;
    out.message(
      this.bytes,
      at,
      size,
      this.#starts[at >> 3]!,
      this.#time?.seconds,
      this.#time?.nanoseconds,
      told,
    );
  }

  /** Bare headers are what has nothing but them among its first 256 bytes, and no message type at its start. */
  #decideFraming(): void {
    const { bytes, length } = this;
    const headers = Math.floor(Math.min(length, 256) / 40);
    let all = headers > 0 && !isKnownMessage(bytes, 0) && (length >= 256 || length % 40 === 0);
    for (let header = 0; header < headers; header++) all &&= isHeader(bytes, header * 40);
    this.#reading.framing = all ? "header" : "message";
  }

  /**
   * Makes sure that a line belongs where it says; its `count` bytes have been put at `length`. False where it is
   * left out. What is lost before it has been told by then.
   */
  put(at: Address, count: number): boolean {
    if (this.place === "none") {
      if (this.#awaiting && !isTypeCode(this.bytes, this.length)) return false;
      this.#awaiting = false;
      if (this.length > 0 && this.#mayEnd() && this.#beginsMessage(count)) this.#restart(at, count);
      return true;
    }
    if (!this.open) return this.#begin(at, count);
    const ahead = distance(this.next, at);
    if (ahead === 0) {
      this.#damaged = false;
      this.#star = false;
      return true;
    }
    const again = this.place === "offset" && isZero(at);
    if (this.#star && !again) return this.#repeat(ahead, at, count);
    if (this.place === "offset") return this.#putOffset(at, count, ahead);
    return this.#putAddress(at, count, ahead);
  }

  /** Whether a line belongs right behind those before it. */
  continuesAt(high: number, low: number): boolean {
    return this.next.high === high && this.next.low === low && this.open && !this.#star && !this.#damaged;
  }

  /** Whether a line at `at` can be the next of a dump that began at `first` and has one line or a `*` behind it. */
  fits(first: Address, at: Address): boolean {
    const ahead = distance(advanced(first, this.rowBytes * this.rows), at);
    return this.#star ? ahead > 0 && ahead % this.rowBytes === 0 : ahead === 0;
  }

  /** Says that the first line stands at another place, its digits being of another base. */
  moveTo(first: Address): void {
    this.next = advanced(first, this.rowBytes * this.rows);
  }

  /** A dump without offsets may be over: it is one line, or as long as its message needs. */
  #mayEnd(): boolean {
    return this.complete && (this.rows === 1 || this.#isUsualLength());
  }

  /** The new line begins as messages do: with a type code, and a header that is possible. */
  #beginsMessage(count: number): boolean {
    const { bytes, length } = this;
    if (count < 8) return count >= 4 && isTypeCode(bytes, length);
    return isKnownMessage(bytes, length) && bytes[length + 4] !== 0;
  }

  /** 256 bytes, or those of the message and perhaps the rest of a line of 16. */
  #isUsualLength(): boolean {
    const needed = messageBytes(this.bytes, 0);
    return this.length === needed || this.length === Math.ceil(needed / 16) * 16;
  }

  #putOffset(at: Address, count: number, ahead: number): boolean {
    if (isZero(at)) return this.#restart(at, count);
    if (ahead > 0) return this.#gap(at, count, ahead);
    if (this.#isRepeated(count, -ahead)) return this.#repeated(at);
    const wrong = `offset ${addressText(at)} where ${addressText(this.next)} was expected`;
    tell(this.#reading, `${wrong}: lines are out of order`);
    this.#cut(count);
    return this.#begin(at, count, false);
  }

  #putAddress(at: Address, count: number, ahead: number): boolean {
    const inside = this.#inRecord > 0 || this.#damaged;
    if (ahead > 0 && inside && this.#inRecord + ahead < this.recordBytes) return this.#gap(at, count, ahead);
    if (ahead < 0 && this.#isRepeated(count, -ahead)) return this.#repeated(at);
    return this.#restart(at, count);
  }

  /** A line that stands there twice. */
  #repeated(at: Address): boolean {
    tell(this.#reading, `${addressText(at)} stands there twice; the second line is left out`);
    return false;
  }

  /** Whether the new line is the same as the one that stands `back` bytes before where it should be. */
  #isRepeated(count: number, back: number): boolean {
    const { bytes, length } = this;
    if (back !== count) return false;
    const last = length >= count ? bytes.subarray(length - count, length) : this.#lastRow.subarray(0, count);
    return Buffer.compare(last, bytes.subarray(length, length + count)) === 0;
  }

  #gap(at: Address, count: number, ahead: number): boolean {
    if (!this.#damaged)
      tell(
        this.#reading,
        `${addressText(at)} where ${addressText(this.next)} was expected: ${plural(ahead, "byte")} missing`,
      );
    this.#damaged = false;
    this.#lose(ahead, count);
    this.next = { ...at };
    return true;
  }

  /** Whether a message has begun and is not over. */
  get insideRecord(): boolean {
    return this.open && this.#inRecord > 0;
  }

  /** Bytes of the record that have been read, or left out. */
  get #inRecord(): number {
    return this.#skip > 0 ? this.recordBytes - this.#skip : this.length;
  }

  /** Goes on `lost` bytes further, with the next message that begins there or behind it. */
  #lose(lost: number, count: number): void {
    if (this.#reading.framing === undefined && this.length >= 40) this.#decideFraming();
    const size = this.recordBytes;
    const into = (this.#inRecord + lost) % size;
    this.#cut(count);
    this.#skip = (size - into) % size;
  }

  /** Hands out what there is of a message whose rest is lost; a line of `count` bytes behind it moves to the front. */
  #cut(count: number): void {
    const { bytes, length } = this;
    if (length >= 16 && this.#reading.framing !== "header") this.#hand(0, length, true);
    bytes.copyWithin(0, length, length + count);
    this.length = 0;
    this.#skip = 0;
  }

  #restart(at: Address, count: number): boolean {
    const { bytes, length } = this;
    this.finish();
    bytes.copyWithin(0, length, length + count);
    return this.#begin(at, count);
  }

  /** The first line: where it does not begin at a message, its bytes up to the next one are left out. */
  #begin(at: Address, count: number, tells = true): boolean {
    this.open = true;
    this.rows = 0;
    this.next = { ...at };
    this.#damaged = false;
    this.#star = false;
    const { framing } = this.#reading;
    const into = at.low % 256;
    if (this.place === "address" || into === 0 || (count >= 4 && isTypeCode(this.bytes, this.length)))
      return true;
    if (framing !== "message" && at.low % 40 === 0 && this.#isBareHeader(count)) return true;
    if (tells)
      tell(
        this.#reading,
        `the dump begins at ${addressText(at)}, in the middle of a message whose start is missing`,
      );
    this.#skip = 256 - into;
    return true;
  }

  #isBareHeader(count = 40): boolean {
    return count >= 40 && isHeader(this.bytes, 0) && !isKnownMessage(this.bytes, 0);
  }

  /**
   * A `*`: the line before it is repeated up to where the next one says. Without offsets none does: only a message
   * that is whole by then can be read, and the next.
   */
  star(): void {
    if (this.place !== "none") {
      this.#star = true;
      return;
    }
    if (!this.complete)
      tell(this.#reading, "'*' in a dump without offsets: how many lines it stands for is not told (od -v)");
    this.#cut(0);
    this.#awaiting = true;
  }

  /** Repeats the last line over `ahead` bytes, behind which a line of `count` bytes stands. */
  #repeat(ahead: number, at: Address, count: number): boolean {
    this.#star = false;
    const { rowBytes, bytes } = this;
    if (ahead < 0 || ahead % rowBytes !== 0 || ahead > MAX_REPEATED) {
      tell(
        this.#reading,
        `${addressText(at)} is no place that a '*' behind ${addressText(this.next)} reaches`,
      );
      this.#damaged = true;
      return ahead > 0 ? this.#gap(at, count, ahead) : this.#restart(at, count);
    }
    const line = bytes.slice(this.length, this.length + count);
    const row =
      this.length >= rowBytes
        ? bytes.slice(this.length - rowBytes, this.length)
        : this.#lastRow.slice(0, rowBytes);
    const columns = new Uint8Array(rowBytes);
    const offset = this.#starts[0]!;
    for (let done = 0; done < ahead; done += rowBytes) {
      bytes.set(row, this.length);
      this.append(rowBytes, offset, columns, this.#time);
    }
    bytes.set(line, this.length);
    return true;
  }

  /** The offset behind the last line, as hexdump and od print it. */
  endsAt(at: Address): void {
    const ahead = distance(this.next, at);
    if (this.#star) this.#repeat(ahead, at, 0);
    else if (ahead !== 0 && !this.#damaged)
      tell(
        this.#reading,
        `the dump ends at ${addressText(at)}, where ${addressText(this.next)} was expected: lines are missing`,
      );
    this.finish();
  }

  /** A line that should be part of the dump cannot be read. */
  damage(what: string): void {
    tell(this.#reading, what);
    this.#damaged = this.open;
    // Without offsets, the line is taken to have had as many bytes as the others.
    if (this.open && this.place === "none") this.#lose(this.rowBytes, 0);
  }

  /** The end of the dump: what is left is a message if it holds its payload. */
  finish(): void {
    if (this.#star) {
      tell(this.#reading, "the dump ends with '*': how often the line before it is repeated is not told");
      this.#star = false;
    }
    if (this.length > 0) this.#finishRecord();
    this.open = false;
    this.length = 0;
    this.rows = 0;
    this.#skip = 0;
    this.#damaged = false;
    this.#awaiting = false;
  }

  #finishRecord(): void {
    const reading = this.#reading;
    if (reading.framing === undefined && this.length >= 40) this.#decideFraming();
    this.#drain();
    const { length } = this;
    if (length === 0) return;
    const problem = this.#shortProblem();
    if (problem !== undefined) tell(reading, problem, this.#line);
    if (length < 16 || (reading.framing === "message" && length === 40 && this.#isBareHeader())) return;
    this.#hand(0, length, problem !== undefined);
  }

  /** What is wrong with a message of fewer than 256 bytes. */
  #shortProblem(): string | undefined {
    const { length, bytes } = this;
    if (this.#reading.framing === "header")
      return `the last ${plural(length, "byte")} are no whole header of 40`;
    if (length < 16) return `a dump of ${plural(length, "byte")} is too short for a message`;
    if (length === 40 && this.#isBareHeader()) return "a bare header among whole messages is left out";
    const needed = messageBytes(bytes, 0);
    if (length < needed) return `the message is cut short: ${length} of ${needed} bytes`;
    // Without offsets nothing else would tell that a line is lost.
    if (this.place === "none" && !this.#isUsualLength())
      return `the dump has ${length} bytes, neither 256 nor the ${needed} that its message needs: some may be lost`;
    return undefined;
  }
}
