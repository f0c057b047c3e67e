/**
 * Text programs: how records become lines without an object, closure, BigInt or allocation a record.
 *
 * A format compiles, once a shape, a short list of instructions: fixed text, the hexadecimal digits of these
 * words, the decimal digits of those bits, the words for a raw value. `run` then walks a batch. Three things
 * make it fast: hexadecimal digits and pairs of decimal digits come from tables, fixed text is copied eight
 * bytes a store, and what varies within a small set (flags, enums, names) is rendered once a raw value and kept.
 *
 * Fixed text is stored as float64 values because a typed array of those is the only way to move eight bytes at
 * once without BigInt. No text is a NaN, which could be altered: that would need byte 7 to be 0x7f or 0xff with
 * byte 6 from 0xf0 up, and UTF-8 has neither pair.
 */
import { type Batch, RECORD_WORDS, secondText } from "../record/index.ts";

/** Makes the text for the raw bits of a field; called once a value that occurs. */
export type Render = (raw: number) => string;

/** Makes text for a record, for the rare fields that have no instruction. */
export type RenderRecord = (batch: Batch, record: number) => string;

/** Instruction codes, and the operands that follow each. Words are counted from the record's start. */
const END = 0;
const TEXT = 1; // first chunk, chunks, bytes
const HEX16 = 2; // word: 16 digits of the 64 bits there
const HEX = 3; // word, shift, mask, word of the upper half or -1: as few digits as it needs
const DECIMAL = 4; // word, shift, mask
const WORDS = 5; // cache, word, shift, mask
const BYTES = 6; // byte, most, word, shift, mask of the count
const POSITION = 7; // 0 index, 1 offset
const RECORD = 8; // renderer
const UNLESS = 9; // word, shift, mask, value, target: jumps unless the bits have the value
const JUMP = 10; // target
const DROP_COMMA = 11;
const MARK = 12; // begins a column
const PAD = 13; // width: fills the column with spaces
const RESERVED = 14; // word, mask: odd where a bit is set
const EXCEEDS = 15; // word, shift, mask, max: odd where more
const UNLISTED = 16; // word, shift, mask, bit set of the values below 32: odd where not among them
const ODD = 17; // odd at once
const PROBLEMS = 18; // renderer: its text where the record is odd
const FILE = 19; // the text set by `setFile`
const IF_TIME = 20; // target: jumps where the record has no time
const TIME = 21; // the time of the record, which has one

/** Slots of a cache of rendered values; a value that meets another in its slot replaces it. */
const CACHE_SLOTS = 1024;
/** Chunks (8 bytes) that rendered values may take before all are forgotten: 4 MiB. */
const MAX_POOL_CHUNKS = 1 << 19;
/** Bytes of text that are gathered before they are handed on, and room for one record more. */
const FLUSH_BYTES = 256 * 1024;
const SLACK_BYTES = 128 * 1024;

/** Two digits a value, as little-endian 16-bit numbers, so that one store writes both. */
const HEX_PAIRS = new Uint16Array(256);
const DECIMAL_PAIRS = new Uint16Array(100);
for (let value = 0; value < 256; value++) HEX_PAIRS[value] = pair(value.toString(16).padStart(2, "0"));
for (let value = 0; value < 100; value++) DECIMAL_PAIRS[value] = pair(String(value).padStart(2, "0"));

/** A place in a program that a jump will be given as its target. */
export type Label = number;

export class TextProgram {
  /** Gathered text, and how many bytes of it; whoever hands it on sets `length` to 0. */
  readonly out = new Uint8Array(FLUSH_BYTES + SLACK_BYTES);
  length = 0;

  #code = new Int32Array(4096);
  #codeLength = 0;
  readonly #view = new DataView(this.out.buffer);
  readonly #entries: number[] = [];
  #pendingText = "";
  #text = new Float64Array(1024);
  #textChunks = 0;

