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
  /** The index in the fronts of the diagonal x - y = 0. */
  readonly #zero: number;
  readonly #low: Front;
  readonly #high: Front;

  constructor(a: Int32Array, b: Int32Array) {
    this.#a = a;
    this.#b = b;
    this.#zero = b.length + 1;
    const diagonals = a.length + b.length + 3; // from -b.length to a.length, and a neighbour on either side
    this.#low = { reached: new Int32Array(diagonals), first: 0, last: 0, steps: 0 };
    this.#high = { reached: new Int32Array(diagonals), first: 0, last: 0, steps: 0 };
  }

  /**
   * Where to cut a box. Neither side is empty, the first elements differ, and so do the last.
   * A step of `limit` is a diagonal visited or an equal pair passed.
   */
  split(box: Box, limit: number): Split {
    const { aLo, aHi, bLo, bHi } = box;
    const low = this.#low;
    const high = this.#high;
    const zero = this.#zero;
    begin(low, zero + aLo - bLo, aLo);
    begin(high, zero + aHi - bHi, aHi);
    const isOdd = ((low.first - high.first) & 1) !== 0; // as is the number of edits: the low front meets first
    for (;;) {
      let met = advanceLow(low, isOdd ? high : undefined, this.#a, this.#b, box, zero);
      if (met === NONE) met = advanceHigh(high, isOdd ? undefined : low, this.#a, this.#b, box, zero);
      if (met !== NONE) {
        const x = (isOdd ? low : high).reached[met]!;
        return { x, y: x - met + zero, kind: "exact" };
      }
      if (low.steps + high.steps >= limit) {
        const fromLow = furthest(low, box, zero);
        const fromHigh = nearest(high, box, zero);
        const isLowAhead = fromLow.x + fromLow.y - aLo - bLo >= aHi + bHi - fromHigh.x - fromHigh.y;
        return isLowAhead ? { ...fromLow, kind: "from-low" } : { ...fromHigh, kind: "from-high" };
      }
    }
  }
}

/** What is reached from a corner of a box. */
interface Front {
  /** The furthest x by diagonal. */
  readonly reached: Int32Array;
  /** The range of diagonals that it has reached. */
  first: number;
  last: number;
  steps: number;
}

/** No diagonal. */
const NONE = -1;

function begin(front: Front, diagonal: number, x: number): void {
  front.first = diagonal;
  front.last = diagonal;
  front.steps = 0;
  front.reached[diagonal] = x;
}

/**
 * One more edit from the low corner: on each diagonal the further of a step right and a step down. Gives the diagonal
 * where it meets the other front, if one is given. A function of its own, called often: V8 optimises it sooner.
 */
function advanceLow(
  front: Front,
  other: Front | undefined,
  a: Int32Array,
  b: Int32Array,
  { aLo, aHi, bLo, bHi }: Box,
  zero: number,
): number {
  const low = front.reached;
  let { first, last } = front;
  if (first > zero + aLo - bHi) low[--first - 1] = -1;
  else first++;
  if (last < zero + aHi - bLo) low[++last + 1] = -1;
  else last--;
  front.first = first;
  front.last = last;
  let steps = front.steps;
  for (let d = last; d >= first; d -= 2) {
    const start = Math.max(low[d - 1]! + 1, low[d + 1]!);
    let x = start;
    for (let y = x - d + zero; x < aHi && y < bHi && a[x] === b[y]; y++) x++;
    low[d] = x;
    steps += x - start + 1;
    if (other !== undefined && d >= other.first && d <= other.last && x >= other.reached[d]!) return d;
  }
  front.steps = steps;
  return NONE;
}

/** The same from the high corner, mirrored. */
function advanceHigh(
  front: Front,
  other: Front | undefined,
  a: Int32Array,
  b: Int32Array,
  { aLo, aHi, bLo, bHi }: Box,
  zero: number,
): number {
  const high = front.reached;
  let { first, last } = front;
  if (first > zero + aLo - bHi) high[--first - 1] = FAR;
  else first++;
  if (last < zero + aHi - bLo) high[++last + 1] = FAR;
  else last--;
  front.first = first;
  front.last = last;
  let steps = front.steps;
  for (let d = last; d >= first; d -= 2) {
    const start = Math.min(high[d + 1]! - 1, high[d - 1]!);
    let x = start;
    for (let y = x - d + zero; x > aLo && y > bLo && a[x - 1] === b[y - 1]; y--) x--;
    high[d] = x;
    steps += start - x + 1;
    if (other !== undefined && d >= other.first && d <= other.last && x <= other.reached[d]!) return d;
  }
  front.steps = steps;
  return NONE;
}

/** The point of the low front with the largest x + y. What overshoots the box is moved back diagonally. */
function furthest({ reached: low, first, last }: Front, box: Box, zero: number): Point {
  let best = { x: box.aLo, y: box.bLo };
  for (let d = last; d >= first; d -= 2) {
    const x = Math.min(low[d]!, box.aHi, box.bHi + d - zero);
    const y = x - d + zero;
    if (x + y > best.x + best.y) best = { x, y };
  }
  return best;
}

/** The point of the high front with the smallest x + y. */
function nearest({ reached: high, first, last }: Front, box: Box, zero: number): Point {
  let best = { x: box.aHi, y: box.bHi };
  for (let d = last; d >= first; d -= 2) {
    const x = Math.max(high[d]!, box.aLo, box.bLo + d - zero);
    const y = x - d + zero;
    if (x + y < best.x + best.y) best = { x, y };
  }
  return best;
}
