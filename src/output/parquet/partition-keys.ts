import type { Field } from "../../layout/index.ts";
import type { Batch, Shape, Shapes } from "../../record/index.ts";
import { type Place, placeOf } from "../compile.ts";
import { plainOfBits } from "../plain-value.ts";
import { wholeText } from "./gather.ts";

/** What Hive, and all that read its folders, call the partition of the records without a value. */
const NO_VALUE = "__HIVE_DEFAULT_PARTITION__";

/** Tells partitions by the values of some fields, each of at most 32 bits. Partitions are numbered as they come. */
export class PartitionKeys {
  /** Folder of each partition, in the form `vpIndex=2/messageType=HvMessageTypeX64Halt`. */
  readonly folders: string[] = [];
  readonly #shapes: Shapes;
  readonly #by: readonly string[];
  /** For each field, what its values are for the records of a shape. */
  readonly #values: (Values | undefined)[][];
  readonly #texts: string[][];
  readonly #numbers: Map<string, number>[];
  /** Number of the partition by the numbers of its values. */
  readonly #byValues = new Map<string, number>();
  /** The numbers of the record before: most follow one of the same partition. */
  readonly #last: number[];
  #lastPartition = -1;

  constructor(shapes: Shapes, by: readonly string[]) {
    this.#shapes = shapes;
    this.#by = by;
    this.#values = by.map(() => []);
    this.#texts = by.map(() => []);
    this.#numbers = by.map(() => new Map());
    this.#last = by.map(() => -1);
  }

  /** Number of the partition of a record. */
  of(batch: Batch, record: number): number {
    let same = this.#lastPartition >= 0;
    for (let level = 0; level < this.#by.length; level++) {
      const value = this.#valueOf(level, batch, record);
      if (value === this.#last[level]) continue;
      this.#last[level] = value;
      same = false;
    }
    if (!same) this.#lastPartition = this.#find();
    return this.#lastPartition;
  }

  #valueOf(level: number, batch: Batch, record: number): number {
    const shape = batch.shapes[record]!;
    const values = this.#values[level] as (Values | undefined)[];
    values[shape] ??= this.#makeValues(level, this.#shapes.list[shape] as Shape);
    const { fixed, place, field, byRaw } = values[shape];
    if (place === undefined || field === undefined) return fixed;
    const raw = ((batch.words[record * 64 + place.word]! >>> place.shift) & place.mask) >>> 0;
    let value = byRaw.get(raw);
    if (value === undefined) {
      value = this.#numberOf(level, plainOfBits(field, raw) ?? "");
      byRaw.set(raw, value);
    }
    return value;
  }

  #makeValues(level: number, shape: Shape): Values {
    const field = shape.byPath.get(this.#by[level] as string);
    const fixed = field && wholeText(shape, field);
    if (field === undefined || fixed !== undefined)
      return { fixed: this.#numberOf(level, String(fixed ?? "")), byRaw: new Map() };
    return { fixed: -1, place: placeOf(field), field, byRaw: new Map() };
  }

  #numberOf(level: number, text: string): number {
    const numbers = this.#numbers[level] as Map<string, number>;
    let number = numbers.get(text);
    if (number === undefined) {
      number = (this.#texts[level] as string[]).push(text) - 1;
      numbers.set(text, number);
    }
    return number;
  }

  #find(): number {
    const key = this.#last.join();
    let partition = this.#byValues.get(key);
    if (partition === undefined) {
      partition = this.folders.push(this.#folder()) - 1;
      this.#byValues.set(key, partition);
    }
    return partition;
  }

  #folder(): string {
    return this.#by
      .map((path, level) => `${path}=${escaped(this.#texts[level]?.[this.#last[level] as number] as string)}`)
      .join("/");
  }
}

interface Values {
  /** The number of the value that all records of the shape have; -1 where they differ. */
  fixed: number;
  place?: Place;
  field?: Field;
  byRaw: Map<number, number>;
}

/** As Hive escapes a value for a path (FileUtils.escapePathName). */
function escaped(value: string): string {
  if (value === "") return NO_VALUE;
  return value.replace(
    /[\x00-\x1f"#%'*/:=?\\\x7f{[\]^]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}
