import type { Field } from "../layout/index.ts";
import type { Batch } from "../record/index.ts";

const SIGNED = new WeakMap<Uint32Array, Int32Array>();

/** The words of a batch as signed numbers: a view of them, made once a batch. */
export function signedWords({ words }: Batch): Int32Array {
  let signed = SIGNED.get(words);
  if (!signed) {
    signed = new Int32Array(words.buffer, words.byteOffset, words.length);
    SIGNED.set(words, signed);
  }
  return signed;
}

/** At most 32 bits of a record, as a number: `(words[word] >>> shift) & mask`. */
export interface Place {
  readonly word: number;
  readonly shift: number;
  readonly mask: number;
}

/** Where a field of at most 32 bits is; of a wider one, its lowest 32. */
export function placeOf(field: Field): Place {
  const bit = field.byte * 8 + field.shift;
  return { word: bit >> 5, shift: bit & 31, mask: lowBits(Math.min(32, field.width)) };
}

/** Where the bits of a field begin, counted from the start of the record, and how many there are. */
export function bitsOf({ type, byte, shift, width, length = 0, stride = 1 }: Field): {
  first: number;
  count: number;
} {
  const isList = type === "array" || type === "bytes";
  return { first: byte * 8 + shift, count: isList ? length * stride * 8 : width };
}

/** Sets the bits of a field in a mask of a record's words. */
export function markField(mask: Int32Array, field: Field): void {
  const { first, count } = bitsOf(field);
  for (let bit = first; bit < first + count; ) {
    const inWord = Math.min(32 - (bit & 31), first + count - bit);
    mask[bit >> 5]! |= lowBits(inWord) << (bit & 31);
    bit += inWord;
  }
}

/** Sets those bits of a mask that are set in `bits`, counted from the lowest bit of byte `byte` on. */
export function markBits(mask: Int32Array, byte: number, bits: bigint): void {
  let left = bits << BigInt((byte & 3) * 8);
  for (let word = byte >> 2; left !== 0n && word < mask.length; word++, left >>= 32n)
    mask[word]! |= Number(left & 0xffffffffn);
}

function lowBits(count: number): number {
  return count === 32 ? -1 : 2 ** count - 1;
}
