/** Fields as words of a key: how they are gathered from the records of a group, and what value they stand for. */
import { hexFixed } from "../base/text.ts";
import { type Field, RFLAGS_BITS } from "../layout/index.ts";
import {
  FIRST_SECOND,
  fieldCatalog,
  flagNames,
  readProblems,
  readValue,
  type Shape,
  timeText,
  type Value,
  valueOfBits,
} from "../record/index.ts";
import { ACCESS_KEYS, accessValue, MASKED } from "./stats-access.ts";
import { type Group, gatherBits, type PlacedBits, placeBits, translate } from "./stats-gather.ts";

/** Where the keys of a group go: an array of numbers a word, all 0 at first. */
interface KeyWords {
  words: Uint32Array[];
  /** A bit of these, by record, is set where the record has the field. */
  present: Uint32Array;
  bit: number;
}

/** One field of a key. */
export interface ByColumn {
  /** Words of the key that it takes. */
  words: number;
  /** Sets the words, and the bit, of the records that have the field. */
  gather(group: Group, out: KeyWords): void;
  value(words: readonly number[]): Value;
  /** Keeps nothing but the texts of these words: the others were dropped from the table. */
  retain?(words: ReadonlySet<number>): void;
}

/** The column of a path of the catalog, or of `problems`; `fileName` is the input that is being read. */
export function byColumn(path: string, fileName: () => string): ByColumn {
  const field = fieldCatalog().get(path)?.field;
  switch (field?.type) {
    case undefined:
      return textColumn(problemsText);
    case "bytes":
    case "array":
      return textColumn((group, record) => valueText(group, record, path));
    case "position":
      if (field.name === "file") return fileColumn(fileName);
      return field.name === "time" ? timeColumn() : positionColumn(field.name === "index");
    case "constant":
      return constantColumn(path);
    case "name":
      return nameColumn(path, field);
    case "access":
      return accessColumn(path);
    case "flags":
      return bitsColumn(path, 1, flagsPlace, ([flags = 0]) => flagNames(flags));
    case "hex64":
      return bitsColumn(path, 2, wordPlace, (words) => hexFixed(wideNumber(words), 16));
    case "hex128":
      return bitsColumn(path, 4, wordPlace, (words) => hexFixed(wideNumber(words), 32));
    case "uint":
    case "bool":
    case "enum":
    case "messageType":
      return bitsColumn(path, 1, wordPlace, ([bits = 0]) => valueOfBits(field, bits) as Value);
  }
}

const FLAGS_MASK = RFLAGS_BITS.reduce((mask, [bit]) => mask | (1 << bit), 0);

function flagsPlace(field: Field): PlacedBits {
  return { ...placeBits(field, 0, 32), mask: FLAGS_MASK };
}

/** Where the n-th 32 bits of a field are. */
function wordPlace(field: Field, word: number): PlacedBits {
  return placeBits(field, word * 32, 32);
}

/** Up to four words, the lowest first, as a number. */
function wideNumber(words: readonly number[]): bigint {
  return words.reduceRight((number, word) => (number << 32n) | BigInt(word), 0n);
}

/** A field whose bits are the key; `place` says where those of one of its words are. */
function bitsColumn(
  path: string,
  words: number,
  place: (field: Field, word: number, shape: Shape) => PlacedBits,
  value: ByColumn["value"],
): ByColumn {
  const places: (PlacedBits[] | undefined)[] = [];
  return {
    words,
    gather(group, out) {
      const { shape, count } = group;
      const field = shape.byPath.get(path);
      if (!field) return;
      places[shape.id] ??= Array.from({ length: words }, (_, word) => place(field, word, shape));
      places[shape.id]?.forEach((bits, word) => {
        gatherBits(group, bits, true, out.words[word]!);
      });
      setPresent(out, count);
    },
    value,
  };
}

function setPresent({ present, bit }: KeyWords, count: number): void {
  for (let i = 0; i < count; i++) present[i] = present[i]! | bit;
}

function accessColumn(path: string): ByColumn {
  const place = (field: Field) => placeBits(field, 0, 8, 0, field.masked ? MASKED : 0);
  const column = bitsColumn(path, 1, place, ([key = 0]) => accessValue(key));
  return {
    ...column,
    gather(group, out) {
      column.gather(group, out);
      translate(out.words[0]!, group.count, ACCESS_KEYS);
    },
  };
}

