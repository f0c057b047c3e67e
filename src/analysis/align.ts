/**
 * Aligns two sequences of key ids: which elements of A and B are the same event. Knows nothing of messages.
 *
 * The answer is a longest common subsequence, hence a minimal edit script, wherever that is affordable:
 *   1. the common prefix and suffix are paired. Where little differs, Myers' search (step 4) ends soon, and the
 *      others are skipped;
 *   2. else elements whose id the other side lacks are dropped, as in GNU diff. This is exact; its guess at further
 *      "confusing" (too common) lines is not: left out;
 *   3. where few pairs of equal ids remain, Hunt and Szymanski's chain of pairs, n log n (align-anchors.ts);
 *   4. else Myers' O(ND) search in linear space, within a budget of steps (align-search.ts).
 * A part whose search exceeds its budget is cut by a guess, and then the result may not be minimal:
 *   5. at patience and histogram anchors: the chain over the rarest ids (align-anchors.ts);
 *   6. where there are none, or not plausible ones, where the search got furthest, as in GNU diff and xdiff.
 * Steps 3 to 6 are joined in align-solve.ts.
 */
import type { Box } from "./align-search.ts";
import { isEmpty, pairEnds, solve, solveAlike, wholeTask } from "./align-solve.ts";

/** Matched pairs, A index -> B index. Everything not paired is deleted (A) or inserted (B). */
export interface Alignment {
  /** Indices into A, strictly increasing; as many as `pairsB`. */
  pairsA: Int32Array;
  /** Indices into B, strictly increasing. */
  pairsB: Int32Array;
  /** True when no common subsequence is longer. False when the budget ran out: it may still be minimal. */
  minimal: boolean;
}

interface AlignOptions {
  /** Steps of exact search, some 5 ns each, before a part is cut by a guess. By default grows with size. */
  budget?: number;
  /** Whether an id comes before another, in an order that does not depend on how ids were numbered. */
  isBefore?: (id: number, other: number) => boolean;
}

/**
 * Aligns two sequences of key ids (equal id = same event). Ids are dense, from 0: tables are as long as the
 * largest. Time is near-linear and memory linear, whatever the input. Swapping the arguments transposes the
 * result, if the ids stay the same, or `isBefore` orders them in the same way.
 */
export function align(a: Int32Array, b: Int32Array, options: AlignOptions = {}): Alignment {
  if (isAfter(a, b, options)) {
    const { pairsA, pairsB, minimal } = align(b, a, options);
    return { pairsA: pairsB, pairsB: pairsA, minimal };
  }
  const partner = new Int32Array(a.length).fill(-1);
  const inner = wholeTask(a, b);
  pairEnds(inner, a, b, partner);
  const minimal =
    isEmpty(inner) ||
    (options.budget === undefined && solveAlike(inner, a, b, partner)) ||
    alignShared(inner, a, b, partner, options.budget);
  return { ...collect(partner), minimal };
}

/** A total order of sequences, so that both orders of the arguments run the same computation. */
function isAfter(a: Int32Array, b: Int32Array, { isBefore }: AlignOptions): boolean {
  if (a.length !== b.length) return a.length > b.length;
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  if (i === a.length) return false;
  return isBefore ? isBefore(b[i]!, a[i]!) : a[i]! > b[i]!;
}

/** Aligns the elements whose ids both sides have, into `partner`. Gives whether the result is minimal. */
function alignShared(box: Box, a: Int32Array, b: Int32Array, partner: Int32Array, budget?: number): boolean {
  const innerA = a.subarray(box.aLo, box.aHi);
  const innerB = b.subarray(box.bLo, box.bHi);
  const idCount = Math.max(largest(innerA), largest(innerB)) + 1;
  const keptA = positionsShared(innerA, innerB, idCount);
  const keptB = positionsShared(innerB, innerA, idCount);
  const { partner: keptPartner, minimal } = solve(pick(innerA, keptA), pick(innerB, keptB), idCount, budget);
  for (let i = 0; i < keptA.length; i++) {
    const j = keptPartner[i]!;
    if (j >= 0) partner[box.aLo + keptA[i]!] = box.bLo + keptB[j]!;
  }
  return minimal;
}

function largest(ids: Int32Array): number {
  let max = 0;
  for (let i = 0; i < ids.length; i++) if (ids[i]! > max) max = ids[i]!;
  return max;
}

/** Positions of the elements of `ids` that occur in `others`; no other element can be paired. */
function positionsShared(ids: Int32Array, others: Int32Array, idCount: number): Int32Array {
  const occurs = new Uint8Array(idCount);
  for (let j = 0; j < others.length; j++) occurs[others[j]!] = 1;
  const positions = new Int32Array(ids.length);
  let count = 0;
  for (let i = 0; i < ids.length; i++) if (occurs[ids[i]!] === 1) positions[count++] = i;
  return positions.slice(0, count);
}

function pick(ids: Int32Array, positions: Int32Array): Int32Array {
  const picked = new Int32Array(positions.length);
  for (let i = 0; i < positions.length; i++) picked[i] = ids[positions[i]!]!;
  return picked;
}

/** The pairs of an array that holds, for each index of A, its partner in B or -1. */
function collect(partner: Int32Array): { pairsA: Int32Array; pairsB: Int32Array } {
  const pairsA = new Int32Array(partner.length);
  const pairsB = new Int32Array(partner.length);
  let count = 0;
  for (let i = 0; i < partner.length; i++) {
    if (partner[i]! < 0) continue;
    pairsA[count] = i;
    pairsB[count++] = partner[i]!;
  }
  return { pairsA: pairsA.slice(0, count), pairsB: pairsB.slice(0, count) };
}
