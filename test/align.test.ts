import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Alignment, align } from "../src/analysis/align.ts";

const SEED = 19861101; // Myers' paper
const LARGE = 200_000;

const ids = (most: number, maxLength: number) =>
  fc.array(fc.nat(most - 1), { maxLength }).map((values) => Int32Array.from(values));

/** Two sequences over an alphabet of 1 to 30 ids: long runs of pairs for Myers, few for the chain. */
const twoSequences = fc
  .integer({ min: 1, max: 30 })
  .chain((alphabet) => fc.tuple(ids(alphabet, 60), ids(alphabet, 60)));

describe("small sequences, against dynamic programming", () => {
  test("the alignment is valid and as long as the longest common subsequence", () => {
    check(twoSequences, ([a, b]) => {
      const alignment = align(a, b);
      expectValid(alignment, a, b);
      expect(alignment.minimal).toBe(true);
      expect(alignment.pairsA.length).toBe(lcsLength(a, b));
    });
  });

  test("with any budget it is valid, and longest where it says so", () => {
    check(fc.tuple(twoSequences, fc.nat(400)), ([[a, b], budget]) => {
      const alignment = align(a, b, { budget });
      expectValid(alignment, a, b);
      if (alignment.minimal) expect(alignment.pairsA.length).toBe(lcsLength(a, b));
    });
  });

  test("swapping the sides transposes it, with any budget", () => {
    check(fc.tuple(twoSequences, fc.nat(400)), ([[a, b], budget]) => {
      const { pairsA, pairsB, minimal } = align(a, b, { budget });
      expect(align(b, a, { budget })).toEqual({ pairsA: pairsB, pairsB: pairsA, minimal });
    });
  });

  test("a sequence aligns with itself, whole", () => {
    check(ids(5, 60), (a) => {
      const all = Int32Array.from(a.keys());
      expect(align(a, a.slice())).toEqual({ pairsA: all, pairsB: all, minimal: true });
    });
  });

  test("the arguments are left as they were", () => {
    check(twoSequences, ([a, b]) => {
      const [copyA, copyB] = [a.slice(), b.slice()];
      align(a, b, { budget: 10 });
      expect([a, b]).toEqual([copyA, copyB]);
    });
  });
});

describe("known edits", () => {
  /** For each element: 0 kept, 1 deleted, 2 an insertion before it, 3 changed (deleted and inserted). */
  const script = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 300 });

  test("of a sequence of unique ids are recovered exactly", () => {
    check(script, (edits) => {
      const a: number[] = [];
      const b: number[] = [];
      const kept: [number, number][] = [];
      edits.forEach((edit, i) => {
        if (edit >= 2) b.push(1000 + i);
        if (edit === 0 || edit === 2) kept.push([a.length, b.push(i) - 1]);
        a.push(i);
      });
      const alignment = align(Int32Array.from(a), Int32Array.from(b));
      expect(pairsOf(alignment)).toEqual(kept);
      expect(alignment.minimal).toBe(true);
    });
  });

  // Beyond the budget: how many pairs are found is a matter of quality, so only a bound is held.
  const random = generator(1);
  const disturbed = (a: Int32Array, below: number) => a.map((id) => (random(5) === 0 ? random(below) : id));

  test("two events moved far do not anchor the rest, however rare", () => {
    const a = sequence(4000, () => random(4));
    const b = disturbed(a, 4);
    a.set([4, 5], 0);
    b.set([4, 5], b.length - 2);
    expectFound(a, b, 3000);
  });

  test("rare ids lead to the part in common when all around it differs", () => {
    const foreign = (length: number) => sequence(length, () => random(50));
    const common = sequence(10_000, (i) => (i % 10 < 2 ? 50 + i : random(50)));
    const a = Int32Array.of(...foreign(20_000), ...common);
    const b = Int32Array.of(...disturbed(common, 50), ...foreign(20_000));
    expectFound(a, b, 8000);
  });

  test("rare ids do not lead astray where they are scattered among loops", () => {
    const a: number[] = [];
    while (a.length < 100_000) {
      // The fourth power makes few ids common and many rare, as in a trace.
      const id = Math.floor(2000 * (random(1e6) / 1e6) ** 4);
      const [period, turns] = random(100) === 0 ? [1 + random(6), 50 + random(500)] : [1, 1];
      for (let i = 0; i < period * turns; i++) a.push(id + (i % period));
    }
    const b = a.flatMap((id) =>
      random(5) === 0 ? [[], [random(2000)], [random(2000), id]][random(3)]! : [id],
    );
    expectFound(Int32Array.from(a), Int32Array.from(b), 84_000);
  });

  function expectFound(a: Int32Array, b: Int32Array, least: number): void {
    const alignment = align(a, b, { budget: 1000 });
    expectValid(alignment, a, b);
    expect(alignment.minimal).toBe(false);
    expect(alignment.pairsA.length).toBeGreaterThan(least);
  }
});

