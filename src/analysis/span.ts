import type { Field } from "../layout/index.ts";
import { type Place, placeOf } from "./words.ts";

/** Bytes of which another field says how many are valid: what lies past them is stale. */
export interface Span {
  readonly word: number;
  /** Elements at most, and bytes of each. */
  readonly most: number;
  readonly stride: number;
  readonly count: Place;
}

/** The span of a field, where something counts its bytes. */
export function spanOf(field: Field): Span | undefined {
  if (field.count === undefined) return undefined;
  const { byte, length: most = 0, stride = 1 } = field;
  return { word: byte >> 2, most, stride, count: placeOf(field.count) };
}

/** Whether the valid bytes of a span differ between the records whose words begin at `baseA` and `baseB`. */
export function spanDiffers(
  span: Span,
  wordsA: Int32Array,
  baseA: number,
  wordsB: Int32Array,
  baseB: number,
): boolean {
  const size = validBytes(span, wordsA, baseA);
  if (size !== validBytes(span, wordsB, baseB)) return true;
  const firstA = baseA + span.word;
  const firstB = baseB + span.word;
  for (let word = 0; word < size >> 2; word++)
    if (wordsA[firstA + word] !== wordsB[firstB + word]) return true;
  const rest = (1 << ((size % 4) * 8)) - 1;
  return ((wordsA[firstA + (size >> 2)]! ^ wordsB[firstB + (size >> 2)]!) & rest) !== 0;
}

function validBytes({ most, stride, count }: Span, words: Int32Array, base: number): number {
  const counted = ((words[base + count.word]! >>> count.shift) & count.mask) >>> 0;
  return Math.min(counted, most) * stride;
}
