/**
 * Text programs: how records become lines without an object, closure, BigInt or allocation a record.
 *
 * A format compiles, once a shape, a short list of instructions: the hexadecimal digits of these words, the decimal
 * digits of those bits, the text for a raw value; each carries the fixed text that comes before it. `run` then walks
 * a batch. Three things make it fast: digits come from tables, two at a time; fixed text is copied eight bytes
 * a store; and what takes few values is made once. That goes for single values (names, flags), which are rendered
 * by plain code, and for steady parts of a program (a segment with its attributes), whose own text is kept.
 */
import { type Batch, RECORD_WORDS, secondText } from "../record/index.ts";
import { HEX_PAIRS, writeDecimal } from "./digits.ts";
import * as op from "./instructions.ts";
import { type Render, type RenderRecord, TextAssembler } from "./text-assembler.ts";
import { FLUSH_BYTES } from "./text-memory.ts";

/** Eight spaces as one number. */
const SPACES = new Float64Array(new Uint8Array(8).fill(0x20).buffer)[0]!;

/** A steady part whose text is found less often than this rests for so many uses: random data is not steady. */
const LEAST_FOUND = 0.5;
const REST_USES = 1 << 14;

export class TextProgram extends TextAssembler {
  /** How many bytes of text are gathered in `out`; whoever hands them on sets it to 0. */
  length = 0;
  #file = new Uint8Array(0);
  /** A second, and its text: captures have many records a second. */
  #second = Number.NaN;
  #secondText = new Uint8Array(0);

  /** The gathered text. */
  get out(): Uint8Array {
    return this.memory.bytes;
  }

  /** The text that `file()` stands for from now on. */
  setFile(text: string): void {
    this.#file = Buffer.from(text);
  }

  /** Appends text that belongs to no record (a header line). */
  append(text: string): void {
    this.length += this.memory.bytes.write(text, this.length);
  }

