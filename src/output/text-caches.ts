/**
 * Caches of texts by the words that tell them, all of one size: hash tables with open addressing. The interpreter
 * looks them up itself, in `entries`; here is what happens when a text is missed.
 *
 * A cache is cleared when half full. To let a new text replace the one in its slot would take less room, but two
 * texts that are needed in turn would evict each other for ever: for steady parts that cost more than they save.
 */
export class TextCaches {
  entries = new Int32Array(0);
  /** How often each cache was asked since it was cleared; below 0: it rests. */
  uses = new Float64Array(0);
  readonly #slots: number;
  readonly #entryLength: number;
  readonly #taken: number[] = [];

  constructor(slots: number, entryLength: number) {
    this.#slots = slots;
    this.#entryLength = entryLength;
  }

  get count(): number {
    return this.#taken.length;
  }

  /** Adds a cache; returns its number. */
  add(): number {
    const cache = this.#taken.push(0) - 1;
    const room = this.uses.length;
    if (cache >= room) this.#grow(Math.max(32, 2 * room));
    return cache;
  }

  /** Counts a text that is about to be put in. Clears the cache and returns true where it was half full. */
  makeRoom(cache: number): boolean {
    const taken = (this.#taken[cache] as number) + 1;
    const full = taken > this.#slots / 2;
    this.#taken[cache] = full ? 1 : taken;
    const length = this.#slots * this.#entryLength;
    if (full) this.entries.fill(0, cache * length, (cache + 1) * length);
    return full;
  }

  /** Clears all. */
  forget(): void {
    this.entries.fill(0);
    this.#taken.fill(0);
  }

  #grow(caches: number): void {
    this.entries = grown(this.entries, caches * this.#slots * this.#entryLength);
    const uses = new Float64Array(caches);
    uses.set(this.uses);
    this.uses = uses;
  }
}

/** A copy with room for `length` values, the new ones 0. */
export function grown(values: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(values);
  return larger;
}
