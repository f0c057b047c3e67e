import type { Value } from "../record/index.ts";
import { type ByColumn, byColumn } from "./stats-by-columns.ts";
import type { Group } from "./stats-gather.ts";
import { CountTable, MAX_VALUES } from "./stats-table.ts";

/** A field to count by: its path, and what its value is called in a row. */
export interface ByField {
  path: string;
  label: string;
}

/** Most different keys where a field is kept as text: lists, bytes, problems. */
const MAX_TEXT_VALUES = 100_000;

const BITS_PER_WORD = 32;

/** Counts by the values of any fields. Two records without a field are alike in it. */
export class ByCounter {
  readonly fields: readonly ByField[];
  readonly table: CountTable;
  readonly #columns: ByColumn[];
  /** Where the words of each column begin; before them stand the bits that tell which fields a record has. */
  readonly #starts: number[] = [];
  readonly #presenceWords: number;
  #words: Uint32Array[];
  #keys = new Uint32Array(0);
  #file = "";
  #drops = 0;

  constructor(fields: readonly ByField[], limit = MAX_VALUES) {
    this.fields = fields;
    this.#columns = fields.map(({ path }) => byColumn(path, () => this.#file));
    this.#presenceWords = Math.ceil(fields.length / BITS_PER_WORD);
    let words = this.#presenceWords;
    for (const column of this.#columns) {
      this.#starts.push(words);
      words += column.words;
    }
    const isText = this.#columns.some((column) => column.retain !== undefined);
    this.table = new CountTable(words, isText ? Math.min(limit, MAX_TEXT_VALUES) : limit);
    this.#words = Array.from({ length: words }, () => new Uint32Array(0));
  }

  begin(file: string): void {
    this.#file = file;
  }

  count(group: Group): void {
    this.#reserve(group.count);
    this.#gather(group);
    this.table.addKeys(this.#keys, group.count);
    if (this.table.drops !== this.#drops) this.#forget();
  }

  /** The values of a key, in the order of the fields; undefined where its records do not have one. */
  values(slot: number): (Value | undefined)[] {
    const { table } = this;
    return this.#columns.map((column, place) => {
      if (!this.#isPresent(slot, place)) return undefined;
      const start = this.#starts[place]!;
      return column.value(Array.from({ length: column.words }, (_, word) => table.word(slot, start + word)));
    });
  }

  /** The order of two keys: by the fields' numbers, a field that is not there last. */
  compare(one: number, other: number): number {
    const { table } = this;
    for (let place = 0; place < this.#columns.length; place++) {
      const there = Number(this.#isPresent(other, place)) - Number(this.#isPresent(one, place));
      if (there !== 0) return there;
      const start = this.#starts[place]!;
      for (let word = start + this.#columns[place]!.words - 1; word >= start; word--) {
        const difference = table.word(one, word) - table.word(other, word);
        if (difference !== 0) return difference;
      }
    }
    return 0;
  }

  #isPresent(slot: number, place: number): boolean {
    return ((this.table.word(slot, place >>> 5) >>> (place & 31)) & 1) === 1;
  }

  #reserve(records: number): void {
    if (this.#words[0]!.length >= records) return;
    this.#words = this.#words.map(() => new Uint32Array(records));
    this.#keys = new Uint32Array(records * this.#words.length);
  }

  #gather(group: Group): void {
    const words = this.#words;
    const { count } = group;
    for (const word of words) word.fill(0, 0, count);
    this.#columns.forEach((column, place) => {
      const start = this.#starts[place]!;
      column.gather(group, {
        words: words.slice(start, start + column.words),
        present: words[place >>> 5]!,
        bit: 1 << (place & 31),
      });
    });
    for (let word = 0; word < words.length; word++) {
      const from = words[word]!;
      for (let i = 0, to = word; i < count; i++, to += words.length) this.#keys[to] = from[i]!;
    }
  }

  /** Forgets the texts of keys that were dropped. */
  #forget(): void {
    this.#drops = this.table.drops;
    this.#columns.forEach((column, place) => {
      if (!column.retain) return;
      const kept = new Set<number>();
      this.table.forEach((slot) => {
        kept.add(this.table.word(slot, this.#starts[place]!));
      });
      column.retain(kept);
    });
  }
}