  /**
   * Writes the picked records from position `from` of `batch.picked` on; returns the position it got to, which
   * is less than `pickedCount` where the gathered text has to be handed on first. The loop is long because
   * every call out of it would cost more than its work.
   */
  run(batch: Batch, from: number): number {
    const { words, bytes, picked, pickedCount, shapes } = batch;
    const { code, entries, values, parts } = this;
    const { bytes: out, view, chunks } = this.memory;
    const valueEntries = values.entries;
    const { entries: partEntries, uses: partUses } = parts;
    let at = this.length;
    let position = from;
    // Where the text of the steady part being made begins, and the entry that is to keep it; -1: none.
    let partStart = 0;
    let partEntry = -1;
    records: for (; position < pickedCount && at < FLUSH_BYTES; position++) {
      const record = picked[position]!;
      const base = record * RECORD_WORDS;
      let pc = entries[shapes[record]!]!;
      let column = at;
      let odd = 0;
      for (;;) {
        const instruction = code[pc]!;
        const textLength = code[pc + 2]!;
        if (textLength !== 0) {
          const chunk = code[pc + 1]!;
          if (textLength > op.LONG_BYTES) out.copyWithin(at, chunk * 8, chunk * 8 + textLength);
          else {
            for (let done = 0, next = chunk; done < textLength; done += 8, next++)
              view.setFloat64(at + done, chunks[next]!, true);
          }
          at += textLength;
        }
        pc += op.HEAD;
        switch (instruction) {
          case op.END:
            continue records;
          case op.TEXT:
            break;
          case op.HEX16: {
            const word = base + code[pc]!;
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
            pc += 1;
            break;
          }
          case op.HEX: {
            const low = (words[base + code[pc]!]! >>> code[pc + 1]!) & code[pc + 2]!;
            const highWord = code[pc + 3]!;
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
            pc += 4;
            break;
          }
          case op.DECIMAL: {
            const value = ((words[base + code[pc]!]! >>> code[pc + 1]!) & code[pc + 2]!) >>> 0;
            at = writeDecimal(out, view, at, value);
            pc += 3;
            break;
          }
          case op.VALUE: {
            const cache = code[pc]!;
            const raw = (words[base + code[pc + 1]!]! >>> code[pc + 2]!) & code[pc + 3]!;
            let slot = (raw ^ (raw >>> 11) ^ (raw >>> 22)) - 1;
            let entry: number;
            let chunk: number;
            // No step is taken only where slots collide: V8 would drop the optimised loop when the first ones do.
            do {
              entry = (cache * op.VALUE_SLOTS + (++slot & (op.VALUE_SLOTS - 1))) * op.VALUE_ENTRY;
              chunk = valueEntries[entry]!;
            } while (chunk !== 0 && valueEntries[entry + op.ENTRY_KEY] !== raw);
            if (chunk === 0) at = this.#render(cache, entry, raw, at);
            else {
              const length = valueEntries[entry + 1]!;
              for (let done = 0; done < length; done += 8, chunk++)
                view.setFloat64(at + done, chunks[chunk]!, true);
              at += length;
            }
            pc += 4;
            break;
          }
          case op.STEADY: {
            const cache = code[pc]!;
            const keysAt = pc + 2 + code[pc + 2]!;
            const keysEnd = keysAt + code[pc + 1]! * 2;
            pc += 3;
            partStart = at;
            partEntry = -1;
            if (++partUses[cache]! <= 0) break;
            let hash = 0;
            for (let key = keysAt; key < keysEnd; key += 2)
              hash = Math.imul(hash ^ (words[base + code[key]!]! & code[key + 1]!), 0x9e3779b1);
            let slot = hash >>> op.PART_HASH_SHIFT;
            let entry = (cache * op.PART_SLOTS + slot) * op.PART_ENTRY;
            let chunk = partEntries[entry]!;
            while (chunk !== 0) {
              let key = keysAt;
              let kept = entry + op.ENTRY_KEY;
              while (key < keysEnd && partEntries[kept] === (words[base + code[key]!]! & code[key + 1]!)) {
                key += 2;
                kept++;
              }
              if (key === keysEnd) break;
              entry = (cache * op.PART_SLOTS + (++slot & (op.PART_SLOTS - 1))) * op.PART_ENTRY;
              chunk = partEntries[entry]!;
            }
            if (chunk === 0) partEntry = entry;
            else {
              const length = partEntries[entry + 1]!;
              if (length > op.LONG_BYTES) out.copyWithin(at, chunk * 8, chunk * 8 + length);
              else
                for (let done = 0; done < length; done += 8, chunk++)
                  view.setFloat64(at + done, chunks[chunk]!, true);
              at += length;
              pc = keysEnd;
            }
            break;
          }
          case op.KEEP:
            if (partEntry >= 0) this.#keepPart(pc, partEntry, words, base, partStart, at);
            pc += 2 + code[pc + 1]! * 2;
            break;
          case op.BYTES: {
            let count = code[pc + 1]!;
            const countWord = code[pc + 2]!;
            if (countWord >= 0)
              count = Math.min(count, (words[base + countWord]! >>> code[pc + 3]!) & code[pc + 4]!);
            const first = base * 4 + code[pc]!;
            for (let byte = first; byte < first + count; byte++, at += 2)
              view.setUint16(at, HEX_PAIRS[bytes[byte]!]!, true);
            pc += 5;
            break;
          }
          case op.INDEX:
            at = this.#writePosition(batch.firstIndex + record, at);
            break;
          case op.OFFSET:
            at = this.#writePosition(batch.offsets[record]!, at);
            break;
          case op.UNLESS: {
            const raw = (words[base + code[pc]!]! >>> code[pc + 1]!) & code[pc + 2]!;
            pc += raw === code[pc + 3]! ? 5 : 4 + code[pc + 4]!;
            break;
          }
          case op.JUMP:
            pc += code[pc]!;
            break;
          case op.RESERVED: {
            const end = pc + 1 + code[pc]! * 2;
            for (pc++; pc < end; pc += 2) odd |= words[base + code[pc]!]! & code[pc + 1]!;
            break;
          }
          case op.EXCEEDS:
            if (((words[base + code[pc]!]! >>> code[pc + 1]!) & code[pc + 2]!) > code[pc + 3]!) odd = 1;
            pc += 4;
            break;
          case op.UNLISTED: {
            const value = (words[base + code[pc]!]! >>> code[pc + 1]!) & code[pc + 2]!;
            if (value >>> 5 !== 0 || ((code[pc + 3]! >>> value) & 1) === 0) odd = 1;
            pc += 4;
            break;
          }
          case op.ODD:
            odd = 1;
            break;
          case op.PROBLEMS:
            if (odd !== 0) at = this.#writeRecord(code[pc]!, batch, record, at);
            pc += 1;
            break;
          case op.RECORD:
            at = this.#writeRecord(code[pc]!, batch, record, at);
            pc += 1;
            break;
          case op.DROP_COMMA:
            if (out[at - 1] === 0x2c) at--;
            break;
          case op.MARK:
            column = at;
            break;
          case op.PAD: {
            const end = column + code[pc]!;
            if (at < end) {
              for (; at < end; at += 8) view.setFloat64(at, SPACES, true);
              at = end;
            }
            pc += 1;
            break;
          }
          case op.FILE:
            out.set(this.#file, at);
            at += this.#file.length;
            break;
          case op.UNTIMED:
            pc += Number.isNaN(batch.timeSeconds[record]!) ? code[pc]! : 1;
            break;
          case op.TIME:
            at = this.#writeTime(batch, record, at);
            break;
          default:
            throw new Error(`no instruction ${instruction}`);
        }
      }
    }
    this.length = at;
    return position;
  }

  /** Writes the text for a value that its cache does not have, and puts it in; returns the place after it. */
  #render(cache: number, entry: number, raw: number, at: number): number {
    const end = at + this.memory.bytes.write((this.renders[cache] as Render)(raw >>> 0), at);
    this.values.makeRoom(cache);
    const { entries } = this.values;
    entries[entry] = this.memory.keep(at, end);
    entries[entry + 1] = end - at;
    entries[entry + op.ENTRY_KEY] = raw;
    return end;
  }

