/**
 * The loops that read keys out of batches. Records are taken by shape, so that where the bits are is the same for
 * all that a loop reads; the loops are written out because every call, object or BigInt a record would cost more than
 * the work.
 */
import type { Field } from "../layout/index.ts";
import { type Batch, RECORD_WORDS, type Shape, type Shapes } from "../record/index.ts";

/** Picked records of one shape: `count` places in the batch, from `places[from]` on, in the order of the input. */
export interface Group {
  batch: Batch;
  shape: Shape;
  places: Int32Array;
  from: number;
  count: number;
}

/** Sorts the picked records of batches by shape. */
export class Grouper {
  readonly #shapes: Shapes;
  #places = new Int32Array(0);
  /** By shape: its group in this batch and one, or 0. */
  #groups = new Int32Array(64);
  /** By group: its shape, and where its records end. */
  #members = new Int32Array(64);
  #ends = new Int32Array(64);

  constructor(shapes: Shapes) {
    this.#shapes = shapes;
  }

  /** Calls back for each group; the group is overwritten by the next. */
  forEach(batch: Batch, take: (group: Group) => void): void {
    const groups = this.#sort(batch);
    const group: Group = { batch, shape: this.#shapes.list[1]!, places: this.#places, from: 0, count: 0 };
    for (let place = 0; place < groups; place++) {
      group.shape = this.#shapes.list[this.#members[place]!]!;
      group.from += group.count;
      group.count = this.#ends[place]! - group.from;
      take(group);
    }
  }

  /** Returns how many groups there are. */
  #sort({ picked, pickedCount, shapes }: Batch): number {
    this.#reserve(picked.length);
    const places = this.#places;
    const groups = this.#groups;
    const members = this.#members;
    const ends = this.#ends;
    let count = 0;
    for (let i = 0; i < pickedCount; i++) {
      const shape = shapes[picked[i]!]!;
      if (groups[shape] === 0) {
        members[count] = shape;
        ends[count] = 0;
        groups[shape] = ++count;
      }
      const group = groups[shape]! - 1;
      ends[group] = ends[group]! + 1;
    }
    // From how many there are to where each begins; each end moves on as its records are placed.
    for (let group = 0, begin = 0; group < count; group++) {
      const size = ends[group]!;
      ends[group] = begin;
      begin += size;
    }
    for (let i = 0; i < pickedCount; i++) {
      const record = picked[i]!;
      const group = groups[shapes[record]!]! - 1;
      places[ends[group]!] = record;
      ends[group] = ends[group]! + 1;
    }
    for (let group = 0; group < count; group++) groups[members[group]!] = 0;
    return count;
  }

  #reserve(records: number): void {
    if (this.#places.length < records) {
      this.#places = new Int32Array(records);
      this.#members = new Int32Array(records);
      this.#ends = new Int32Array(records);
    }
    const shapes = this.#shapes.list.length;
    if (this.#groups.length < shapes) this.#groups = new Int32Array(shapes * 2);
  }
}

/** At most 32 bits of the records of a shape: `(((words[word] >>> shift) & mask) + offset) << left`. */
export interface PlacedBits {
  word: number;
  shift: number;
  mask: number;
  offset: number;
  left: number;
}

/** Where `width` bits of a field are, from its bit `shift` on; `offset` and `left` as in `PlacedBits`. */
export function placeBits(field: Field, shift: number, width: number, left = 0, offset = 0): PlacedBits {
  const bit = (field.byte & 3) * 8 + field.shift + shift;
  const bits = Math.max(0, Math.min(width, field.width - shift));
  const mask = bits >= 32 ? -1 : 2 ** bits - 1;
  return { word: (field.byte >> 2) + (bit >> 5), shift: bit & 31, mask, offset, left };
}

/** Sets (`first`) or adds the bits in `out`, a number for each record of a group. */
export function gatherBits(group: Group, bits: PlacedBits, first: boolean, out: Uint32Array): void {
  const { words } = group.batch;
  const { places, from, count } = group;
  const { word, shift, mask, offset, left } = bits;
  if (first) {
    for (let i = 0; i < count; i++)
      out[i] = (((words[places[from + i]! * RECORD_WORDS + word]! >>> shift) & mask) + offset) << left;
  } else {
    for (let i = 0; i < count; i++)
      out[i] =
        out[i]! | ((((words[places[from + i]! * RECORD_WORDS + word]! >>> shift) & mask) + offset) << left);
  }
}

/** Replaces each of the numbers in `out` by what a table has for it. */
export function translate(out: Uint32Array, count: number, table: Uint32Array): void {
  for (let i = 0; i < count; i++) out[i] = table[out[i]!]!;
}
