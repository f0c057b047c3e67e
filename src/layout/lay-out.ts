import type { Enumeration } from "./enumeration.ts";
import type { Bit, Item, Overlay } from "./items.ts";
import type { NameTable } from "./name-table.ts";

/** How a field's bits are read and shown. `name` and `flags` are derived from the bits of another field. */
export type FieldType =
  | "uint"
  | "bool"
  | "enum"
  | "hex64"
  | "hex128"
  | "access"
  | "flags"
  | "name"
  | "bytes"
  | "array"
  | "messageType"
  | "constant"
  | "position";

/** One value of a record: where its bits are, and what they mean. */
export interface Field {
  /** Path in the record: `rip`, `payload.accessInfo.stringOp`. */
  path: string;
  /** Last part of the path. */
  name: string;
  type: FieldType;
  /** Offset in bytes of the bytes that hold it, from the start of the 256-byte message, and their number. */
  byte: number;
  size: number;
  /** The field's bits among those bytes. */
  shift: number;
  width: number;
  doc: string;
  /** The closed list of its values (type `enum`, `access`). */
  values?: Enumeration;
  /** Names of its values (an open list); type `name` shows the name itself. */
  names?: NameTable;
  /** `access`: a mask (hvimapi) instead of a number. */
  masked?: boolean;
  /** `bytes` and `array`: how many elements there are at most, and the field that says how many are valid. */
  length?: number;
  count?: Field;
  /** `array`: the fields of an element, their bytes counted from its start; and the element's size. */
  element?: Field[];
  stride?: number;
  /** `array` of plain values, not of objects. */
  plain?: boolean;
  /** The value, where all records of a shape have the same. */
  constant?: string | number;
  /** It takes few values in a capture, so that an output does well to keep its text. */
  steady?: true;
  /** Where the field is a part of a bit container with a name: that name. */
  container?: string;
}

/** Something that can be odd about the bytes of a record; `byte` and `size` say which bytes. */
export type Check =
  | { check: "reserved"; byte: number; size: number; mask: bigint; container?: string }
  | { check: "unknown"; byte: number; size: number; field: Field }
  | { check: "exceeds"; byte: number; size: number; field: Field; max: number };

export interface LaidOut {
  fields: Field[];
  checks: Check[];
  /** Bytes that the items take. */
  size: number;
}

/** RFLAGS bits by position (Intel SDM vol. 1, 3.4.3); IOPL, bits 13:12, is a field of its own. */
export const RFLAGS_BITS: readonly (readonly [bit: number, name: string])[] = [
  [0, "CF"],
  [2, "PF"],
  [4, "AF"],
  [6, "ZF"],
  [7, "SF"],
  [8, "TF"],
  [9, "IF"],
  [10, "DF"],
  [11, "OF"],
  [14, "NT"],
  [16, "RF"],
  [17, "VM"],
  [18, "AC"],
  [19, "VIF"],
  [20, "VIP"],
  [21, "ID"],
];

/** Bits of RFLAGS that must be zero: 3, 5, 15 and 22 to 63. */
const RFLAGS_RESERVED = 0xffffffff_ffc08028n;

/**
 * Computes the fields and checks of `items` from byte `start` of the record on; `prefix` is put before every path.
 * Throws where a field would not lie within a 32-bit word or would not be aligned: no real layout does that.
 */
export function layOut(items: readonly Item[], start: number, prefix: string): LaidOut {
  const out: LaidOut = { fields: [], checks: [], size: 0 };
  for (const item of items) {
    const byte = start + out.size;
    const first = out.fields.length;
    if (item.item === "struct") {
      const inner = layOut(item.items, byte, `${prefix}${item.name}.`);
      out.fields.push(...inner.fields);
      out.checks.push(...inner.checks);
      out.size += inner.size;
    } else {
      out.size += place(item, byte, prefix, out);
    }
    if (isSteady(item)) for (const field of out.fields.slice(first)) field.steady = true;
  }
  return out;
}

/** Whether an item takes few values in a capture: states, access types, flags, counts and what has names do. */
function isSteady(item: Item): boolean {
  if (item.steady) return true;
  if (item.item === "uint") return item.size === 1 || item.values !== undefined || item.names !== undefined;
  return item.item === "bits" || item.item === "access" || item.item === "rflags";
}

/** Bytes that items take. */
export function sizeOf(items: readonly Item[]): number {
  return items.reduce((sum, item) => sum + sizeOfItem(item), 0);
}

function sizeOfItem(item: Item): number {
  if (item.item === "struct") return sizeOf(item.items);
  if (item.item === "array") return item.length * sizeOf(item.of);
  return item.item === "access" ? 1 : item.item === "rflags" ? 8 : item.size;
}

type LeafItem = Exclude<Item, { item: "struct" }>;

