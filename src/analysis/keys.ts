import { blockOf, wordOf } from "./blocks.ts";
import type { Capture } from "./capture.ts";
import { Interner } from "./interner.ts";
import { ACCESS, BITS, CONSTANT, END, type KeyPlan, MAX_KEY_WORDS, RIP } from "./key-plan.ts";
import type { Slide } from "./slide.ts";

/** The records of a capture whose RIP has a load offset in it: a flag by position. */
export interface Slid {
  readonly slide: Slide;
  readonly flags: Uint8Array;
}

/** Reads the keys of records and numbers them: equal keys have equal ids, which are dense. */
export class KeyReader {
  readonly #plan: KeyPlan;
  readonly #interner = new Interner();
  readonly #key = new Int32Array(MAX_KEY_WORDS);

  constructor(plan: KeyPlan) {
    this.#plan = plan;
  }

  /** The ids of all records of a capture. */
  readAll(capture: Capture, slid?: Slid): Int32Array {
    const ids = new Int32Array(capture.count);
    this.read(capture, 0, ids, slid);
    return ids;
  }

  /**
   * Sets the ids of the records from a position on. One long loop: it goes through the instructions of each
   * record's shape.
   */
  read(capture: Capture, from: number, ids: Int32Array, slid?: Slid): void {
    this.#plan.update();
    const { code, starts } = this.#plan;
    const { places, shapes, count } = capture;
    const blocks = capture.blocks.list;
    const interner = this.#interner;
    const key = this.#key;
    for (let position = from; position < count; position++) {
      const place = places[position]!;
      const words = blocks[blockOf(place)]!;
      const base = wordOf(place);
      let length = 0;
      let pc = starts[shapes[position]!]!;
      for (let instruction = code[pc]!; instruction !== END; instruction = code[pc]!) {
        if (instruction === BITS) {
          key[length++] = (words[base + code[pc + 1]!]! >>> code[pc + 2]!) & code[pc + 3]!;
          pc += 4;
        } else if (instruction === RIP) {
          const low = words[base + code[pc + 1]!]!;
          const high = words[base + code[pc + 1]! + 1]!;
          const isSlid = slid !== undefined && slid.flags[position] === 1;
          key[length++] = isSlid ? low - slid.slide.low : low;
          key[length++] = isSlid ? high - slid.slide.high - (low >>> 0 < slid.slide.low ? 1 : 0) : high;
          pc += 2;
        } else if (instruction === CONSTANT) {
          key[length++] = code[pc + 1]!;
          pc += 2;
        } else if (instruction === ACCESS) {
          const access = (words[base + code[pc + 1]!]! >>> code[pc + 2]!) & 0xff;
          key[length++] = access < 3 ? 1 << access : access | 0x100;
          pc += 3;
        } else {
          length = readSpan(words, base, code, pc, key, length);
          pc += 7;
        }
      }
      ids[position] = interner.intern(key, length);
    }
  }

  /** Whether the key of an id comes before that of another: by their words, not by when they were met. */
  isBefore(id: number, other: number): boolean {
    const [words, others] = [this.#interner.words(id), this.#interner.words(other)];
    const at = words.findIndex((word, place) => word !== others[place]);
    return at < 0 ? words.length < others.length : words[at]! < (others[at] ?? Number.NEGATIVE_INFINITY);
  }
}

/** Appends the number of valid bytes of a span, and those bytes; gives the new length of the key. */
function readSpan(
  words: Int32Array,
  base: number,
  code: Int32Array,
  pc: number,
  key: Int32Array,
  length: number,
): number {
  const counted = ((words[base + code[pc + 4]!]! >>> code[pc + 5]!) & code[pc + 6]!) >>> 0;
  const size = Math.min(counted, code[pc + 2]!) * code[pc + 3]!;
  const first = base + (code[pc + 1]! >> 2);
  let to = length;
  key[to++] = size;
  for (let word = 0; word < size >> 2; word++) key[to++] = words[first + word]!;
  if (size % 4 !== 0) key[to++] = words[first + (size >> 2)]! & ((1 << ((size % 4) * 8)) - 1);
  return to;
}
