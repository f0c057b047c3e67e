import type { Field } from "../layout/index.ts";
import { RECORD_WORDS } from "../record/index.ts";

/** At most 32 bits of a record, as a number: `(words[word] >>> shift) & mask`. */
export interface Place {
  readonly word: number;
  readonly shift: number;
  readonly mask: number;
}

/** Where a field of at most 32 bits is; of a wider one, its lowest 32. */
export function placeOf(field: Field): Place {
  const bit = (field.byte & 3) * 8 + field.shift;
  const width = Math.min(32, field.width);
  return { word: (field.byte >> 2) + (bit >> 5), shift: bit & 31, mask: width === 32 ? -1 : 2 ** width - 1 };
}

/** Sets (or clears) the bits of a field in a mask of a record's words. */
export function markField(mask: Int32Array, field: Field, set: boolean): void {
  if (field.type === "array" || field.type === "bytes") {
    const size = (field.length ?? 0) * (field.stride ?? 1);
    markBits(mask, field.byte, (1n << BigInt(size * 8)) - 1n, set);
  } else {
    markBits(mask, field.byte, ((1n << BigInt(field.width)) - 1n) << BigInt(field.shift), set);
  }
}

/** Sets (or clears) bits counted from the lowest bit of byte `byte` on. */
export function markBits(mask: Int32Array, byte: number, bits: bigint, set: boolean): void {
  let left = bits << BigInt((byte & 3) * 8);
  for (let word = byte >> 2; left !== 0n && word < RECORD_WORDS; word++, left >>= 32n) {
    const part = Number(left & 0xffffffffn);
    mask[word] = set ? mask[word]! | part : mask[word]! & ~part;
  }
}
