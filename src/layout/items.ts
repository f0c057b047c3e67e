/**
 * The language in which message layouts are written: a structure is a list of items, in the order of its
 * bytes. Offsets are never written down; `layOut` computes them and checks the declared size.
 */
import type { Enumeration } from "./enumeration.ts";
import type { NameTable } from "./name-table.ts";

/** A member of a bit container: `width` bits, from the lowest bit up; without a name they are reserved. */
export interface Bit {
  name?: string;
  width: number;
  doc?: string;
}

interface UintItem {
  item: "uint";
  name: string;
  size: 1 | 2 | 4;
  doc: string;
  /** A closed list of values: shown by name, an unlisted one is a problem. */
  values?: Enumeration;
  /** An open list of names: the record gets the name as one more field, `called`. */
  names?: { called: string; table: NameTable };
  /** The largest value that makes sense; more is a problem. */
  max?: number;
}

/** An item; `steady`: it takes few values in a capture, though its kind does not tell. */
export type Item = ItemKind & { steady?: true };

type ItemKind =
  | UintItem
  | { item: "hex"; name: string; size: 8 | 16; doc: string; overlays?: Overlay[] }
  | { item: "bits"; name: string; size: 1 | 2 | 4 | 8; members: Bit[]; flat: boolean; value?: string }
  | { item: "access"; name: string; masked: boolean; doc: string }
  | { item: "rflags"; name: string; doc: string }
  | { item: "struct"; name: string; items: Item[] }
  | { item: "bytes"; name: string; size: number; count: string; doc: string }
  | { item: "array"; name: string; length: number; count?: string; of: Item[]; plain: boolean; doc: string }
  | { item: "reserved"; size: number };

/** A part of a 64-bit item that is a field of its own (the call code in RCX), added after it. */
export interface Overlay {
  name: string;
  shift: number;
  width: number;
  doc: string;
  names?: { called: string; table: NameTable };
}

type UintExtras = Pick<UintItem, "values" | "names" | "max">;

export function u8(name: string, doc: string, extras: UintExtras = {}): Item {
  return { item: "uint", name, size: 1, doc, ...extras };
}

export function u16(name: string, doc: string, extras: UintExtras = {}): Item {
  return { item: "uint", name, size: 2, doc, ...extras };
}

export function u32(name: string, doc: string, extras: UintExtras = {}): Item {
  return { item: "uint", name, size: 4, doc, ...extras };
}

/** A 64-bit value, shown as `0x` and 16 digits. */
export function u64(name: string, doc: string, overlays?: Overlay[]): Item {
  return { item: "hex", name, size: 8, doc, ...(overlays ? { overlays } : {}) };
}

/** A 128-bit value, shown as `0x` and 32 digits. */
export function u128(name: string, doc: string): Item {
  return { item: "hex", name, size: 16, doc };
}

/** One bit, shown as a boolean. */
export function bit(name: string, doc: string): Bit {
  return { name, width: 1, doc };
}

/** Several bits, shown as a number. */
export function bitField(name: string, width: number, doc: string): Bit {
  return { name, width, doc };
}

/** Bits that must be zero; set ones are a problem. */
export function reservedBits(width: number): Bit {
  return { width };
}

/** A bit container shown as an object of its members. */
export function bits(name: string, size: 1 | 2 | 4 | 8, members: Bit[]): Item {
  return { item: "bits", name, size, members, flat: false };
}

/** A bit container whose members stand beside it, in the enclosing object; `value` also shows the whole number. */
export function flatBits(name: string, size: 1 | 2 | 4 | 8, members: Bit[], value?: string): Item {
  return { item: "bits", name, size, members, flat: true, ...(value === undefined ? {} : { value }) };
}

export function struct(name: string, items: Item[]): Item {
  return { item: "struct", name, items };
}

/** The item, marked as one that takes few values in a capture. */
export function steady(item: Item): Item {
  return { ...item, steady: true };
}

/** `size` bytes of which the field named `count` says how many are valid. */
export function bytes(name: string, size: number, count: string, doc: string): Item {
  return { item: "bytes", name, size, count, doc };
}

/** An array of plain values (`of` holds one item) or, where `of` is a bit container, of objects. */
export function array(name: string, length: number, of: Item, doc: string, count?: string): Item {
  return {
    item: "array",
    name,
    length,
    of: [of],
    plain: of.item !== "bits",
    doc,
    ...(count === undefined ? {} : { count }),
  };
}

/** Bytes that must be zero; set ones are a problem. */
export function reserved(size: number): Item {
  return { item: "reserved", size };
}
