/**
 * Finds the distinct values of a column, in the order in which they come, and each value's place among them. Values have
 * two halves of 32 bits.
 */
export class Dictionary {
  /** The distinct values, lower half first, and how many there are. */
  readonly values: Uint32Array = new Uint32Array(MOST_VALUES * 2);
  count = 0;
  readonly #slots = new Int32Array(SLOTS);

  /**
   * Sets `indexes` for the first `count` values, which take `stride` words each (1 or 2). False where there are more than
   * `most` distinct values, or more than fit: then a dictionary is no gain.
   */
  find(values: Uint32Array, stride: number, count: number, most: number, indexes: Int32Array): boolean {
    const slots = this.#slots;
    const known = this.values;
    const limit = Math.min(most, MOST_VALUES);
    slots.fill(0);
    let found = 0;
    for (let place = 0; place < count; place++) {
      const low = values[place * stride]!;
      const high = stride === 2 ? values[place * 2 + 1]! : 0;
      let slot = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1) >>> HASH_SHIFT;
      let index = slots[slot]!;
      while (index !== 0 && (known[index * 2 - 2] !== low || known[index * 2 - 1] !== high)) {
        slot = (slot + 1) & (SLOTS - 1);
        index = slots[slot]!;
      }
      if (index === 0) {
        if (found === limit) return false;
        known[found * 2] = low;
        known[found * 2 + 1] = high;
        found++;
        index = found;
        slots[slot] = index;
      }
      indexes[place] = index - 1;
    }
    this.count = found;
    return true;
  }
}

/** Distinct values at most: indexes of 14 bits; and slots, twice as many, so that few values meet. */
const MOST_VALUES = 1 << 14;
const SLOTS = 1 << 15;
const HASH_SHIFT = 32 - 15;
