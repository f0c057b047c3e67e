import { type Batch, RECORD_WORDS, type Shapes } from "../record/index.ts";
import type { Capture } from "./capture.ts";
import { Interner } from "./interner.ts";

/** The messages of one VP, or of a whole capture, as positions in the captures, in their order. */
export interface Group {
  /** null: the messages that say nothing of a VP, or all of them. */
  readonly vpIndex: number | null;
  readonly a: Int32Array;
  readonly b: Int32Array;
}

/** No 32-bit number. */
const NO_VP = 2 ** 32;

/** VP indexes whose numbers are looked up in a table. */
const KNOWN_VPS = 4096;

/** Numbers the VPs of two captures as they are met; the messages without one have a number too. */
export class VpReader {
  readonly #shapes: Shapes;
  readonly #vps = new Interner();
  readonly #key = new Int32Array(1);
  /** The numbers of the lowest VP indexes, or -1. */
  readonly #known = new Int32Array(KNOWN_VPS).fill(-1);
  /** By shape the word that holds the VP index, or -1. */
  readonly #words: number[] = [];

  constructor(shapes: Shapes) {
    this.#shapes = shapes;
  }

  /** Sets the numbers of the picked records of a batch, from a position on. */
  read({ words, shapes, picked, pickedCount }: Batch, from: number, numbers: Int32Array): void {
    const { list } = this.#shapes;
    for (let shape = this.#words.length; shape < list.length; shape++)
      this.#words.push((list[shape]?.byPath.get("vpIndex")?.byte ?? -4) >> 2);
    const vpWords = this.#words;
    const known = this.#known;
    for (let each = 0; each < pickedCount; each++) {
      const record = picked[each]!;
      const word = vpWords[shapes[record]!]!;
      const vp = word < 0 ? NO_VP : words[record * RECORD_WORDS + word]!;
      let number = vp < KNOWN_VPS ? known[vp]! : -1;
      if (number < 0) number = this.#number(vp);
      numbers[from + each] = number;
    }
  }

  #number(vp: number): number {
    this.#key[0] = vp;
    const number = this.#vps.intern(this.#key, vp === NO_VP ? 0 : 1);
    if (vp < KNOWN_VPS) this.#known[vp] = number;
    return number;
  }

  /** A group for each VP that either capture has, by rising index; the messages without a VP come last. */
  groups(numbersA: Int32Array, numbersB: Int32Array): Group[] {
    const [a, b] = [numbersA, numbersB].map((numbers) => distribute(numbers, this.#vps.count));
    return Array.from({ length: this.#vps.count }, (_, number) => {
      const [word] = this.#vps.words(number);
      const vpIndex = word === undefined ? null : word >>> 0;
      return { vpIndex, a: a?.[number] as Int32Array, b: b?.[number] as Int32Array };
    }).sort((one, other) => (one.vpIndex ?? Infinity) - (other.vpIndex ?? Infinity));
  }
}

/** One group of all messages. */
export function wholeGroup(a: Capture, b: Capture): Group[] {
  return [{ vpIndex: null, a: allPositions(a), b: allPositions(b) }];
}

function allPositions({ count }: Capture): Int32Array {
  return new Int32Array(count).map((_, position) => position);
}

/** The positions of each group's members, in order: a counting sort. */
function distribute(numbers: Int32Array, groupCount: number): Int32Array[] {
  const counts = new Int32Array(groupCount);
  countEach(numbers, counts);
  const starts = new Int32Array(groupCount);
  for (let group = 1; group < groupCount; group++) starts[group] = starts[group - 1]! + counts[group - 1]!;
  const order = new Int32Array(numbers.length);
  placeEach(numbers, starts.slice(), order);
  return Array.from({ length: groupCount }, (_, group) =>
    order.subarray(starts[group], starts[group]! + counts[group]!),
  );
}

/** A loop a function, here and below: V8 optimises a function in the midst of its first loop, before it has seen the next. */
function countEach(numbers: Int32Array, counts: Int32Array): void {
  for (let position = 0; position < numbers.length; position++) counts[numbers[position]!]!++;
}

function placeEach(numbers: Int32Array, next: Int32Array, order: Int32Array): void {
  for (let position = 0; position < numbers.length; position++) order[next[numbers[position]!]!++] = position;
}
