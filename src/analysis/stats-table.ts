/** Most different values of a table. Below it every count is exact. */
export const MAX_VALUES = 1_000_000;

/** Words that the slots of a table take at most: 64 MiB. Tables of wide keys hold fewer values for it. */
const MAX_SLOT_WORDS = 1 << 24;

const FIRST_SLOTS = 1 << 8;

/** Keys of two words that are numbers below this are first counted in a plain array: it takes half the time. */
const SMALL_NUMBERS = 1 << 10;

/**
 * Counts how often each key occurs. A key is `keyWords` words of 32 bits; a slot of the open-addressing hash table
 * is the key and its count (two words, low first; a slot is empty where both are 0), so that a look-up touches one
 * line of the cache.
 *
 * Exact as long as there are at most `limit` different keys. Above it this is Lossy Counting (Manku and Motwani,
 * "Approximate Frequency Counts over Data Streams", VLDB 2002), pruned when the table is full: the rarer half is
 * dropped, what it had counted goes to `dropped`, and a key that comes in later may have been counted before, at
 * most `floor` times. So a count is never too high; it is too low by `missing(slot)` at most, which is 0 for
 * whatever was never dropped; and the counts and `dropped` add up to all that was added. After n additions
 * `floor` is at most 2n / limit: whatever occurs more often is in the table.
 */
export class CountTable {
  readonly keyWords: number;
  readonly limit: number;
  /** Keys in the table. */
  size = 0;
  /** Additions that belong to no key in the table any more, and how often keys were dropped. */
  dropped = 0;
  drops = 0;
  /** Most that a key which is not in the table was ever counted. */
  floor = 0;
  readonly #stride: number;
  /** Random, so that no capture can be made whose keys all meet in one slot. */
  readonly #seed = (Math.random() * 0x1_0000_0000) | 0;
  #slots: Uint32Array;
  #mask = FIRST_SLOTS - 1;
  /** By slot: most additions that are missing in its count. Made when keys are first dropped. */
  #missing: Uint32Array | undefined;
  /** Counts of small numbers that are not in the table yet. */
  readonly #small = new Float64Array(SMALL_NUMBERS);

  constructor(keyWords: number, limit = MAX_VALUES) {
    this.keyWords = keyWords;
    this.#stride = keyWords + 2;
    const mostSlots = 2 ** Math.floor(Math.log2(MAX_SLOT_WORDS / this.#stride));
    this.limit = Math.min(limit, mostSlots / 2 - 1);
    this.#slots = new Uint32Array(FIRST_SLOTS * this.#stride);
  }

  /**
   * Adds 1 to the first `count` keys of two words in `low` and `high`. What was added may be missing in the table
   * until `settle` is called.
   */
  addPairs(low: Uint32Array, high: Uint32Array, count: number): void {
    for (let done = 0; done < count; ) {
      // Room for as many keys as the table takes before it has to grow or to drop some.
      done = this.#addPairs(low, high, done, Math.min(count, done + this.#room()));
    }
  }

  /** Written out and without a call in it, because it runs several times a record. */
  #addPairs(low: Uint32Array, high: Uint32Array, from: number, to: number): number {
    const slots = this.#slots;
    const mask = this.#mask;
    const seed = this.#seed;
    const small = this.#small;
    for (let at = from; at < to; at++) {
      const first = low[at]!;
      const second = high[at]!;
      if (second === 0 && first < SMALL_NUMBERS) {
        small[first] = small[first]! + 1;
        continue;
      }
      let hash = Math.imul(first ^ seed, 0x9e3779b1);
      hash = Math.imul(hash ^ (hash >>> 15) ^ second, 0x85ebca77);
      hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae3d);
      for (let slot = (hash ^ (hash >>> 16)) & mask; ; slot = (slot + 1) & mask) {
        const place = slot << 2;
        if ((slots[place + 2]! | slots[place + 3]!) === 0) {
          slots[place] = first;
          slots[place + 1] = second;
          slots[place + 2] = 1;
          this.#entered(slot);
          break;
        }
        if (slots[place] === first && slots[place + 1] === second) {
          const count = (slots[place + 2]! + 1) >>> 0;
          slots[place + 2] = count;
          if (count === 0) slots[place + 3] = slots[place + 3]! + 1;
          break;
        }
      }
    }
    return to;
  }