function place(item: LeafItem, byte: number, prefix: string, out: LaidOut): number {
  switch (item.item) {
    case "uint": {
      aligned(byte, item.size, item.name);
      const field = plainField(item.name, prefix, item.values ? "enum" : "uint", byte, item.size, item.doc);
      if (item.values) field.values = item.values;
      if (item.names) field.names = item.names.table;
      out.fields.push(field);
      if (item.names) out.fields.push(nameField(field, prefix, item.names));
      if (item.values) out.checks.push({ check: "unknown", byte, size: item.size, field });
      if (item.max !== undefined)
        out.checks.push({ check: "exceeds", byte, size: item.size, field, max: item.max });
      return item.size;
    }
    case "hex": {
      aligned(byte, 8, item.name);
      const field = plainField(
        item.name,
        prefix,
        item.size === 8 ? "hex64" : "hex128",
        byte,
        item.size,
        item.doc,
      );
      out.fields.push(field);
      for (const overlay of item.overlays ?? []) placeOverlay(overlay, byte, prefix, out);
      return item.size;
    }
    case "bits":
      aligned(byte, item.size, item.name);
      placeBits(item, byte, prefix, out);
      return item.size;
    case "access": {
      const field = plainField(item.name, prefix, "access", byte, 1, item.doc);
      field.masked = item.masked;
      out.fields.push(field);
      if (item.masked) reservedCheck(out, byte, 1, 0xf8n, item.name);
      else out.checks.push({ check: "unknown", byte, size: 1, field });
      return 1;
    }
    case "rflags": {
      out.fields.push(plainField(item.name, prefix, "hex64", byte, 8, item.doc));
      out.fields.push(plainField("flags", prefix, "flags", byte, 8, "names of the RFLAGS bits that are set"));
      out.fields.push(bitsField("iopl", prefix, byte, 8, 12, 2, "I/O privilege level, RFLAGS bits 13:12"));
      reservedCheck(out, byte, 8, RFLAGS_RESERVED, item.name);
      return 8;
    }
    case "bytes": {
      const field = plainField(item.name, prefix, "bytes", byte, item.size, item.doc);
      field.length = item.size;
      field.count = counted(out, item.count);
      out.fields.push(field);
      return item.size;
    }
    case "array": {
      const element = layOut(item.of, 0, "");
      const field = plainField(item.name, prefix, "array", byte, element.size * item.length, item.doc);
      Object.assign(field, {
        length: item.length,
        element: element.fields,
        stride: element.size,
        plain: item.plain,
      });
      if (item.count !== undefined) {
        field.count = counted(out, item.count);
        const { byte: at, size } = field.count;
        out.checks.push({ check: "exceeds", byte: at, size, field: field.count, max: item.length });
      }
      out.fields.push(field);
      return field.size;
    }
    case "reserved":
      reservedCheck(out, byte, item.size, (1n << BigInt(item.size * 8)) - 1n);
      return item.size;
  }
}

function placeBits(item: Extract<Item, { item: "bits" }>, byte: number, prefix: string, out: LaidOut): void {
  const inside = item.flat ? prefix : `${prefix}${item.name}.`;
  if (item.value !== undefined)
    out.fields.push(plainField(item.name, prefix, "uint", byte, item.size, item.value));
  let shift = 0;
  let reservedMask = 0n;
  for (const member of item.members) {
    if (member.name === undefined) reservedMask |= ((1n << BigInt(member.width)) - 1n) << BigInt(shift);
    else out.fields.push(memberField(member, member.name, inside, item, byte, shift));
    shift += member.width;
  }
  if (shift !== item.size * 8)
    throw new Error(`${item.name}: its bits add up to ${shift}, not ${item.size * 8}`);
  if (reservedMask !== 0n)
    reservedCheck(out, byte, item.size, reservedMask, containerName(item.name, prefix));
}

function memberField(
  member: Bit,
  name: string,
  prefix: string,
  item: Extract<Item, { item: "bits" }>,
  byte: number,
  shift: number,
): Field {
  const field = bitsField(name, prefix, byte, item.size, shift, member.width, member.doc ?? "");
  field.container = item.name;
  return field;
}

/** A segment's attributes are told apart by the segment's name; other containers by their own. */
function containerName(name: string, prefix: string): string {
  const parent = prefix.split(".").at(-2);
  return parent?.endsWith("Segment") ? `${parent}.${name}` : name;
}

function placeOverlay(overlay: Overlay, byte: number, prefix: string, out: LaidOut): void {
  const field = bitsField(overlay.name, prefix, byte, 8, overlay.shift, overlay.width, overlay.doc);
  if (overlay.names) field.names = overlay.names.table;
  out.fields.push(field);
  if (overlay.names) out.fields.push(nameField(field, prefix, overlay.names));
}

function plainField(
  name: string,
  prefix: string,
  type: FieldType,
  byte: number,
  size: number,
  doc: string,
): Field {
  return { path: prefix + name, name, type, byte, size, shift: 0, width: size * 8, doc };
}

function bitsField(
  name: string,
  prefix: string,
  byte: number,
  size: number,
  shift: number,
  width: number,
  doc: string,
): Field {
  const type = width === 1 ? "bool" : width > 32 ? "hex64" : "uint";
  if (width <= 32 && (byte * 8 + shift) % 32 > 32 - width)
    throw new Error(`${prefix}${name}: straddles a 32-bit word`);
  return { ...plainField(name, prefix, type, byte, size, doc), shift, width };
}

function nameField(of: Field, prefix: string, names: { called: string; table: NameTable }): Field {
  const doc = `name of ${of.name}, where it has one`;
  return { ...of, path: prefix + names.called, name: names.called, type: "name", names: names.table, doc };
}

function reservedCheck(out: LaidOut, byte: number, size: number, mask: bigint, container?: string): void {
  const check = { check: "reserved", byte, size, mask } as const;
  out.checks.push(container === undefined ? check : { ...check, container });
}

function counted(out: LaidOut, name: string): Field {
  const field = out.fields.find((each) => each.name === name);
  if (!field) throw new Error(`no field ${name} to count with stands before it`);
  return field;
}

function aligned(byte: number, size: number, name: string): void {
  if (byte % size !== 0) throw new Error(`${name}: offset ${byte} is not a multiple of ${size}`);
}
