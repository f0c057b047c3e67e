/** Values of single fields, read one at a time: for what is not hot (tree, hex, problems), and easy to trust. */
import { type Field, RFLAGS_BITS } from "../layout/index.ts";
import { accessList } from "../messages/index.ts";
import type { Batch } from "./batch.ts";
import type { Shape } from "./shape.ts";
import { timeText } from "./time.ts";

/** A value as it stands in the JSON record. */
export type Value = string | number | boolean | Value[] | { [name: string]: Value };

/** The bits of a field of at most 32 bits, as an unsigned number, of the record at byte `base` of `bytes`. */
export function readBits(bytes: Uint8Array, base: number, field: Field): number {
  return Number(readUnsigned(bytes, base, field));
}

/** The bits of a field of any width up to 128. */
export function readUnsigned(bytes: Uint8Array, base: number, field: Field): bigint {
  return (littleEndian(bytes, base + field.byte, field.size) >> BigInt(field.shift)) & mask(field.width);
}

/** An unsigned little-endian integer of `size` bytes. */
function littleEndian(bytes: Uint8Array, at: number, size: number): bigint {
  if (size > 4) return (littleEndian(bytes, at + 4, size - 4) << 32n) | littleEndian(bytes, at, 4);
  let value = 0;
  for (let byte = size - 1; byte >= 0; byte--) value = value * 256 + (bytes[at + byte] as number);
  return BigInt(value);
}

/**
 * The value of a field as the JSON record has it; undefined for a name or a time that there is not. `file` names
 * the input where there are several.
 */
export function readValue(batch: Batch, record: number, field: Field, file?: string): Value | undefined {
  const base = record * 256;
  switch (field.type) {
    case "position":
      return field.name === "file" ? file : positionOf(batch, record, field.name);
    case "array":
      return readArray(batch.bytes, base, field);
    default:
      return valueAt(batch.bytes, base, field);
  }
}

function positionOf(batch: Batch, record: number, name: string): Value | undefined {
  if (name === "index") return batch.firstIndex + record;
  if (name === "offset") return batch.offsets[record] as number;
  const seconds = batch.timeSeconds[record] as number;
  return Number.isNaN(seconds) ? undefined : timeText(seconds, batch.timeNanoseconds[record] as number);
}

/** How many elements of a `bytes` or `array` field are valid: its count, and no more than there is room for. */
export function readLength(bytes: Uint8Array, base: number, field: Field): number {
  const most = field.length ?? 0;
  return field.count ? Math.min(most, readBits(bytes, base, field.count)) : most;
}

function readArray(bytes: Uint8Array, base: number, field: Field): Value[] {
  const element = field.element ?? [];
  return Array.from({ length: readLength(bytes, base, field) }, (_, position) => {
    const at = base + field.byte + position * (field.stride ?? 0);
    if (field.plain) return valueAt(bytes, at, element[0] as Field) as Value;
    return Object.fromEntries(element.map((each) => [each.name, valueAt(bytes, at, each) as Value]));
  });
}

function valueAt(bytes: Uint8Array, base: number, field: Field): Value | undefined {
  switch (field.type) {
    case "hex64":
    case "hex128":
      return hexDigits(readUnsigned(bytes, base, field), field.type === "hex64" ? 16 : 32);
    case "bytes": {
      const from = base + field.byte;
      return Buffer.from(bytes.subarray(from, from + readLength(bytes, base, field))).toString("hex");
    }
    case "flags":
      return flagNames(readBits(bytes, base, { ...field, width: 32 }));
    case "constant":
      return field.constant as Value;
    default:
      return valueOfBits(field, readBits(bytes, base, field));
  }
}

/** The value that the raw bits (at most 32) of a field stand for; undefined for a number without a name. */
export function valueOfBits(field: Field, raw: number): Value | undefined {
  switch (field.type) {
    case "bool":
      return raw === 1;
    case "enum":
      return field.values?.values.get(raw) ?? raw;
    case "access":
      return accessList(raw, field.masked === true);
    case "name":
      return field.names?.name(raw);
    case "messageType":
      return field.values?.values.get(raw) ?? hexDigits(BigInt(raw), 8);
    default:
      return raw;
  }
}

/** Names of the RFLAGS bits that are set, in the order of the bits. */
export function flagNames(rflags: number): string[] {
  return RFLAGS_BITS.filter(([bit]) => (rflags >>> bit) & 1).map(([, name]) => name);
}

/** What is wrong with a record, in the order of its bytes; empty where nothing is. */
export function readProblems(batch: Batch, record: number, shape: Shape): string[] {
  const { bytes } = batch;
  const base = record * 256;
  const problems = [...shape.problems];
  if (shape.framing === "message" && shape.type === undefined) {
    const cut = shape.problems[0]?.startsWith("record cut") ? 1 : 0;
    problems.splice(cut, 0, `unknown messageType ${hexDigits(littleEndian(bytes, base, 4), 8)}`);
  }
  for (const check of shape.checks) {
    const raw = littleEndian(bytes, base + check.byte, check.size);
    if (check.check === "reserved") {
      const set = raw & check.mask;
      if (set !== 0n) problems.push(reservedProblem(check, set));
    } else {
      const value = readBits(bytes, base, check.field);
      if (check.check === "exceeds" && value > check.max) {
        problems.push(`${check.field.name} ${value} exceeds ${check.max}`);
      } else if (check.check === "unknown" && isUnknown(check.field, value)) {
        const shown = check.field.name === "registerName" ? `0x${value.toString(16)}` : value;
        problems.push(`${check.field.name} ${shown} is unknown`);
      }
    }
  }
  return problems;
}

/** Whether a value is not in the closed list of a field's values. */
export function isUnknown(field: Field, raw: number): boolean {
  return field.type === "access" ? raw > 2 : field.values?.values.has(raw) === false;
}

function reservedProblem(check: { byte: number; container?: string }, set: bigint): string {
  if (check.container !== undefined) return `${check.container} has reserved bits 0x${set.toString(16)} set`;
  const place =
    check.byte < 16 ? `0x${check.byte.toString(16)}` : `payload+0x${(check.byte - 16).toString(16)}`;
  return `reserved bytes at ${place} are set: 0x${set.toString(16)}`;
}

function hexDigits(value: bigint, digits: number): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}

function mask(width: number): bigint {
  return (1n << BigInt(width)) - 1n;
}