  /** Puts everything that was added into the table; for the end, when no more is added. */
  settle(): void {
    const key = new Uint32Array(2);
    this.#small.forEach((count, number) => {
      if (count === 0) return;
      key[0] = number;
      const slot = this.add(key, 0, count);
      // All of it was counted apart, where nothing is dropped.
      if (this.#missing) this.#missing[slot] = 0;
      this.#small[number] = 0;
    });
  }

  /** Adds 1 to each of `count` keys that stand one after another in `keys`. */
  addKeys(keys: Uint32Array, count: number): void {
    for (let at = 0; at < count; at++) this.add(keys, at * this.keyWords, 1);
  }

  /** Adds `count` to the key that begins at `keys[from]`; returns its slot, which holds until more is added. */
  add(keys: Uint32Array, from: number, count: number): number {
    this.#room();
    const slots = this.#slots;
    const slot = this.#find(keys, from);
    const place = slot * this.#stride;
    const end = place + this.keyWords;
    if ((slots[end]! | slots[end + 1]!) === 0) {
      for (let word = 0; word < this.keyWords; word++) slots[place + word] = keys[from + word]!;
      this.#entered(slot);
    }
    this.#setCount(end, this.#countAt(end) + count);
    return slot;
  }

  /** Calls back for every key in the table, in no particular order. */
  forEach(take: (slot: number) => void): void {
    for (let slot = 0; slot <= this.#mask; slot++) if (this.count(slot) > 0) take(slot);
  }

  /** How often the key in a slot was counted; 0 where the slot is empty. */
  count(slot: number): number {
    return this.#countAt(slot * this.#stride + this.keyWords);
  }

  /** How many more times it may have occurred. */
  missing(slot: number): number {
    return this.#missing?.[slot] ?? 0;
  }

  /** A word of the key in a slot. */
  word(slot: number, word: number): number {
    return this.#slots[slot * this.#stride + word]!;
  }

  #countAt(place: number): number {
    return this.#slots[place]! + this.#slots[place + 1]! * 0x1_0000_0000;
  }

  #setCount(place: number, count: number): void {
    this.#slots[place] = count;
    this.#slots[place + 1] = count / 0x1_0000_0000;
  }

  #entered(slot: number): void {
    this.size++;
    if (this.#missing) this.#missing[slot] = this.floor;
  }

  /** The slot of a key, or the empty one where it belongs. */
  #find(keys: Uint32Array, from: number): number {
    const slots = this.#slots;
    const { keyWords } = this;
    for (let slot = this.#hash(keys, from) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const place = slot * this.#stride;
      if ((slots[place + keyWords]! | slots[place + keyWords + 1]!) === 0) return slot;
      let word = 0;
      while (word < keyWords && slots[place + word] === keys[from + word]) word++;
      if (word === keyWords) return slot;
    }
  }

  /** The same as in `#addPairs` for two words: multiplications and shifts as in xxHash (Yann Collet, BSD). */
  #hash(keys: Uint32Array, from: number): number {
    let hash = Math.imul(keys[from]! ^ this.#seed, 0x9e3779b1);
    for (let word = 1; word < this.keyWords; word++)
      hash = Math.imul(hash ^ (hash >>> 15) ^ keys[from + word]!, 0x85ebca77);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae3d);
    return hash ^ (hash >>> 16);
  }

  /** How many keys more the table takes; makes room where it takes none. */
  #room(): number {
    if (this.size > this.limit) this.#prune();
    else if (this.size >= (this.#mask + 1) / 2) this.#rebuild((this.#mask + 1) * 2, 0);
    // One more than the limit: only then are there too many.
    return Math.min(this.limit + 1, (this.#mask + 1) / 2) - this.size;
  }

  /** Drops the keys that can have occurred least: half of them, and all that are equal to those. */
  #prune(): void {
    const highest = new Float64Array(this.size);
    let next = 0;
    this.forEach((slot) => {
      highest[next++] = this.count(slot) + this.missing(slot);
    });
    highest.sort();
    // Keys that were settled late can have occurred less than those that were dropped before.
    this.floor = Math.max(this.floor, highest[(this.size - 1) >> 1]!);
    this.drops++;
    this.#rebuild(this.#mask + 1, this.floor);
  }

  /** Puts the keys that can have occurred more than `least` times into `slotCount` slots, and drops the others. */
  #rebuild(slotCount: number, least: number): void {
    const stride = this.#stride;
    const kept = this.#takeOut(least);
    if (slotCount === this.#mask + 1) this.#slots.fill(0);
    else this.#slots = new Uint32Array(slotCount * stride);
    this.#mask = slotCount - 1;
    if (this.drops > 0) this.#missing = new Uint32Array(slotCount);
    for (let key = 0; key < this.size; key++) {
      const free = this.#find(kept.slots, key * stride);
      for (let word = 0; word < stride; word++)
        this.#slots[free * stride + word] = kept.slots[key * stride + word]!;
      if (this.#missing) this.#missing[free] = kept.missing[key]!;
    }
  }

  /** Copies of the slots whose keys can have occurred more than `least` times; `size` becomes their number. */
  #takeOut(least: number): { slots: Uint32Array; missing: Uint32Array } {
    const stride = this.#stride;
    let staying = 0;
    this.forEach((slot) => {
      if (this.count(slot) + this.missing(slot) > least) staying++;
    });
    const kept = { slots: new Uint32Array(staying * stride), missing: new Uint32Array(staying) };
    this.size = 0;
    this.forEach((slot) => {
      if (this.count(slot) + this.missing(slot) <= least) {
        this.dropped += this.count(slot);
        return;
      }
      for (let word = 0; word < stride; word++)
        kept.slots[this.size * stride + word] = this.#slots[slot * stride + word]!;
      kept.missing[this.size++] = this.missing(slot);
    });
    return kept;
  }
}
