import type { Batch } from "../record/index.ts";
import * as op from "./instructions.ts";
import { grown, TextCaches } from "./text-caches.ts";
import { TextMemory } from "./text-memory.ts";

/** Makes the text for the raw bits of a field; called once a value that occurs. */
export type Render = (raw: number) => string;

/** Makes text for a record, for the rare fields that have no instruction. */
export type RenderRecord = (batch: Batch, record: number) => string;

/** A place in a program that a jump will be given as its target. */
export type Label = number;

/** Steady parts that may have a cache of their own (40 KiB); an ordinary capture has some ten. */
const MAX_PARTS = 64;

/** Appends the instructions of shapes to one program: what a format compiles to. */
export class TextAssembler {
  protected code = new Int32Array(4096);
  protected readonly entries: number[] = [];
  protected readonly values = new TextCaches(op.VALUE_SLOTS, op.VALUE_ENTRY);
  protected readonly parts = new TextCaches(op.PART_SLOTS, op.PART_ENTRY);
  protected readonly memory = new TextMemory(() => {
    this.values.forget();
    this.parts.forget();
  });
  protected readonly renders: Render[] = [];
  protected readonly recordRenders: RenderRecord[] = [];
  readonly #valueCaches = new Map<string, number>();
  readonly #partCaches = new Map<string, number>();
  #length = 0;
  /** Fixed text that the next instruction will carry, and where in it a column begins, if one does. */
  #pending = "";
  #mark: number | undefined;
  /** The bits that the instructions of a steady part look at: masks by word. */
  #reads: Map<number, number> | undefined;

  /** Starts the program of a shape; the calls that follow append to it until `end`. */
  begin(shape: number): void {
    this.entries[shape] = this.#length;
  }

  /** Whether a shape has its program. */
  has(shape: number): boolean {
    return this.entries[shape] !== undefined;
  }

  end(): void {
    this.#emit(op.END);
  }

  /** Fixed text. */
  text(text: string): void {
    this.#pending += text;
  }

  /** 16 hexadecimal digits of the 64 bits at `word`. */
  hex16(word: number): void {
    this.#read(word, 0xffffffff);
    this.#read(word + 1, 0xffffffff);
    this.#emit(op.HEX16, word);
  }

  /** `0x` and as few digits as the bits need; with `highWord`, those 32 bits stand above them. */
  hex(word: number, shift: number, mask: number, highWord = -1): void {
    this.#read(word, mask << shift);
    if (highWord >= 0) this.#read(highWord, 0xffffffff);
    this.#emit(op.HEX, word, shift, mask, highWord);
  }

  decimal(word: number, shift: number, mask: number): void {
    this.#read(word, mask << shift);
    this.#emit(op.DECIMAL, word, shift, mask);
  }

  /** The text that `render` gives for the bits; what is rendered is shared by all that use the same `key`. */
  value(key: string, word: number, shift: number, mask: number, render: Render): void {
    let cache = this.#valueCaches.get(key);
    if (cache === undefined) {
      cache = this.values.add();
      this.renders[cache] = render;
      this.#valueCaches.set(key, cache);
    }
    this.#read(word, mask << shift);
    this.#emit(op.VALUE, cache, word, shift, mask);
  }

  /** Two hexadecimal digits a byte, for `most` bytes or as many as the counting bits say, whichever is less. */
  bytes(byte: number, most: number, count?: { word: number; shift: number; mask: number }): void {
    for (let word = byte >> 2; word * 4 < byte + most; word++) this.#read(word, 0xffffffff);
    if (count) this.#read(count.word, count.mask << count.shift);
    this.#emit(op.BYTES, byte, most, count?.word ?? -1, count?.shift ?? 0, count?.mask ?? 0);
  }

