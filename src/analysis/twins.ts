import type { Batch } from "../record/index.ts";
import type { Capture } from "./capture.ts";
import type { KeyReader } from "./keys.ts";
import { signedWords } from "./words.ts";

/** Messages of a VP that are looked through for a twin when the expected one is none. */
const NEAR = 32;
/** The same, once in a row of that many without twin: more was left out. */
const FAR = 4096;
/** Messages of a VP in a row without twin after which none is looked for. */
const HOPELESS = 2048;

/**
 * Loads a capture beside one that is like it: a message that is the same, byte by byte, as the one that its VP should
 * have next is a twin, and needs no memory, no key and no comparison of its own. This decides nothing: twins are
 * aligned like all others. Where the captures are unlike it gives up early.
 */
export class TwinFinder {
  readonly #a: Capture;
  readonly #keysA: Int32Array;
  /** By position in A: the next message of that VP; and by VP: the one that is expected; -1: none. */
  readonly #next: Int32Array;
  readonly #expected: number[] = [];
  /** By VP: messages in a row that were not expected. */
  readonly #misses: number[] = [];

  constructor(a: Capture, keysA: Int32Array, vpsA: Int32Array) {
    this.#a = a;
    this.#keysA = keysA;
    const next = new Int32Array(a.count);
    const expected = this.#expected;
    for (let position = a.count - 1; position >= 0; position--) {
      const vp = vpsA[position]!;
      next[position] = expected[vp] ?? -1;
      expected[vp] = position;
    }
    this.#next = next;
  }

  /** Keeps the picked records of a batch in B, and sets their keys; `vps` are the numbers of their VPs. */
  load(batch: Batch, b: Capture, vps: Int32Array, keys: Int32Array, reader: KeyReader): void {
    const { picked, pickedCount } = batch;
    const words = signedWords(batch);
    for (let each = 0; each < pickedCount; each++) {
      const record = picked[each]!;
      const position = b.count;
      const vp = vps[position]!;
      const expected = this.#expected[vp] ?? -1;
      if (expected >= 0 && this.#a.isSame(expected, batch, record, words)) {
        b.share(batch, record, this.#a.places[expected]!);
        keys[position] = this.#keysA[expected]!;
        this.#expected[vp] = this.#next[expected]!;
        continue;
      }
      b.keep(batch, record, words);
      reader.read(b, position, keys);
      if (expected >= 0)
        this.#expected[vp] = this.#resume(vp, expected, keys[position]!, batch, record, words);
    }
  }

  /** What the VP should have after a message that was not the expected one. */
  #resume(
    vp: number,
    expected: number,
    key: number,
    batch: Batch,
    record: number,
    words: Int32Array,
  ): number {
    // The same event, changed.
    if (this.#keysA[expected] === key) return this.#next[expected]!;
    const misses = (this.#misses[vp] ?? 0) + 1;
    this.#misses[vp] = misses;
    if (misses > HOPELESS) return -1;
    const reach = misses % NEAR === 0 ? FAR : NEAR;
    let position = this.#next[expected]!;
    for (let step = 0; step < reach && position >= 0; step++) {
      if (this.#keysA[position] === key && this.#a.isSame(position, batch, record, words)) {
        this.#misses[vp] = 0;
        return this.#next[position]!;
      }
      position = this.#next[position]!;
    }
    return expected;
  }
}
