import { grown } from "./grown.ts";

/** Gives equal sequences of words equal dense ids, from 0 in the order in which they are met. */
export class Interner {
  /** Ids given so far. */
  count = 0;
  /** The words of all sequences, one after another; where each begins, and after the last of them where it ends. */
  #pool = new Int32Array(1 << 12);
  #starts = new Int32Array(1 << 10);
  #hashes = new Int32Array(1 << 10);
  /** Open addressing: an id and one, or 0; at most half full. */
  #slots = new Int32Array(1 << 11);

  /** The id of the first `length` words of `key`. */
  intern(key: Int32Array, length: number): number {
    const hash = hashOf(key, length);
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const id = this.#slots[slot]! - 1;
      if (id < 0) return this.#add(key, length, hash, slot);
      if (this.#hashes[id] === hash && this.#has(id, key, length)) return id;
    }
  }

  /** The id of a sequence, or -1 where it was never interned. */
  find(key: Int32Array, length: number): number {
    const hash = hashOf(key, length);
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const id = this.#slots[slot]! - 1;
      if (id < 0 || (this.#hashes[id] === hash && this.#has(id, key, length))) return id;
    }
  }

  /** Words of a sequence. */
  words(id: number): Int32Array {
    return this.#pool.subarray(this.#starts[id], this.#starts[id + 1]);
  }

  #has(id: number, key: Int32Array, length: number): boolean {
    const start = this.#starts[id]!;
    if (this.#starts[id + 1]! - start !== length) return false;
    const pool = this.#pool;
    for (let word = 0; word < length; word++) if (pool[start + word] !== key[word]) return false;
    return true;
  }

  #add(key: Int32Array, length: number, hash: number, slot: number): number {
    const id = this.count++;
    const start = this.#starts[id]!;
    if (start + length > this.#pool.length) this.#pool = grown(this.#pool, start + length);
    if (id + 2 > this.#starts.length) {
      this.#starts = grown(this.#starts, id + 2);
      this.#hashes = grown(this.#hashes, id + 2);
    }
    for (let word = 0; word < length; word++) this.#pool[start + word] = key[word]!;
    this.#starts[id + 1] = start + length;
    this.#hashes[id] = hash;
    this.#slots[slot] = id + 1;
    if (2 * this.count > this.#slots.length) this.#rehash();
    return id;
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let id = 0; id < this.count; id++) {
      let slot = this.#hashes[id]! & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = id + 1;
    }
    this.#slots = slots;
  }
}

/** MurmurHash3 of 32-bit words (Austin Appleby, public domain). */
function hashOf(key: Int32Array, length: number): number {
  let hash = length;
  for (let word = 0; word < length; word++) {
    let mixed = Math.imul(key[word]!, 0xcc9e2d51);
    mixed = Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
    hash ^= mixed;
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
