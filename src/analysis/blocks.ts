/** Words of a block: 4 MiB. A place is the number of a block, then that of a word in there. */
const BLOCK_SHIFT = 20;
const BLOCK_WORDS = 1 << BLOCK_SHIFT;
const BLOCK_MASK = BLOCK_WORDS - 1;

/** The block of a place, and the word in it. */
export function blockOf(place: number): number {
  return place >>> BLOCK_SHIFT;
}

export function wordOf(place: number): number {
  return place & BLOCK_MASK;
}

/**
 * Memory for the words of records, one after another, in blocks of 4 MiB: it grows without being copied. Words are
 * signed: those are small integers to V8, even before it optimises a loop.
 */
export class Blocks {
  readonly list: Int32Array[] = [];
  /** The last block, the place where it begins, and its words that are taken. */
  last: Int32Array = new Int32Array(0);
  start = 0;
  used = BLOCK_WORDS;

  /** Makes room in one block for as many words, at most those of a block. */
  reserve(words: number): void {
    if (this.used + words <= BLOCK_WORDS) return;
    this.start = this.list.length << BLOCK_SHIFT;
    this.last = new Int32Array(BLOCK_WORDS);
    this.list.push(this.last);
    this.used = 0;
  }

  /** Keeps words, for which there is room; gives their place. */
  keep(words: Int32Array, from: number, size: number): number {
    const { last, used } = this;
    for (let word = 0; word < size; word++) last[used + word] = words[from + word]!;
    this.used = used + size;
    return this.start | used;
  }

  /** Whether the words at a place are these. */
  has(place: number, words: Int32Array, from: number, size: number): boolean {
    const block = this.list[blockOf(place)]!;
    const first = wordOf(place);
    let word = 0;
    while (word < size && block[first + word] === words[from + word]) word++;
    return word === size;
  }
}
