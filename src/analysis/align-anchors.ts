/**
 * Anchors: a longest increasing chain of pairs of equal ids.
 *
 * Over all pairs the chain is a longest common subsequence: J. W. Hunt and T. G. Szymanski, "A Fast
 * Algorithm for Computing Longest Common Subsequences", CACM 20 (1977), after Hunt and McIlroy's diff. It
 * takes r log n for r pairs: fast when ids seldom repeat, however different the sides, where Myers is slow.
 *
 * Over the pairs of ids unique on each side it is Bram Cohen's patience diff; the histogram diff of JGit and
 * xdiff goes on to the rarest ids. Here ids are taken from the rarest on, unique ones first, while their
 * pairs are few, and of their pairs only those with an equal neighbour, which removes most accidents.
 */
import type { Box } from "./align-search.ts";

/** Pairs of equal elements, strictly increasing in both. */
export interface Chain {
  readonly x: Int32Array;
  readonly y: Int32Array;
  /** Whether all pairs of equal ids were candidates: then no longer chain exists. */
  readonly complete: boolean;
}

/** Classes of rarity: 0 for ids unique on each side, one more for each doubling of either count. */
const RARITIES = 64;

/** Finds chains in boxes; tables by id and by position are allocated once, those by pair grow as needed. */
export class Anchors {
  readonly #a: Int32Array;
  readonly #b: Int32Array;
  /** Occurrences in the box by id; all zero between calls. */
  readonly #countA: Int32Array;
  readonly #countB: Int32Array;
  /** By id its last position in B, and by position the one before with the same id: -1 at the end. */
  readonly #lastB: Int32Array;
  readonly #previousB: Int32Array;
  /** By length less one: where in B the chain of that length ends that ends first, and its last link. */
  readonly #endB: Int32Array;
  readonly #endLink: Int32Array;
  /** Links of chains: a pair of positions, and the link before it or -1. */
  #linkX = new Int32Array(0);
  #linkY = new Int32Array(0);
  #linkBefore = new Int32Array(0);

  constructor(a: Int32Array, b: Int32Array, idCount: number) {
    this.#a = a;
    this.#b = b;
    this.#countA = new Int32Array(idCount);
    this.#countB = new Int32Array(idCount);
    this.#lastB = new Int32Array(idCount);
    this.#previousB = new Int32Array(b.length);
    this.#endB = new Int32Array(Math.min(a.length, b.length));
    this.#endLink = new Int32Array(Math.min(a.length, b.length));
  }

  /** The longest chain over all pairs of equal ids, if there are at most `mostPairs`. */
  chainAll(box: Box, mostPairs: number): Chain | undefined {
    return this.#chain(box, mostPairs, true);
  }

  /** The longest chain over the rarest ids, which make at most `mostPairs` pairs; none when all make more. */
  chainRarest(box: Box, mostPairs: number): Chain | undefined {
    return this.#chain(box, mostPairs, false);
  }

  #chain(box: Box, mostPairs: number, wantsAll: boolean): Chain | undefined {
    this.#count(box);
    const { rarity, pairs, complete } = this.#rarest(box, mostPairs);
    const isWanted = complete || (pairs > 0 && !wantsAll);
    const chain = isWanted ? this.#longest(box, rarity, pairs) : undefined;
    this.#uncount(box);
    return chain && { ...chain, complete };
  }

  #count(box: Box): void {
    const [a, b, lastB] = [this.#a, this.#b, this.#lastB];
    for (let i = box.aLo; i < box.aHi; i++) this.#countA[a[i]!]!++;
    for (let j = box.bLo; j < box.bHi; j++) {
      const id = b[j]!;
      this.#previousB[j] = this.#countB[id]!++ === 0 ? -1 : lastB[id]!;
      lastB[id] = j;
    }
  }

  #uncount(box: Box): void {
    for (let i = box.aLo; i < box.aHi; i++) this.#countA[this.#a[i]!] = 0;
    for (let j = box.bLo; j < box.bHi; j++) this.#countB[this.#b[j]!] = 0;
  }

  /** The last rarity up to which there are at most `mostPairs` pairs, how many, and whether that is all. */
  #rarest(box: Box, mostPairs: number) {
    const pairsOf = new Float64Array(RARITIES);
    for (let i = box.aLo; i < box.aHi; i++) {
      const id = this.#a[i]!;
      if (this.#countB[id]! > 0) pairsOf[this.#rarity(id)]! += this.#countB[id]!;
    }
    let rarity = 0;
    let pairs = 0;
    while (rarity < RARITIES && pairs + pairsOf[rarity]! <= mostPairs) pairs += pairsOf[rarity++]!;
    return { rarity: rarity - 1, pairs, complete: rarity === RARITIES };
  }

  #rarity(id: number): number {
    return 64 - Math.clz32(this.#countA[id]! - 1) - Math.clz32(this.#countB[id]! - 1);
  }

  /**
   * Hunt and Szymanski: for each element of A, each equal element of B from the last to the first extends
   * the longest chain that ends before it, and becomes the best end of its length.
   */
  #longest(box: Box, rarity: number, pairs: number): { x: Int32Array; y: Int32Array } {
    this.#reserveLinks(pairs);
    const isComplete = rarity === RARITIES - 1;
    const [a, b, previousB, endB, endLink] = [this.#a, this.#b, this.#previousB, this.#endB, this.#endLink];
    const [linkX, linkY, linkBefore] = [this.#linkX, this.#linkY, this.#linkBefore];
    let length = 0;
    let links = 0;
    for (let i = box.aLo; i < box.aHi; i++) {
      const id = a[i]!;
      if (this.#countB[id] === 0 || this.#rarity(id) > rarity) continue; // no pairs, or too many
      for (let j = this.#lastB[id]!; j >= 0; j = previousB[j]!) {
        if (!isComplete && !hasEqualNeighbour(a, b, i, j)) continue;
        const at = length === 0 || j > endB[length - 1]! ? length : lowerBound(endB, length, j);
        if (at < length && endB[at] === j) continue; // a chain of this length ends here already
        linkX[links] = i;
        linkY[links] = j;
        linkBefore[links] = at === 0 ? -1 : endLink[at - 1]!;
        endB[at] = j;
        endLink[at] = links++;
        if (at === length) length++;
      }
    }
    const x = new Int32Array(length);
    const y = new Int32Array(length);
    for (let k = length - 1, link = endLink[k]!; k >= 0; k--, link = linkBefore[link]!) {
      x[k] = linkX[link]!;
      y[k] = linkY[link]!;
    }
    return { x, y };
  }

  #reserveLinks(count: number): void {
    if (count <= this.#linkX.length) return;
    this.#linkX = new Int32Array(count);
    this.#linkY = new Int32Array(count);
    this.#linkBefore = new Int32Array(count);
  }
}

/** Whether the elements before, or those after, are equal too. */
function hasEqualNeighbour(a: Int32Array, b: Int32Array, i: number, j: number): boolean {
  if (i > 0 && j > 0 && a[i - 1] === b[j - 1]) return true;
  return i + 1 < a.length && j + 1 < b.length && a[i + 1] === b[j + 1];
}

/** Index of the first of `length` increasing values that is not below `value`. */
function lowerBound(values: Int32Array, length: number, value: number): number {
  let lo = 0;
  let hi = length;
  while (lo < hi) {
    const mid = (lo + hi) >>> 1;
    if (values[mid]! < value) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}