  /** Keeps the text of a steady part, by the KEEP whose operands stand at `pc`. */
  #keepPart(pc: number, entry: number, words: Uint32Array, base: number, from: number, to: number): void {
    const { code, parts } = this;
    const cache = code[pc]!;
    const keys = code[pc + 1]!;
    if (parts.makeRoom(cache)) {
      const found = 1 - op.PART_SLOTS / 2 / parts.uses[cache]!;
      parts.uses[cache] = found < LEAST_FOUND ? -REST_USES : 0;
    }
    parts.entries[entry] = this.memory.keep(from, to);
    parts.entries[entry + 1] = to - from;
    for (let key = 0; key < keys; key++) {
      const operand = pc + 2 + key * 2;
      parts.entries[entry + op.ENTRY_KEY + key] = words[base + code[operand]!]! & code[operand + 1]!;
    }
  }

  #writePosition(value: number, at: number): number {
    const { bytes, view } = this.memory;
    if (value < 4294967296) return writeDecimal(bytes, view, at, value >>> 0);
    return at + bytes.write(String(value), at, "latin1");
  }

  #writeTime(batch: Batch, record: number, at: number): number {
    const { out } = this;
    const seconds = batch.timeSeconds[record]!;
    if (seconds !== this.#second) {
      this.#second = seconds;
      this.#secondText = Buffer.from(secondText(seconds));
    }
    out.set(this.#secondText, at);
    let left = batch.timeNanoseconds[record]!;
    const end = at + this.#secondText.length + 9;
    for (let to = end - 1; to >= end - 9; to--) {
      const rest = Math.floor(left / 10);
      out[to] = 0x30 + left - rest * 10;
      left = rest;
    }
    out[end] = 0x5a;
    return end + 1;
  }

  #writeRecord(render: number, batch: Batch, record: number, at: number): number {
    const text = (this.recordRenders[render] as RenderRecord)(batch, record);
    return at + this.memory.bytes.write(text, at);
  }
}
