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

  /**
   * Numbers the ids of two captures anew, so that they do not depend on which capture was read first: `align` then
   * gives the transposed result when both are swapped.
   */
  renumber(a: Int32Array, b: Int32Array): void {
    if (isBefore(b, a, this.#interner)) renumberFrom(b, a, this.#interner.count);
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

/** Whether a sequence comes before another in an order that knows nothing of how ids are numbered. */
function isBefore(one: Int32Array, other: Int32Array, interner: Interner): boolean {
  if (one.length !== other.length) return one.length < other.length;
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  if (at === one.length) return false;
  const [left, right] = [interner.words(one[at]!), interner.words(other[at]!)];
  const word = left.findIndex((each, place) => each !== right[place]);
  return word < 0 ? left.length < right.length : left[word]! < (right[word] ?? Number.NEGATIVE_INFINITY);
}

/** Numbers ids as they are met in `first`, then in `second`. */
function renumberFrom(first: Int32Array, second: Int32Array, count: number): void {
  const renamed = new Int32Array(count).fill(-1);
  let next = 0;
  for (const ids of [first, second]) {
    for (let at = 0; at < ids.length; at++) {
      const id = ids[at]!;
      if (renamed[id] === -1) renamed[id] = next++;
      ids[at] = renamed[id]!;
    }
  }
}
