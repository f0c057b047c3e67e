/**
 * The loops that test many records at once. Each looks at `count` records, named by their places in the batch, and
 * sets `out[i]` to 1 where the i-th passes, else to 0. The loops are written out because every call, object or
 * BigInt a record would cost more than the test.
 */
import { type Batch, RECORD_WORDS } from "../record/index.ts";

/** Where a field's bits are, by shape: word of the record (-1: the shape does not have it), shift, mask. */
export interface Column {
  words: Int32Array;
  shifts: Int32Array;
  masks: Uint32Array;
}

/** Ranges of unsigned numbers, sorted and apart, as halves of 32 bits. */
export interface RangeTable {
  count: number;
  firstHigh: Uint32Array;
  firstLow: Uint32Array;
  lastHigh: Uint32Array;
  lastLow: Uint32Array;
}

/** One range of a field of at most 32 bits: the usual test, so it has a loop of its own. */
export function testRange32(
  batch: Batch,
  places: Int32Array,
  count: number,
  column: Column,
  first: number,
  last: number,
  out: Uint8Array,
): void {
  const { words, shapes } = batch;
  const { words: at, shifts, masks } = column;
  const span = (last - first) >>> 0;
  for (let i = 0; i < count; i++) {
    const record = places[i]!;
    const shape = shapes[record]!;
    const word = at[shape]!;
    const value = (words[record * RECORD_WORDS + (word & 63)]! >>> shifts[shape]!) & masks[shape]!;
    out[i] = word >= 0 && (value - first) >>> 0 <= span ? 1 : 0;
  }
}

/** Several ranges of a field of at most 32 bits: a binary search a record. */
export function testRanges32(
  batch: Batch,
  places: Int32Array,
  count: number,
  column: Column,
  ranges: RangeTable,
  out: Uint8Array,
): void {
  const { words, shapes } = batch;
  const { words: at, shifts, masks } = column;
  const { firstLow, lastLow } = ranges;
  for (let i = 0; i < count; i++) {
    const record = places[i]!;
    const shape = shapes[record]!;
    const word = at[shape]!;
    out[i] = 0;
    if (word < 0) continue;
    const value = ((words[record * RECORD_WORDS + word]! >>> shifts[shape]!) & masks[shape]!) >>> 0;
    let low = 0;
    let high = ranges.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value > lastLow[middle]!) low = middle + 1;
      else high = middle;
    }
    if (low < ranges.count && value >= firstLow[low]!) out[i] = 1;
  }
}

/** Ranges of a 64-bit field. */
export function testRanges64(
  batch: Batch,
  places: Int32Array,
  count: number,
  column: Column,
  ranges: RangeTable,
  out: Uint8Array,
): void {
  const { words, shapes } = batch;
  const { words: at } = column;
  const { firstHigh, firstLow, lastHigh, lastLow } = ranges;
  for (let i = 0; i < count; i++) {
    const record = places[i]!;
    const word = at[shapes[record]!]!;
    out[i] = 0;
    if (word < 0) continue;
    const low = words[record * RECORD_WORDS + word]!;
    const high = words[record * RECORD_WORDS + word + 1]!;
    for (let range = 0; range < ranges.count; range++) {
      const notBelow = high > firstHigh[range]! || (high === firstHigh[range]! && low >= firstLow[range]!);
      const notAbove = high < lastHigh[range]! || (high === lastHigh[range]! && low <= lastLow[range]!);
      if (notBelow && notAbove) {
        out[i] = 1;
        break;
      }
    }
  }
}

/** Whether a field of up to 64 bits shares a set bit with a mask (`wanted` 1), or shares none (0). */
export function testMask(
  batch: Batch,
  places: Int32Array,
  count: number,
  column: Column,
  maskLow: number,
  maskHigh: number,
  wanted: number,
  out: Uint8Array,
): void {
  const { words, shapes } = batch;
  const { words: at, shifts, masks } = column;
  for (let i = 0; i < count; i++) {
    const record = places[i]!;
    const shape = shapes[record]!;
    const word = at[shape]!;
    out[i] = 0;
    if (word < 0) continue;
    const base = record * RECORD_WORDS + word;
    const low = (words[base]! >>> shifts[shape]!) & masks[shape]! & maskLow;
    const high = maskHigh === 0 ? 0 : words[base + 1]! & maskHigh;
    out[i] = ((low | high) !== 0) === (wanted === 1) ? 1 : 0;
  }
}
