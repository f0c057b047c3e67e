/** A dump: the lines of bytes that follow each other in a text, by their offsets or by their order alone. */
import { plural } from "../base/text.ts";
import { isKnownMessage } from "./looks-like.ts";
import { type Address, addressText, advanced, distance } from "./text-address.ts";
import { isTypeCode, type LineTime, type Reading, Records, tell } from "./text-records.ts";

/** What says where the lines of a dump belong: offsets from its start, addresses in a memory, or nothing. */
export type Place = "offset" | "address" | "none";

/** Bytes that a `*` may stand for at most: 64 MiB, a larger one is taken for damage. */
const MAX_REPEATED = 1 << 26;

/** The dump that is being read; when it is over, the next one with lines of the same shape. */
export class Dump {
  readonly records: Records;
  place: Place;
  /** Whether it has begun and is not over. */
  open = false;
  /** Its lines, and the bytes of the first. */
  rows = 0;
  rowBytes = 0;
  readonly #reading: Reading;
  /** Where the next line belongs, if they have offsets. */
  #next: Address = { high: 0, low: 0 };
  /** A line could not be read, which has been told: the gap that it leaves is no news. */
  #damaged = false;
  #star = false;
  /** Bytes are lost, nobody knows how many: what comes is left out up to a message type. */
  #awaiting = false;

  constructor(reading: Reading, place: Place) {
    this.#reading = reading;
    this.place = place;
    this.records = new Records(reading);
  }

  /** Whether a message has begun and is not over. */
  get insideRecord(): boolean {
    return this.open && this.records.inRecord > 0;
  }

  /**
   * Takes a line whose `count` bytes have been put behind those of the records. `offset` is where the line begins
   * in the input, `columns` where each byte does in the line, `time` when it was written.
   */
  append(count: number, offset: number, columns: ArrayLike<number>, time?: LineTime): void {
    const { records } = this;
    if (this.rows++ === 0) this.rowBytes = count;
    this.open = true;
    this.#next = advanced(this.#next, count);
    records.append(count, offset, columns, time);
    // A line that is a bare header is a dump by itself.
    if (this.place === "none" && count === 40 && records.length === 40 && records.isBareHeader())
      this.finish();
  }

  /** Whether a line belongs right behind those before it, and nothing else is to be thought of. */
  continuesAt(high: number, low: number): boolean {
    return this.#next.high === high && this.#next.low === low && this.open && !this.#star && !this.#damaged;
  }

