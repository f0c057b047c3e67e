import type { Pairing } from "./gaps.ts";
import { grown } from "./grown.ts";

/** What happens to the messages of a run. */
export const EQUAL = 0;
export const CHANGED = 1;
export const DELETED = 2;
export const INSERTED = 3;

/** A run of messages of one kind: where it begins in A and in B (of the group), and its length. */
export interface Run {
  readonly kind: number;
  readonly a: number;
  readonly b: number;
  readonly length: number;
}

/** How many messages are of each kind, by kind. */
export type Totals = [equal: number, changed: number, deleted: number, inserted: number];

const RUN_NUMBERS = 4;

/** The edit script of a group: runs that lead from A to B, what only A has before what only B has. */
export class Script {
  readonly totals: Totals = [0, 0, 0, 0];
  #numbers = new Int32Array(RUN_NUMBERS * 64);
  #runs = 0;

  get length(): number {
    return this.#runs;
  }

  run(at: number): Run {
    const numbers = this.#numbers;
    const first = RUN_NUMBERS * at;
    return {
      kind: numbers[first]!,
      a: numbers[first + 1]!,
      b: numbers[first + 2]!,
      length: numbers[first + 3]!,
    };
  }

  /** Appends messages; of the kind of the last run, they prolong it. */
  add(kind: number, a: number, b: number, length: number): void {
    if (length === 0) return;
    this.totals[kind]! += length;
    const last = (this.#runs - 1) * RUN_NUMBERS;
    if (last >= 0 && this.#numbers[last] === kind) {
      this.#numbers[last + 3]! += length;
      return;
    }
    const at = this.#runs++ * RUN_NUMBERS;
    if (at + RUN_NUMBERS > this.#numbers.length) this.#numbers = grown(this.#numbers, at + RUN_NUMBERS);
    this.#numbers[at] = kind;
    this.#numbers[at + 1] = a;
    this.#numbers[at + 2] = b;
    this.#numbers[at + 3] = length;
  }
}

/** The script for sequences of two lengths that are paired; changed are the pairs with a verdict of 1. */
export function scriptOf([lengthA, lengthB]: readonly [number, number], pairing: Pairing): Script {
  const { pairsA, pairsB, verdicts } = pairing;
  const script = new Script();
  let a = 0;
  let b = 0;
  for (let pair = 0; pair < pairsA.length; ) {
    const firstA = pairsA[pair]!;
    const firstB = pairsB[pair]!;
    const verdict = verdicts[pair]!;
    script.add(DELETED, a, b, firstA - a);
    script.add(INSERTED, firstA, b, firstB - b);
    const length = runLength(pairing, pair);
    script.add(verdict === 1 ? CHANGED : EQUAL, firstA, firstB, length);
    a = firstA + length;
    b = firstB + length;
    pair += length;
  }
  script.add(DELETED, a, b, lengthA - a);
  script.add(INSERTED, lengthA, b, lengthB - b);
  return script;
}

/** How many pairs follow each other on both sides, with the same verdict. */
function runLength({ pairsA, pairsB, verdicts }: Pairing, first: number): number {
  const shiftA = pairsA[first]! - first;
  const shiftB = pairsB[first]! - first;
  const verdict = verdicts[first]!;
  let pair = first + 1;
  while (
    pair < pairsA.length &&
    pairsA[pair] === pair + shiftA &&
    pairsB[pair] === pair + shiftB &&
    verdicts[pair] === verdict
  )
    pair++;
  return pair - first;
}