  readonly #renders: Render[] = [];
  readonly #cacheByKey = new Map<string, number>();
  readonly #recordRenders: RenderRecord[] = [];
  #keys = new Int32Array(0);
  #places = new Int32Array(0);
  #lengths = new Int32Array(0);
  #pool = new Float64Array(4096);
  #poolChunks = 0;
  #file = new Uint8Array(0);
  /** A second, and its text: captures have many records a second. */
  #second = Number.NaN;
  #secondText = new Uint8Array(0);

  /** Starts the program of a shape; the calls that follow append to it until `end`. */
  begin(shape: number): void {
    this.#entries[shape] = this.#codeLength;
  }

  /** Whether a shape has its program. */
  has(shape: number): boolean {
    return this.#entries[shape] !== undefined;
  }

  end(): void {
    this.#emit(END);
  }

  /** Fixed text. */
  text(text: string): void {
    this.#pendingText += text;
  }

  /** 16 hexadecimal digits of the 64 bits at `word`. */
  hex16(word: number): void {
    this.#emit(HEX16, word);
  }

  /** `0x` and as few digits as the bits need; with `highWord`, those 32 bits stand above them. */
  hex(word: number, shift: number, mask: number, highWord = -1): void {
    this.#emit(HEX, word, shift, mask, highWord);
  }

  decimal(word: number, shift: number, mask: number): void {
    this.#emit(DECIMAL, word, shift, mask);
  }

  /** The text that `render` gives for the bits; programs that use the same `key` share what was rendered. */
  words(key: string, word: number, shift: number, mask: number, render: Render): void {
    let cache = this.#cacheByKey.get(key);
    if (cache === undefined) {
      cache = this.#renders.push(render) - 1;
      this.#cacheByKey.set(key, cache);
      if (this.#keys.length < (cache + 1) * CACHE_SLOTS) {
        const slots = (cache + 1) * 2 * CACHE_SLOTS;
        this.#keys = grown(this.#keys, slots, 0);
        this.#places = grown(this.#places, slots, -1);
        this.#lengths = grown(this.#lengths, slots, 0);
      }
    }
    this.#emit(WORDS, cache, word, shift, mask);
  }

  /** Two hexadecimal digits a byte, for `most` bytes or as many as the counting bits say, whichever is less. */
  bytes(byte: number, most: number, count?: { word: number; shift: number; mask: number }): void {
    this.#emit(BYTES, byte, most, count?.word ?? -1, count?.shift ?? 0, count?.mask ?? 0);
  }

  index(): void {
    this.#emit(POSITION, 0);
  }

  offset(): void {
    this.#emit(POSITION, 1);
  }

  file(): void {
    this.#emit(FILE);
  }

  /** Begins a part that is run only where the record has a time; close it with `here`. */
  ifTime(): Label {
    this.#emit(IF_TIME, -1);
    return this.#codeLength - 1;
  }

  /** The record's time; only inside `ifTime`. */
  time(): void {
    this.#emit(TIME);
  }

  /** Text made by plain code, for what is rare. */
  record(render: RenderRecord): void {
    this.#emit(RECORD, this.#recordRenders.push(render) - 1);
  }

  /** Begins a part that is run only where the bits have the value; close it with `here`. */
  unless(word: number, shift: number, mask: number, value: number): Label {
    this.#emit(UNLESS, word, shift, mask, value, -1);
    return this.#codeLength - 1;
  }

  /** Jumps over what follows up to `here`. */
  jump(): Label {
    this.#emit(JUMP, -1);
    return this.#codeLength - 1;
  }

  /** Sets the target of a jump to this place. */
  here(label: Label): void {
    this.#flushText();
    this.#code[label] = this.#codeLength;
  }

  /** Takes back a comma that was just written: the end of a list of members. */
  dropComma(): void {
    this.#emit(DROP_COMMA);
  }

  mark(): void {
    this.#emit(MARK);
  }

  pad(width: number): void {
    this.#emit(PAD, width);
  }