  /**
   * Makes sure that a line belongs where it says; its `count` bytes have been put behind those of the records.
   * False where it is left out. What is lost before it has been told by then.
   */
  put(at: Address, count: number): boolean {
    if (this.place === "none") return this.#putNext(at, count);
    if (!this.open) return this.#begin(at, count);
    const ahead = distance(this.#next, at);
    if (ahead === 0) {
      this.#damaged = false;
      this.#star = false;
      return true;
    }
    const again = this.place === "offset" && isZero(at);
    if (this.#star && !again) return this.#repeat(ahead, at, count);
    return this.place === "offset" ? this.#putOffset(at, count, ahead) : this.#putAddress(at, count, ahead);
  }

  /** A line of a dump without offsets: behind the others, unless it begins the next message. */
  #putNext(at: Address, count: number): boolean {
    const { bytes, length, complete, isUsualLength } = this.records;
    if (this.#awaiting && !isTypeCode(bytes, length)) return false;
    this.#awaiting = false;
    const mayEnd = length > 0 && complete && (this.rows === 1 || isUsualLength);
    return mayEnd && beginsMessage(bytes, length, count) ? this.#restart(at, count) : true;
  }

  #putOffset(at: Address, count: number, ahead: number): boolean {
    if (isZero(at)) return this.#restart(at, count);
    if (ahead > 0) return this.#gap(at, count, ahead);
    if (this.#isRepeated(count, -ahead)) return this.#leaveOut(at);
    const wrong = `offset ${addressText(at)} where ${addressText(this.#next)} was expected`;
    tell(this.#reading, `${wrong}: lines are out of order`);
    this.records.cut(count);
    return this.#begin(at, count, false);
  }

  /** Addresses may go anywhere when a message is over; inside one they go on. */
  #putAddress(at: Address, count: number, ahead: number): boolean {
    const { inRecord, size } = this.records;
    const inside = inRecord > 0 || this.#damaged;
    if (ahead > 0 && inside && inRecord + ahead < size) return this.#gap(at, count, ahead);
    if (ahead < 0 && this.#isRepeated(count, -ahead)) return this.#leaveOut(at);
    return this.#restart(at, count);
  }

  #gap(at: Address, count: number, ahead: number): boolean {
    const expected = addressText(this.#next);
    if (!this.#damaged)
      tell(
        this.#reading,
        `${addressText(at)} where ${expected} was expected: ${plural(ahead, "byte")} missing`,
      );
    this.#damaged = false;
    this.records.lose(ahead, count);
    this.#next = { ...at };
    return true;
  }

  /** Whether the new line is the same as the one that stands `back` bytes before where it should be. */
  #isRepeated(count: number, back: number): boolean {
    const { bytes, length } = this.records;
    const last = back === count ? this.records.copyLast(count) : undefined;
    return last !== undefined && Buffer.compare(last, bytes.subarray(length, length + count)) === 0;
  }

  #leaveOut(at: Address): boolean {
    tell(this.#reading, `${addressText(at)} stands there twice; the second line is left out`);
    return false;
  }

  /** Ends the dump, and begins the next with the line that was put behind it. */
  #restart(at: Address, count: number): boolean {
    this.#end(count);
    return this.#begin(at, count);
  }

  /** The first line: where it does not begin at a message, its bytes up to the next one are left out. */
  #begin(at: Address, count: number, tells = true): boolean {
    const { records } = this;
    this.open = true;
    this.rows = 0;
    this.#next = { ...at };
    this.#damaged = false;
    this.#star = false;
    const into = at.low % 256;
    if (this.place !== "offset" || into === 0) return true;
    if (count >= 4 && isTypeCode(records.bytes, records.length)) return true;
    if (this.#reading.framing !== "message" && at.low % 40 === 0 && records.isBareHeader(count)) return true;
    const what = `the dump begins at ${addressText(at)}, in the middle of a message whose start is missing`;
    if (tells) tell(this.#reading, what);
    records.skip(256 - into);
    return true;
  }

  /** Whether a line at `at` can be the next of a dump that began at `first`. */
  fits(first: Address, at: Address): boolean {
    const ahead = distance(advanced(first, this.rowBytes * this.rows), at);
    return this.#star ? ahead > 0 && ahead % this.rowBytes === 0 : ahead === 0;
  }

  /** Says that the first line stands at another place, its digits being of another base. */
  moveTo(first: Address): void {
    this.#next = advanced(first, this.rowBytes * this.rows);
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
    if (!this.records.complete)
      tell(this.#reading, "'*' in a dump without offsets: how many lines it stands for is not told (od -v)");
    this.records.cut(0);
    this.#awaiting = true;
  }

  /** Repeats the last line over `ahead` bytes, behind which a line of `count` bytes stands. */
  #repeat(ahead: number, at: Address, count: number): boolean {
    const { records, rowBytes } = this;
    this.#star = false;
    if (ahead < 0 || ahead % rowBytes !== 0 || ahead > MAX_REPEATED) {
      const reached = `a '*' behind ${addressText(this.#next)} reaches`;
      tell(this.#reading, `${addressText(at)} is no place that ${reached}`);
      this.#damaged = true;
      return ahead > 0 ? this.#gap(at, count, ahead) : this.#restart(at, count);
    }
    const line = records.bytes.slice(records.length, records.length + count);
    const row = records.copyLast(rowBytes);
    for (let done = 0; done < ahead; done += rowBytes) records.repeat(row);
    this.#next = { ...at };
    records.bytes.set(line, records.length);
    return true;
  }

  /** Whether nothing is lost where the dump ends there. */
  mayEndAt(at: Address): boolean {
    const ahead = distance(this.#next, at);
    return ahead === 0 || (this.#star && ahead > 0);
  }

  /** The offset behind the last line, as hexdump and od print it: the dump is over. */
  endsAt(at: Address): void {
    const ahead = distance(this.#next, at);
    const wrong = `the dump ends at ${addressText(at)}, where ${addressText(this.#next)} was expected`;
    if (this.#star) this.#repeat(ahead, at, 0);
    else if (ahead !== 0 && !this.#damaged) tell(this.#reading, `${wrong}: lines are missing`);
    this.finish();
  }

  /** A line that should be part of the dump cannot be read. */
  damage(what: string): void {
    tell(this.#reading, what);
    this.#damaged = this.open;
    // Without offsets, the line is taken to have had as many bytes as the others.
    if (this.open && this.place === "none") this.records.lose(this.rowBytes, 0);
  }

  /** The dump is over. */
  finish(): void {
    this.#end(0);
  }

  /** Ends the dump; the `count` bytes of a line that was put behind it move to the front. */
  #end(count: number): void {
    if (this.#star)
      tell(this.#reading, "the dump ends with '*': how often the line before it is repeated is not told");
    this.records.finish(this.place !== "none", count);
    this.open = false;
    this.rows = 0;
    this.#star = false;
    this.#damaged = false;
    this.#awaiting = false;
  }
}

function isZero({ high, low }: Address): boolean {
  return high === 0 && low === 0;
}

/** The `count` bytes at `at` begin as messages do: with a type code, and a header that is possible. */
function beginsMessage(bytes: Uint8Array, at: number, count: number): boolean {
  if (count < 8) return count >= 4 && isTypeCode(bytes, at);
  return isKnownMessage(bytes, at) && bytes[at + 4] !== 0;
}
