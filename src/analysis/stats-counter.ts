import type { Shape } from "../record/index.ts";
import { MASKED } from "./stats-access.ts";
import { type Group, gatherBits, type PlacedBits, placeBits, translate } from "./stats-gather.ts";
import type { KeyWord, Section } from "./stats-sections.ts";
import { CountTable } from "./stats-table.ts";

/** Room for the keys of a group, shared by all that count. */
export interface Scratch {
  low: Uint32Array;
  high: Uint32Array;
}

/** How the keys of one shape's records are read. */
interface Reading {
  low: readonly PlacedBits[];
  high: readonly PlacedBits[];
  /** The key of all of them. */
  constant?: Uint32Array;
}

/** Counts one section. */
export class SectionCounter {
  readonly section: Section;
  readonly table: CountTable;
  /** Messages that have what is counted. */
  messages = 0;
  /** By shape; null where its records have nothing that is counted here. */
  readonly #readings: (Reading | null | undefined)[] = [];

  constructor(section: Section, limit?: number) {
    this.section = section;
    this.table = new CountTable(2, limit);
  }

  count(group: Group, scratch: Scratch): void {
    const reading = this.#readingOf(group.shape);
    if (reading === null) return;
    const { low, high } = this.section;
    this.messages += group.count;
    if (reading.constant) {
      this.table.add(reading.constant, 0, group.count);
      return;
    }
    gatherWord(group, low, reading.low, scratch.low);
    gatherWord(group, high, reading.high, scratch.high);
    this.table.addPairs(scratch.low, scratch.high, group.count);
  }

  /** Puts what was counted into the table. */
  settle(): void {
    this.table.settle();
  }

  #readingOf(shape: Shape): Reading | null {
    let reading = this.#readings[shape.id];
    if (reading === undefined) {
      reading = this.#read(shape);
      this.#readings[shape.id] = reading;
    }
    return reading;
  }

  #read(shape: Shape): Reading | null {
    const { kind, low, high, constant } = this.section;
    if (kind !== undefined && kind !== shape.kind) return null;
    const parts = [...low.parts, ...(high?.parts ?? [])];
    if (!parts.every((part) => part.optional || shape.byPath.has(part.path))) return null;
    const key = constant?.(shape);
    if (key !== undefined) return { low: [], high: [], constant: Uint32Array.of(key, 0) };
    return { low: placedIn(shape, low), high: high ? placedIn(shape, high) : [] };
  }
}

function placedIn(shape: Shape, word: KeyWord): PlacedBits[] {
  return word.parts.flatMap(({ path, shift, width, left }) => {
    const field = shape.byPath.get(path);
    return field ? [placeBits(field, shift, width, left, field.masked ? MASKED : 0)] : [];
  });
}

function gatherWord(
  group: Group,
  word: KeyWord | undefined,
  parts: readonly PlacedBits[],
  out: Uint32Array,
): void {
  if (parts.length === 0) out.fill(0, 0, group.count);
  for (let part = 0; part < parts.length; part++) gatherBits(group, parts[part]!, part === 0, out);
  if (word?.table) translate(out, group.count, word.table);
}