  reserved(word: number, mask: number): void {
    this.#emit(RESERVED, word, mask);
  }

  exceeds(word: number, shift: number, mask: number, max: number): void {
    this.#emit(EXCEEDS, word, shift, mask, max);
  }

  unlisted(word: number, shift: number, mask: number, listed: number): void {
    this.#emit(UNLISTED, word, shift, mask, listed);
  }

  odd(): void {
    this.#emit(ODD);
  }

  problems(render: RenderRecord): void {
    this.#emit(PROBLEMS, this.#recordRenders.push(render) - 1);
  }

  /** The text that `file()` stands for from now on. */
  setFile(text: string): void {
    this.#file = Buffer.from(text);
  }

  /** Appends text that belongs to no record (a header line). */
  append(text: string): void {
    this.length += Buffer.from(this.out.buffer).write(text, this.length);
  }

  /**
   * Writes the picked records from position `from` of `batch.picked` on; returns the position it got to, which
   * is less than `pickedCount` where the gathered text has to be handed on first. The loop is long because
   * every call out of it would cost more than its work.
   */
  run(batch: Batch, from: number): number {
    const { words, bytes, picked, pickedCount, shapes } = batch;
    const code = this.#code;
    const entries = this.#entries;
    const out = this.out;
    const view = this.#view;
    const text = this.#text;
    const keys = this.#keys;
    const places = this.#places;
    const lengths = this.#lengths;
    let pool = this.#pool;
    let at = this.length;
    let position = from;
    for (; position < pickedCount && at < FLUSH_BYTES; position++) {
      const record = picked[position]!;
      const base = record * RECORD_WORDS;
      let pc = entries[shapes[record]!]!;
      let column = at;
      let odd = 0;
      for (let instruction = code[pc]!; instruction !== END; instruction = code[pc]!) {
        switch (instruction) {
          case TEXT: {
            const first = code[pc + 1]!;
            const chunks = code[pc + 2]!;
            for (let chunk = 0; chunk < chunks; chunk++)
              view.setFloat64(at + chunk * 8, text[first + chunk]!, true);
            at += code[pc + 3]!;
            pc += 4;
            break;
          }
          case HEX16: {
            const word = base + code[pc + 1]!;
            const high = words[word + 1]!;
            const low = words[word]!;
            view.setUint16(at, HEX_PAIRS[high >>> 24]!, true);
            view.setUint16(at + 2, HEX_PAIRS[(high >>> 16) & 0xff]!, true);
            view.setUint16(at + 4, HEX_PAIRS[(high >>> 8) & 0xff]!, true);
            view.setUint16(at + 6, HEX_PAIRS[high & 0xff]!, true);
            view.setUint16(at + 8, HEX_PAIRS[low >>> 24]!, true);
            view.setUint16(at + 10, HEX_PAIRS[(low >>> 16) & 0xff]!, true);
            view.setUint16(at + 12, HEX_PAIRS[(low >>> 8) & 0xff]!, true);
            view.setUint16(at + 14, HEX_PAIRS[low & 0xff]!, true);
            at += 16;
            pc += 2;
            break;
          }
          case WORDS: {
            const raw = (words[base + code[pc + 2]!]! >>> code[pc + 3]!) & code[pc + 4]!;
            const cache = code[pc + 1]!;
            const slot = cache * CACHE_SLOTS + ((raw ^ (raw >>> 10) ^ (raw >>> 20)) & (CACHE_SLOTS - 1));
            if (places[slot] === -1 || keys[slot] !== raw) {
              this.#remember(cache, slot, raw);
              pool = this.#pool;
            }
            const first = places[slot]!;
            const length = lengths[slot]!;
            for (let done = 0, chunk = first; done < length; done += 8, chunk++)
              view.setFloat64(at + done, pool[chunk]!, true);
            at += length;
            pc += 5;
            break;
          }
          case DECIMAL: {
            const value = ((words[base + code[pc + 1]!]! >>> code[pc + 2]!) & code[pc + 3]!) >>> 0;
            at = writeDecimal(out, view, at, value);
            pc += 4;
            break;
          }
          case POSITION: {
            const value = code[pc + 1] === 0 ? batch.firstIndex + record : batch.offsets[record]!;
            if (value < 4294967296) at = writeDecimal(out, view, at, value >>> 0);
            else at += Buffer.from(out.buffer).write(String(value), at, "latin1");
            pc += 2;
            break;
          }
          case HEX: {
            const low = (words[base + code[pc + 1]!]! >>> code[pc + 2]!) & code[pc + 3]!;
            const highWord = code[pc + 4]!;
            const high = highWord < 0 ? 0 : words[base + highWord]!;
            out[at] = 0x30;
            out[at + 1] = 0x78;
            at += 2;
            const digits =
              high !== 0 ? 16 - (Math.clz32(high) >> 2) : Math.max(1, 8 - (Math.clz32(low) >> 2));
            for (let digit = digits - 1; digit >= 0; digit--) {
              const nibble = (digit >= 8 ? high >>> ((digit - 8) * 4) : low >>> (digit * 4)) & 15;
              out[at++] = nibble < 10 ? 0x30 + nibble : 0x57 + nibble;
            }
            pc += 5;
            break;
          }
          case BYTES: {
            let count = code[pc + 2]!;
            const countWord = code[pc + 3]!;
            if (countWord >= 0)
              count = Math.min(count, (words[base + countWord]! >>> code[pc + 4]!) & code[pc + 5]!);
            const first = base * 4 + code[pc + 1]!;
            for (let byte = first; byte < first + count; byte++, at += 2)
              view.setUint16(at, HEX_PAIRS[bytes[byte]!]!, true);
            pc += 6;
            break;
          }
          case UNLESS: {
            const raw = (words[base + code[pc + 1]!]! >>> code[pc + 2]!) & code[pc + 3]!;
            pc = raw === code[pc + 4]! ? pc + 6 : code[pc + 5]!;
            break;
          }
          case JUMP:
            pc = code[pc + 1]!;
            break;
          case RESERVED:
            odd |= words[base + code[pc + 1]!]! & code[pc + 2]!;
            pc += 3;
            break;
          case EXCEEDS:
            if (((words[base + code[pc + 1]!]! >>> code[pc + 2]!) & code[pc + 3]!) > code[pc + 4]!) odd = 1;
            pc += 5;
            break;
          case UNLISTED: {
            const value = (words[base + code[pc + 1]!]! >>> code[pc + 2]!) & code[pc + 3]!;
            if (value >>> 5 !== 0 || ((code[pc + 4]! >>> value) & 1) === 0) odd = 1;
            pc += 5;
            break;
          }
          case ODD:
            odd = 1;
            pc += 1;
            break;
          case PROBLEMS:
            if (odd !== 0) at = this.#writeRecord(code[pc + 1]!, batch, record, at);
            pc += 2;
            break;
          case RECORD:
            at = this.#writeRecord(code[pc + 1]!, batch, record, at);
            pc += 2;
            break;
          case DROP_COMMA:
            if (out[at - 1] === 0x2c) at--;
            pc += 1;
            break;
          case MARK:
            column = at;
            pc += 1;
            break;
          case PAD: {
            const end = column + code[pc + 1]!;
            while (at < end) out[at++] = 0x20;
            pc += 2;
            break;
          }
          case FILE:
            out.set(this.#file, at);
            at += this.#file.length;
            pc += 1;
            break;
          case IF_TIME: {
            const seconds = batch.timeSeconds[record]!;
            pc = Number.isNaN(seconds) ? code[pc + 1]! : pc + 2;
            break;
          }
          case TIME:
            at = this.#writeTime(batch, record, at);
            pc += 1;
            break;
          default:
            throw new Error(`no instruction ${instruction}`);
        }
      }
    }
    this.length = at;
    return position;
  }

  #emit(...instruction: number[]): void {
    this.#flushText();
    this.#push(...instruction);
  }

