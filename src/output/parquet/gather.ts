/**
 * Gathering: the values of a field from the records of one shape, which all have it at the same place. These loops run
 * once a value; each is small and of one kind, so that it stays fast.
 */
import type { Field } from "../../layout/index.ts";
import type { Batch, Shape } from "../../record/index.ts";
import { type Place, placeOf } from "../compile.ts";
import { FLAGS_MASK, plainOfBits } from "../plain-value.ts";
import {
  type BytesStore,
  type CodedStore,
  codeOf,
  makeRoom,
  type NumberStore,
  type WideStore,
} from "./stores.ts";

/** Records of a batch that have one shape, and the rows that they become. */
export interface Lot {
  batch: Batch;
  /** Positions in the batch. */
  records: Int32Array;
  rows: Int32Array;
  count: number;
}

/** Copies the values of a field into the store of its column. */
export type Gather = (lot: Lot) => void;

/** Numbers and booleans. */
export function gatherNumber(store: NumberStore, field: Field): Gather {
  const { word, shift, mask } = placeOf(field);
  return ({ batch, records, rows, count }) =>
    copyBits(batch.words, records, rows, count, word, shift, mask, store.values);
}

/** 64-bit values. */
export function gatherWide(store: WideStore, field: Field): Gather {
  const word = field.byte >> 2;
  return ({ batch, records, rows, count }) => copyWide(batch.words, records, rows, count, word, store.values);
}

/** Texts that follow from at most 32 bits. */
export function gatherCoded(store: CodedStore, shape: Shape, field: Field): Gather {
  const { word, shift, mask } = placeOfText(field);
  const whole = wholeText(shape, field);
  const codes = new Map<number, number>();
  let group = store.group;
  return ({ batch, records, rows, count }) => {
    const { values } = store;
    if (whole !== undefined) {
      const code = codeOf(store, String(whole));
      for (let i = 0; i < count; i++) values[rows[i]!] = code;
      return;
    }
    if (group !== store.group) codes.clear();
    group = store.group;
    // Most values are those of the record before.
    let lastRaw = -1;
    let code = -1;
    for (let i = 0; i < count; i++) {
      const raw = ((batch.words[records[i]! * 64 + word]! >>> shift) & mask) >>> 0;
      if (raw !== lastRaw) {
        lastRaw = raw;
        const known = codes.get(raw);
        code = known ?? codeOf(store, plainOfBits(field, raw));
        if (known === undefined) codes.set(raw, code);
      }
      if (code < 0) store.without++;
      values[rows[i]!] = code;
    }
  };
}

/** The text that all records of a shape have for a field, where there is one. */
export function wholeText(shape: Shape, field: Field): string | undefined {
  if (field.type === "messageType") return shape.type?.name;
  return field.constant === undefined ? undefined : String(field.constant);
}

/** Texts made by plain code, for what is rare. */
export function gatherText(
  store: CodedStore,
  text: (batch: Batch, record: number) => string | undefined,
): Gather {
  return ({ batch, records, rows, count }) => {
    for (let i = 0; i < count; i++) {
      const code = codeOf(store, text(batch, records[i]!));
      if (code < 0) store.without++;
      store.values[rows[i]!] = code;
    }
  };
}

/** Byte strings: as many bytes as their count says. */
export function gatherBytes(store: BytesStore, field: Field): Gather {
  const most = field.length ?? 0;
  const counted = field.count && placeOf(field.count);
  return ({ batch: { bytes, words }, records, rows, count }) => {
    makeRoom(store, count * most);
    for (let i = 0; i < count; i++) {
      const record = records[i]!;
      const from = record * 256 + field.byte;
      const length = counted
        ? Math.min(most, (words[record * 64 + counted.word]! >>> counted.shift) & counted.mask)
        : most;
      store.starts[rows[i]!] = store.used;
      store.lengths[rows[i]!] = length;
      for (let byte = from; byte < from + length; byte++) store.data[store.used++] = bytes[byte]!;
    }
  };
}

/** 128-bit values as hexadecimal digits; those of a list with spaces between them. */
export function gatherHex(store: BytesStore, { byte, size, stride, length }: Field): Gather {
  const each = stride ?? size;
  const textBytes = Math.max(0, (length ?? 1) * (3 + each * 2) - 1);
  return ({ batch: { bytes }, records, rows, count }) => {
    makeRoom(store, count * textBytes);
    const { data } = store;
    for (let i = 0; i < count; i++) {
      let to = store.used;
      store.starts[rows[i]!] = to;
      store.lengths[rows[i]!] = textBytes;
      store.used += textBytes;
      const first = records[i]! * 256 + byte;
      for (let value = first; to < store.used; value += each) {
        if (value > first) data[to++] = SPACE;
        data[to++] = DIGITS[0]!;
        data[to++] = LETTER_X;
        for (let place = value + each - 1; place >= value; place--) {
          data[to++] = DIGITS[bytes[place]! >>> 4]!;
          data[to++] = DIGITS[bytes[place]! & 15]!;
        }
      }
    }
  };
}

const DIGITS = Buffer.from("0123456789abcdef");
const LETTER_X = "x".charCodeAt(0);
const SPACE = " ".charCodeAt(0);

/** Where the bits are that the text of a field follows from. */
function placeOfText(field: Field): Place {
  return field.type === "flags" ? { ...placeOf(field), mask: FLAGS_MASK } : placeOf(field);
}

function copyBits(
  words: Uint32Array,
  records: Int32Array,
  rows: Int32Array,
  count: number,
  word: number,
  shift: number,
  mask: number,
  values: Uint32Array,
): void {
  for (let i = 0; i < count; i++) values[rows[i]!] = (words[records[i]! * 64 + word]! >>> shift) & mask;
}

function copyWide(
  words: Uint32Array,
  records: Int32Array,
  rows: Int32Array,
  count: number,
  word: number,
  values: Uint32Array,
): void {
  for (let i = 0; i < count; i++) {
    const from = records[i]! * 64 + word;
    const to = rows[i]! * 2;
    values[to] = words[from]!;
    values[to + 1] = words[from + 1]!;
  }
}