/** The payload's kind: the same for all records of a shape. */
function constantColumn(path: string): ByColumn {
  const names: string[] = [];
  const place = (field: Field) => {
    const name = field.constant as string;
    if (!names.includes(name)) names.push(name);
    return placeBits(field, 0, 0, 0, names.indexOf(name));
  };
  return bitsColumn(path, 1, place, ([number = 0]) => names[number] as string);
}

/** The name of a number: all numbers of a row of the name table are one value, those without a name are none. */
function nameColumn(path: string, { names }: Field): ByColumn {
  const numbers = bitsColumn(path, 1, wordPlace, ([first = 0]) => names?.name(first) as string);
  return {
    ...numbers,
    gather(group, out) {
      numbers.gather(group, out);
      if (!group.shape.byPath.has(path)) return;
      const { present, bit } = out;
      const number = out.words[0]!;
      for (let i = 0; i < group.count; i++) {
        const row = names?.find(number[i]!);
        number[i] = row?.first ?? 0;
        if (!row) present[i] = present[i]! & ~bit;
      }
    },
  };
}

function positionColumn(isIndex: boolean): ByColumn {
  return {
    words: 2,
    gather({ batch, places, from, count }, out) {
      const [low, high] = out.words as [Uint32Array, Uint32Array];
      for (let i = 0; i < count; i++) {
        const record = places[from + i]!;
        const value = isIndex ? batch.firstIndex + record : batch.offsets[record]!;
        low[i] = value;
        high[i] = value / 0x1_0000_0000;
      }
      setPresent(out, count);
    },
    value: (words) => Number(wideNumber(words)),
  };
}

function timeColumn(): ByColumn {
  return {
    words: 3,
    gather({ batch, places, from, count }, { words, present, bit }) {
      const [nanoseconds, low, high] = words as [Uint32Array, Uint32Array, Uint32Array];
      for (let i = 0; i < count; i++) {
        const record = places[from + i]!;
        const second = batch.timeSeconds[record]! - FIRST_SECOND;
        if (Number.isNaN(second)) continue;
        nanoseconds[i] = batch.timeNanoseconds[record]!;
        low[i] = second;
        high[i] = second / 0x1_0000_0000;
        present[i] = present[i]! | bit;
      }
    },
    value: ([nanoseconds = 0, ...words]) => timeText(Number(wideNumber(words)) + FIRST_SECOND, nanoseconds),
  };
}

/** Values that have no fixed number of bits, by their JSON text; each text gets a number. Not for what is hot. */
function textColumn(text: (group: Group, record: number) => string | undefined): ByColumn {
  const numbers = new Map<string, number>();
  const texts = new Map<number, string>();
  let next = 0;
  return {
    words: 1,
    gather(group, { words, present, bit }) {
      const out = words[0]!;
      for (let i = 0; i < group.count; i++) {
        const value = text(group, group.places[group.from + i]!);
        if (value === undefined) continue;
        let number = numbers.get(value);
        if (number === undefined) {
          number = next++;
          numbers.set(value, number);
          texts.set(number, value);
        }
        out[i] = number;
        present[i] = present[i]! | bit;
      }
    },
    value: ([number = 0]) => JSON.parse(texts.get(number) as string) as Value,
    retain(kept) {
      for (const [number, value] of texts) {
        if (kept.has(number)) continue;
        texts.delete(number);
        numbers.delete(value);
      }
    },
  };
}

/** The input that a record is from; there are only so many, so that no text is ever dropped. */
function fileColumn(fileName: () => string): ByColumn {
  const { retain: _, ...column } = textColumn(() => JSON.stringify(fileName()));
  return column;
}

function problemsText({ batch, shape }: Group, record: number): string | undefined {
  const problems = readProblems(batch, record, shape);
  return problems.length === 0 ? undefined : JSON.stringify(problems);
}

function valueText({ batch, shape }: Group, record: number, path: string): string | undefined {
  const field = shape.byPath.get(path);
  const value = field && readValue(batch, record, field);
  return value === undefined ? undefined : JSON.stringify(value);
}
