/**
 * The middle snake: E. W. Myers, "An O(ND) Difference Algorithm and Its Variations", Algorithmica 1 (1986),
 * section 4b, the refinement in linear space.
 *
 * A path through the grid of A (x) and B (y) steps right for a deletion, down for an insertion, and
 * diagonally over equal elements. From both corners at once, the furthest points reachable with 1, 2, 3...
 * edits are kept, one per diagonal (x - y). Where the two fronts meet an optimal path passes, and each half
 * of it needs half of the edits. When the budget ends first, the furthest point of either front is a good
 * guess: a path that got far found much to pair (GNU diff's case "too expensive", git's xdiff).
 */

/** A part of the problem: a[aLo, aHi) against b[bLo, bHi). */
export interface Box {
  aLo: number;
  aHi: number;
  bLo: number;
  bHi: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A point at which to cut a box in two; both are smaller than the box. */
export interface Split extends Point {
  /** Whether an optimal path passes through the point; else from which corner it is the furthest reached. */
  readonly kind: "exact" | "from-low" | "from-high";
}

/** Beyond any index. */
const FAR = 0x3fffffff;

/** The search; its two fronts are allocated once for all boxes. */
export class MiddleSnake {
  readonly #a: Int32Array;
  readonly #b: Int32Array;
  /** The fronts: furthest x by diagonal, from the low corner and from the high one. */
  readonly #low: Int32Array;
  readonly #high: Int32Array;

  constructor(a: Int32Array, b: Int32Array) {
    this.#a = a;
    this.#b = b;
    const diagonals = a.length + b.length + 3; // from -b.length to a.length, and a neighbour on either side
    this.#low = new Int32Array(diagonals);
    this.#high = new Int32Array(diagonals);
  }

  /**
   * Where to cut a box. Neither side is empty, the first elements differ, and so do the last.
   * A step of `limit` is a diagonal visited or an equal pair passed. One long function: all is in locals.
   */
  split(box: Box, limit: number): Split {
    const { aLo, aHi, bLo, bHi } = box;
    const [a, b, low, high] = [this.#a, this.#b, this.#low, this.#high];
    const zero = b.length + 1;
    // Diagonals, as indices of the fronts: the outermost of the box, and the range each front has reached.
    const first = zero + aLo - bHi;
    const last = zero + aHi - bLo;
    let lowFirst = zero + aLo - bLo;
    let lowLast = lowFirst;
    let highFirst = zero + aHi - bHi;
    let highLast = highFirst;
    const isOdd = ((lowFirst - highFirst) & 1) !== 0; // as is the number of edits: the low front meets first
    low[lowFirst] = aLo;
    high[highFirst] = aHi;

    for (let steps = 0; ; ) {
      // One more edit from the low corner: on each diagonal the further of a step right and a step down.
      if (lowFirst > first) low[--lowFirst - 1] = -1;
      else lowFirst++;
      if (lowLast < last) low[++lowLast + 1] = -1;
      else lowLast--;
      for (let d = lowLast; d >= lowFirst; d -= 2) {
        const right = low[d - 1]! + 1;
        const down = low[d + 1]!;
        const start = Math.max(right, down);
        let x = start;
        for (let y = x - d + zero; x < aHi && y < bHi && a[x] === b[y]; y++) x++;
        low[d] = x;
        steps += x - start + 1;
        if (isOdd && d >= highFirst && d <= highLast && x >= high[d]!) {
          return { x, y: x - d + zero, kind: "exact" };
        }
      }

      // One more from the high corner, mirrored.
      if (highFirst > first) high[--highFirst - 1] = FAR;
      else highFirst++;
      if (highLast < last) high[++highLast + 1] = FAR;
      else highLast--;
      for (let d = highLast; d >= highFirst; d -= 2) {
        const left = high[d + 1]! - 1;
        const up = high[d - 1]!;
        const start = Math.min(left, up);
        let x = start;
        for (let y = x - d + zero; x > aLo && y > bLo && a[x - 1] === b[y - 1]; y--) x--;
        high[d] = x;
        steps += start - x + 1;
        if (!isOdd && d >= lowFirst && d <= lowLast && x <= low[d]!) {
          return { x, y: x - d + zero, kind: "exact" };
        }
      }

      if (steps >= limit) {
        const fromLow = furthest(low, lowFirst, lowLast, box, zero);
        const fromHigh = nearest(high, highFirst, highLast, box, zero);
        const isLowAhead = fromLow.x + fromLow.y - aLo - bLo >= aHi + bHi - fromHigh.x - fromHigh.y;
        return isLowAhead ? { ...fromLow, kind: "from-low" } : { ...fromHigh, kind: "from-high" };
      }
    }
  }
}

/** The point of the low front with the largest x + y. What overshoots the box is moved back diagonally. */
function furthest(low: Int32Array, first: number, last: number, box: Box, zero: number): Point {
  let best = { x: box.aLo, y: box.bLo };
  for (let d = last; d >= first; d -= 2) {
    const x = Math.min(low[d]!, box.aHi, box.bHi + d - zero);
    const y = x - d + zero;
    if (x + y > best.x + best.y) best = { x, y };
  }
  return best;
}

/** The point of the high front with the smallest x + y. */
function nearest(high: Int32Array, first: number, last: number, box: Box, zero: number): Point {
  let best = { x: box.aHi, y: box.bHi };
  for (let d = last; d >= first; d -= 2) {
    const x = Math.max(high[d]!, box.aLo, box.bLo + d - zero);
    const y = x - d + zero;
    if (x + y < best.x + best.y) best = { x, y };
  }
  return best;
}