  #push(...instruction: number[]): void {
    if (this.#codeLength + instruction.length > this.#code.length)
      this.#code = grown(this.#code, this.#code.length * 2, 0);
    this.#code.set(instruction, this.#codeLength);
    this.#codeLength += instruction.length;
  }

  #flushText(): void {
    if (this.#pendingText === "") return;
    const encoded = Buffer.from(this.#pendingText);
    this.#pendingText = "";
    const chunks = Math.ceil(encoded.length / 8);
    if (this.#textChunks + chunks > this.#text.length)
      this.#text = grown(this.#text, (this.#textChunks + chunks) * 2, 0);
    new Uint8Array(this.#text.buffer).set(encoded, this.#textChunks * 8);
    this.#push(TEXT, this.#textChunks, chunks, encoded.length);
    this.#textChunks += chunks;
  }

  /** Renders a value and keeps its text in a slot. */
  #remember(cache: number, slot: number, raw: number): void {
    const encoded = Buffer.from((this.#renders[cache] as Render)(raw >>> 0));
    const chunks = Math.ceil(encoded.length / 8);
    if (this.#poolChunks + chunks > MAX_POOL_CHUNKS) {
      this.#places.fill(-1);
      this.#poolChunks = 0;
    }
    if (this.#poolChunks + chunks > this.#pool.length)
      this.#pool = grown(this.#pool, (this.#poolChunks + chunks) * 2, 0);
    new Uint8Array(this.#pool.buffer).set(encoded, this.#poolChunks * 8);
    this.#keys[slot] = raw;
    this.#places[slot] = this.#poolChunks;
    this.#lengths[slot] = encoded.length;
    this.#poolChunks += chunks;
  }

  #writeTime(batch: Batch, record: number, at: number): number {
    const seconds = batch.timeSeconds[record]!;
    if (seconds !== this.#second) {
      this.#second = seconds;
      this.#secondText = Buffer.from(secondText(seconds));
    }
    this.out.set(this.#secondText, at);
    let left = batch.timeNanoseconds[record]!;
    const end = at + this.#secondText.length + 9;
    for (let to = end - 1; to >= end - 9; to--) {
      const rest = Math.floor(left / 10);
      this.out[to] = 0x30 + left - rest * 10;
      left = rest;
    }
    this.out[end] = 0x5a;
    return end + 1;
  }

  #writeRecord(render: number, batch: Batch, record: number, at: number): number {
    const text = (this.#recordRenders[render] as RenderRecord)(batch, record);
    return at + Buffer.from(this.out.buffer).write(text, at);
  }
}

/** Writes an unsigned 32-bit value in decimal; returns the place after it. */
function writeDecimal(out: Uint8Array, view: DataView, at: number, value: number): number {
  if (value < 10) {
    out[at] = 0x30 + value;
    return at + 1;
  }
  let end = at + 2;
  for (let rest = Math.floor(value / 100); rest !== 0; rest = Math.floor(rest / 10)) end++;
  let to = end;
  let left = value;
  while (left >= 100) {
    const next = Math.floor(left / 100);
    to -= 2;
    view.setUint16(to, DECIMAL_PAIRS[left - next * 100]!, true);
    left = next;
  }
  if (left >= 10) view.setUint16(to - 2, DECIMAL_PAIRS[left]!, true);
  else out[to - 1] = 0x30 + left;
  return end;
}

function pair(digits: string): number {
  return digits.charCodeAt(0) | (digits.charCodeAt(1) << 8);
}

/** A copy with room for at least `length` values, the new ones set to `value`. */
function grown<Values extends Int32Array | Float64Array>(
  values: Values,
  length: number,
  value: number,
): Values {
  if (values.length >= length) return values;
  const larger = new (values.constructor as new (length: number) => Values)(length);
  larger.fill(value, values.length);
  larger.set(values);
  return larger;
}
