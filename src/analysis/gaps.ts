/**
 * Settles gaps: where one of several alike messages in a row is missing, any of them could be. The alignment takes
 * some; here the gap moves along the row, as in git's "slider" heuristics, to where the fewest messages are changed.
 */

/** An alignment of a group: pairs of indices, rising in both, and 1 for each pair of which a field differs. */
export interface Pairing {
  readonly pairsA: Int32Array;
  readonly pairsB: Int32Array;
  readonly verdicts: Uint8Array;
}

/** Key ids of a group's messages. */
interface GroupKeys {
  readonly a: Int32Array;
  readonly b: Int32Array;
}

/** What moving a gap gains: over how many pairs (backwards: negative), and how many more are equal then. */
interface Move {
  readonly by: number;
  readonly gain: number;
}

const STAY: Move = { by: 0, gain: 0 };

/** Moves each gap in which only one side has messages; `differs` compares two messages by their indices. */
export function settleGaps(
  pairing: Pairing,
  keys: GroupKeys,
  differs: (a: number, b: number) => boolean,
): void {
  const { pairsA, pairsB } = pairing;
  for (let pair = nextGap(pairing, 0); pair <= pairsA.length; pair = nextGap(pairing, pair + 1)) {
    const gapA = gapBefore(pairsA, pair, keys.a.length);
    const gapB = gapBefore(pairsB, pair, keys.b.length);
    if ((gapA === 0) === (gapB === 0)) continue;
    const gap = new Gap(pairing, keys, pair, gapA, gapB, differs);
    const [down, up] = [gap.best(1), gap.best(-1)];
    const isUp = up.gain > down.gain || (up.gain === down.gain && -up.by < down.by);
    gap.move(isUp ? up : down);
  }
}

/** The first pair from `from` on that does not follow the one before on both sides; else their number, or `from`. */
function nextGap({ pairsA, pairsB }: Pairing, from: number): number {
  for (let pair = from; pair < pairsA.length; pair++) {
    const isNextA = pairsA[pair] === (pair > 0 ? pairsA[pair - 1]! + 1 : 0);
    const isNextB = pairsB[pair] === (pair > 0 ? pairsB[pair - 1]! + 1 : 0);
    if (!isNextA || !isNextB) return pair;
  }
  return Math.max(from, pairsA.length);
}

function gapBefore(pairs: Int32Array, pair: number, length: number): number {
  return (pair < pairs.length ? pairs[pair]! : length) - (pair > 0 ? pairs[pair - 1]! : -1) - 1;
}

class Gap {
  readonly #pairing: Pairing;
  /** Keys of the side that has messages in the gap, the pairs of that side, and how many it has there. */
  readonly #keys: Int32Array;
  readonly #pairs: Int32Array;
  readonly #size: number;
  readonly #inA: boolean;
  /** The pair after the gap. */
  readonly #pair: number;
  readonly #differs: (a: number, b: number) => boolean;

  constructor(
    pairing: Pairing,
    keys: GroupKeys,
    pair: number,
    gapA: number,
    gapB: number,
    differs: (a: number, b: number) => boolean,
  ) {
    this.#pairing = pairing;
    this.#inA = gapA > 0;
    this.#keys = this.#inA ? keys.a : keys.b;
    this.#pairs = this.#inA ? pairing.pairsA : pairing.pairsB;
    this.#size = gapA + gapB;
    this.#pair = pair;
    this.#differs = differs;
  }

  /** The best move in a direction. */
  best(direction: 1 | -1): Move {
    const reach = this.#reach(direction);
    let best = STAY;
    let gain = 0;
    for (let step = 0; step < reach; step++) {
      const pair = this.#pairAt(step, direction);
      gain += this.#pairing.verdicts[pair]! - this.#verdictIfMoved(pair, direction);
      if (gain > best.gain) best = { by: direction * (step + 1), gain };
    }
    return best;
  }

  /** Moves the gap: the pairs that it passes take the next message on its other side. */
  move({ by }: Move): void {
    const direction = by < 0 ? -1 : 1;
    for (let step = 0; step < Math.abs(by); step++) {
      const pair = this.#pairAt(step, direction);
      this.#pairing.verdicts[pair] = this.#verdictIfMoved(pair, direction);
      this.#pairs[pair]! -= direction * this.#size;
    }
  }

  #pairAt(step: number, direction: 1 | -1): number {
    return direction > 0 ? this.#pair + step : this.#pair - 1 - step;
  }

  #verdictIfMoved(pair: number, direction: 1 | -1): number {
    const { pairsA, pairsB } = this.#pairing;
    const shift = direction * this.#size;
    const a = pairsA[pair]! - (this.#inA ? shift : 0);
    const b = pairsB[pair]! - (this.#inA ? 0 : shift);
    return this.#differs(a, b) ? 1 : 0;
  }

  /** How many pairs it can pass: alike messages without another gap; none where none of them is changed. */
  #reach(direction: 1 | -1): number {
    const { pairsA, pairsB, verdicts } = this.#pairing;
    let changed = 0;
    let step = 0;
    for (; ; step++) {
      const pair = this.#pairAt(step, direction);
      if (pair < 0 || pair >= pairsA.length) break;
      const before = this.#pairAt(step - 1, direction);
      if (
        step > 0 &&
        (pairsA[pair]! - pairsA[before]! !== direction || pairsB[pair]! - pairsB[before]! !== direction)
      )
        break;
      const index = this.#pairs[pair]!;
      if (this.#keys[index] !== this.#keys[index - direction * this.#size]) break;
      changed += verdicts[pair]!;
    }
    return changed > 0 ? step : 0;
  }
}