  /**
   * What `compile` appends, as a steady part: its text is kept by the bits that its instructions look at, and copied
   * where they occur again. Worth it for what takes few values in a capture and several instructions to write: with
   * it `decode --json` takes two thirds of the time. Only what follows from those bits may stand in it.
   */
  steady(compile: () => void): void {
    if (this.#reads) return compile();
    this.#emit(op.STEADY, 0, 0, 0);
    const start = this.#length;
    this.#reads = new Map();
    compile();
    const keys = [...this.#reads].flat();
    this.#reads = undefined;
    // Text that is still pending goes with the next instruction.
    const cache = this.#cacheOfPart(start, keys.length / 2);
    if (cache === undefined) {
      this.code[start - 3 - op.HEAD] = op.JUMP;
      this.code[start - 3] = 3;
      return;
    }
    this.#push(op.KEEP, 0, 0, cache, keys.length / 2);
    this.code.set([cache, keys.length / 2, this.#length - (start - 1)], start - 3);
    this.#push(...keys);
  }

  index(): void {
    this.#emitUnsteady(op.INDEX);
  }

  offset(): void {
    this.#emitUnsteady(op.OFFSET);
  }

  file(): void {
    this.#emitUnsteady(op.FILE);
  }

  /** Begins a part that is run only where the record has a time; close it with `here`. */
  ifTime(): Label {
    this.#emitUnsteady(op.UNTIMED, 0);
    return this.#length - 1;
  }

  /** The record's time; only inside `ifTime`. */
  time(): void {
    this.#emitUnsteady(op.TIME);
  }

  /** Text made by plain code, for what is rare. */
  record(render: RenderRecord): void {
    this.#emitUnsteady(op.RECORD, this.recordRenders.push(render) - 1);
  }

  /** Begins a part that is run only where the bits have the value; close it with `here`. */
  unless(word: number, shift: number, mask: number, value: number): Label {
    this.#read(word, mask << shift);
    this.#emit(op.UNLESS, word, shift, mask, value, 0);
    return this.#length - 1;
  }

  /** Jumps over what follows up to `here`. */
  jump(): Label {
    this.#emit(op.JUMP, 0);
    return this.#length - 1;
  }

  /** Sets the target of a jump to this place. */
  here(label: Label): void {
    if (this.#pending !== "" || this.#mark !== undefined) this.#emit(op.TEXT);
    this.code[label] = this.#length - label;
  }

  /** Takes back a comma that was just written: the end of a list of members. */
  dropComma(): void {
    if (this.#pending.endsWith(",")) this.#pending = this.#pending.slice(0, -1);
    else if (this.#pending === "") this.#emit(op.DROP_COMMA);
  }

  /** Begins a column. */
  mark(): void {
    this.#mark = this.#pending.length;
  }

  /** Fills the column with spaces up to its width. */
  pad(width: number): void {
    if (this.#mark === undefined) return this.#emit(op.PAD, width);
    const spaces = width - Buffer.byteLength(this.#pending.slice(this.#mark));
    this.#pending += " ".repeat(Math.max(0, spaces));
    this.#mark = undefined;
  }

  /** The record is odd where one of the bits is set: masks by word. */
  reserved(masks: ReadonlyMap<number, number>): void {
    if (masks.size > 0) this.#emitUnsteady(op.RESERVED, masks.size, ...[...masks].flat());
  }

  exceeds(word: number, shift: number, mask: number, max: number): void {
    this.#emitUnsteady(op.EXCEEDS, word, shift, mask, max);
  }

  unlisted(word: number, shift: number, mask: number, listed: number): void {
    this.#emitUnsteady(op.UNLISTED, word, shift, mask, listed);
  }

  odd(): void {
    this.#emitUnsteady(op.ODD);
  }

  problems(render: RenderRecord): void {
    this.#emitUnsteady(op.PROBLEMS, this.recordRenders.push(render) - 1);
  }

  /** Parts of the same instructions have one cache; there is none for one part too many. */
  #cacheOfPart(start: number, keys: number): number | undefined {
    if (keys === 0 || keys > op.PART_KEYS) return undefined;
    const instructions = this.code.subarray(start, this.#length).join();
    let cache = this.#partCaches.get(instructions);
    if (cache === undefined && this.parts.count < MAX_PARTS) {
      cache = this.parts.add();
      this.#partCaches.set(instructions, cache);
    }
    return cache;
  }

  #read(word: number, mask: number): void {
    this.#reads?.set(word, (this.#reads.get(word) ?? 0) | mask);
  }

  #emitUnsteady(instruction: number, ...operands: number[]): void {
    if (this.#reads) throw new Error(`instruction ${instruction} is not steady`);
    this.#emit(instruction, ...operands);
  }

  #emit(instruction: number, ...operands: number[]): void {
    if (this.#mark !== undefined) {
      const column = this.#pending.slice(this.#mark);
      this.#pending = this.#pending.slice(0, this.#mark);
      this.#mark = undefined;
      this.#emit(op.MARK);
      this.#pending = column;
    }
    const text = this.#pending === "" ? [0, 0] : this.memory.fixed(this.#pending);
    this.#pending = "";
    this.#push(instruction, ...text, ...operands);
  }

  #push(...numbers: number[]): void {
    if (this.#length + numbers.length > this.code.length)
      this.code = grown(this.code, this.code.length * 2 + numbers.length);
    this.code.set(numbers, this.#length);
    this.#length += numbers.length;
  }
}