describe("empty and disjoint", () => {
  const none = new Int32Array(0);
  const some = Int32Array.of(3, 1, 2);

  test.each([
    ["nothing with nothing", none, none],
    ["nothing with something", none, some],
    ["something with nothing", some, none],
    ["no id in common", some, Int32Array.of(0, 0, 4, 5)],
  ])("%s", (_, a, b) => {
    expect(align(a, b)).toEqual({ pairsA: none, pairsB: none, minimal: true });
  });
});

describe("large sequences that are hard to align", () => {
  const random = generator(3);
  const ascending = sequence(LARGE, (i) => i);
  const five = sequence(LARGE, () => random(5));
  const hundred = sequence(LARGE, () => random(100));

  test.each([
    ["no id in common", ascending, ascending.map((id) => id + LARGE)],
    ["a permutation", ascending, shuffled(ascending, random)],
    ["unique ids reversed", ascending, ascending.toReversed()],
    ["five ids at random", five, sequence(LARGE, () => random(5))],
    ["five ids reversed", five, five.toReversed()],
    ["a hundred ids at random", hundred, sequence(LARGE, () => random(100))],
    ["thousands of ids at random", sequence(LARGE, () => random(5000)), sequence(LARGE, () => random(5000))],
    ["runs and alternation", ascending.map((i) => (i < LARGE / 2 ? 0 : 1)), ascending.map((i) => i & 1)],
    ["loops of other periods", ascending.map((i) => i % 7), ascending.map((i) => i % 11)],
    ["the halves swapped", hundred, sequence(LARGE, (i) => hundred[(i + LARGE / 2) % LARGE]!)],
  ])("%s", (_, a, b) => {
    expectValid(align(a, b), a, b);
  });

  test("unique ids reversed: any one pair is the most", () => {
    const { pairsA, minimal } = align(ascending, ascending.toReversed());
    expect([pairsA.length, minimal]).toEqual([1, true]);
  });

  test("a hundredth edited is still minimal", () => {
    const edited = five.map((id) => (random(100) === 0 ? random(5) : id));
    const same = five.filter((id, i) => id === edited[i]).length;
    const alignment = align(five, edited);
    expectValid(alignment, five, edited);
    expect(alignment.minimal).toBe(true);
    expect(alignment.pairsA.length).toBeGreaterThanOrEqual(same);
  });
});

function check<T>(arbitrary: fc.Arbitrary<T>, holds: (value: T) => void): void {
  fc.assert(fc.property(arbitrary, holds), { seed: SEED, numRuns: 1000 });
}

/** Pairs are of equal ids, inside both sequences, and strictly increasing. */
function expectValid({ pairsA, pairsB }: Alignment, a: Int32Array, b: Int32Array): void {
  expect(pairsA.length).toBe(pairsB.length);
  const wrong = pairsA.findIndex((i, k) => {
    const j = pairsB[k]!;
    const isIncreasing = i > (pairsA[k - 1] ?? -1) && j > (pairsB[k - 1] ?? -1);
    return !isIncreasing || i >= a.length || j >= b.length || a[i] !== b[j];
  });
  expect(wrong, "index of the first wrong pair").toBe(-1);
}

function pairsOf({ pairsA, pairsB }: Alignment): [number, number][] {
  return Array.from(pairsA, (i, k) => [i, pairsB[k]!]);
}

/** The textbook table, one row at a time: quadratic. */
function lcsLength(a: Int32Array, b: Int32Array): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const id of a) {
    const next = [0];
    b.forEach((other, j) => {
      next.push(id === other ? row[j]! + 1 : Math.max(row[j + 1]!, next[j]!));
    });
    row = next;
  }
  return row[b.length]!;
}

function sequence(length: number, idAt: (index: number) => number): Int32Array {
  return Int32Array.from({ length }, (_, i) => idAt(i));
}

/** Fisher and Yates. */
function shuffled(values: Int32Array, random: (below: number) => number): Int32Array {
  const result = values.slice();
  for (let i = result.length - 1; i > 0; i--) {
    const j = random(i + 1);
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}

/** Mulberry32: whole numbers below a bound, the same in every run. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
