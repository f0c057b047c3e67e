import { HvmsgError } from "../base/errors.ts";
import type { Field } from "../layout/index.ts";
import {
  type Abi,
  INTERCEPT_HEADER_BYTES,
  MESSAGE_BYTES,
  MESSAGE_HEADER_BYTES,
  MESSAGE_TYPES,
} from "../messages/index.ts";
import { makeBatch } from "./batch.ts";
import { ADDED_FIELDS, fieldCatalog } from "./catalog.ts";
import type { Framing, Shape, Shapes } from "./shape.ts";
import { readValue, type Value } from "./value.ts";

/** Values by path: `rip`, `payload.portNumber`. */
export type Values = ReadonlyMap<string, Value>;

/** What a record is, before its values. */
interface EncodeAs {
  abi: Abi;
  framing: Framing;
  messageTypeCode: number;
  payloadSize: number;
}

/**
 * The 256 bytes of a record (a bare header stands at byte 16 of them), the reverse of decoding: every field of the
 * message type that has a value is written, the rest is zero. Throws an HvmsgError that names the field where a
 * value does not fit.
 */
export function encodeRecord(shapes: Shapes, as: EncodeAs, values: Values): Uint8Array {
  const shape = shapes.find(as.abi, as.framing, as.messageTypeCode, as.payloadSize, MESSAGE_BYTES);
  const bytes = new Uint8Array(MESSAGE_BYTES);
  if (as.framing === "message") {
    writeBits(bytes, 0, MESSAGE_TYPE_CODE, BigInt(as.messageTypeCode));
    bytes[4] = as.payloadSize;
  }
  for (const field of shape.fields) {
    const value = values.get(field.path);
    if (value !== undefined && !DERIVED.has(field.type)) writeValue(bytes, 0, field, value);
  }
  return bytes;
}

/** What became of a JSON record. */
interface EncodedRecord {
  /** As `encodeRecord` gives them. */
  bytes: Uint8Array;
  framing: Framing;
  /** Bytes of the structure that the record tells: fewer than all where its last fields are missing. */
  length: number;
  /** The first field that is missing though later ones are there; it was taken as 0. */
  missing?: string;
}

/**
 * The bytes of a record as hvmsg prints it, which must have the form that the schema says. Throws an HvmsgError
 * that names the field where the type or size is not told, a field does not belong to such a message, or two
 * fields that share bits contradict each other.
 */
export function encodeJsonRecord(
  shapes: Shapes,
  record: Readonly<Record<string, unknown>>,
  framing: Framing,
  abi: Abi,
): EncodedRecord {
  const values = flatten(record);
  const messageTypeCode = framing === "message" ? typeCodeOf(record) : 0;
  const as = {
    abi,
    framing,
    messageTypeCode,
    payloadSize: framing === "message" ? sizeOf(record, messageTypeCode, abi) : 0,
  };
  const shape = shapes.find(abi, framing, messageTypeCode, as.payloadSize, MESSAGE_BYTES);
  for (const [path, value] of values) checkField(shape, path, value);
  const bytes = encodeRecord(shapes, as, values);
  checkAgreement(bytes, shape, values);
  return { bytes, framing, ...extent(shape, values) };
}

/** Values by path; arrays stay whole. */
function flatten(record: object, prefix = "", into = new Map<string, Value>()): Map<string, Value> {
  for (const [name, value] of Object.entries(record) as [string, Value][]) {
    if (typeof value === "object" && !Array.isArray(value)) flatten(value, `${prefix}${name}.`, into);
    else if (!NOT_IN_BYTES.has(prefix + name)) into.set(prefix + name, value);
  }
  return into;
}

/** Members that say where and when a record was, or what is wrong with it. */
const NOT_IN_BYTES = new Set(["file", "index", "offset", "time", "problems"]);

/** The type code; where the record has both, the name has to be that of the code. */
function typeCodeOf({ messageType: name, messageTypeCode: code }: Readonly<Record<string, unknown>>): number {
  const named = typeof name === "string" ? codeOfName(name) : undefined;
  if (typeof code === "number") {
    if (named !== undefined && named !== code) wrong("messageType", `${name} is not the name of ${code}`);
    return code;
  }
  return named ?? wrong("messageType", "a message has to tell its type (or messageTypeCode)");
}

function codeOfName(name: string): number | undefined {
  if (/^0x[0-9a-f]{1,8}$/.test(name)) return Number(name);
  return MESSAGE_TYPES.find((type) => type.name === name)?.code;
}

/** The payload size; without it that of a full message of the type. */
function sizeOf(record: Readonly<Record<string, unknown>>, code: number, abi: Abi): number {
  if (typeof record.payloadSize === "number") return record.payloadSize;
  const type = MESSAGE_TYPES.find((each) => each.code === code);
  if (type && type.payload[abi].kind !== "raw") return type.payload[abi].size;
  const { bytes } = (record.payload ?? {}) as { bytes?: string };
  return bytes === undefined ? wrong("payloadSize", "a message has to tell its size") : bytes.length / 2;
}

function isAddition(path: string): boolean {
  return ADDED_FIELDS.some((added) => path === added.path || path.startsWith(`${added.path}.`));
}

function checkField(shape: Shape, path: string, value: Value): void {
  if (path === "payload.kind") {
    if (value !== shape.kind)
      wrong(path, `${value} is not the payload of such a message, which is ${shape.kind}`);
    return;
  }
  const known = shape.byPath.has(path) || path === "messageType";
  // What hvmsg adds is not in the bytes, and is not checked.
  if (isAddition(path)) return;
  if (!known && fieldCatalog().get(path)?.field.type !== "name")
    wrong(path, `a record of ${aboutShape(shape)} has no such field`);
}

function aboutShape({ framing, kind, abi, type }: Shape): string {
  if (framing === "header") return `a bare header (${abi})`;
  return `${type?.name ?? "an unknown type"}, payload ${kind} of this size (${abi})`;
}

/** Where fields share bits, what the bytes say has to be what the record says of each. */
function checkAgreement(bytes: Uint8Array, shape: Shape, values: Values): void {
  const batch = makeBatch(1);
  batch.bytes.set(bytes);
  for (const field of factsOf(shape).contested) {
    const value = values.get(field.path);
    if (value === undefined || (field.count && !values.has(field.count.path))) continue;
    const read = JSON.stringify(readValue(batch, 0, field));
    if (read !== JSON.stringify(value))
      wrong(
        field.path,
        `${shown(value)} contradicts the record's other fields, by which it is ${read.slice(0, 60)}`,
      );
  }
}

/** How many bytes the fields tell, from the start without a gap; and the first gap. */
function extent(shape: Shape, values: Values): { length: number; missing?: string } {
  const { whole, first: start, stored } = factsOf(shape);
  const first = stored.find((field) => !values.has(field.path));
  if (first === undefined) return { length: whole };
  const later = stored.some((field) => field.byte >= first.byte && values.has(field.path));
  return later ? { length: whole, missing: first.path } : { length: first.byte - start };
}

/** What encoding asks of a shape again and again. */
interface Facts {
  /** Bytes of the structure, and where it begins. */
  whole: number;
  first: number;
  /** Fields that stand in the bytes; those that share bits with others, or are counted by one. */
  stored: readonly Field[];
  contested: readonly Field[];
}

const FACTS = new WeakMap<Shape, Facts>();

function factsOf(shape: Shape): Facts {
  let facts = FACTS.get(shape);
  if (facts === undefined) {
    const inBytes = shape.fields.filter((field) => field.width > 0 && field.type !== "name");
    const told = new Set(["messageType", "messageTypeCode", "payloadSize"]);
    const header = shape.framing === "header";
    facts = {
      whole: header ? INTERCEPT_HEADER_BYTES : MESSAGE_BYTES,
      first: header ? MESSAGE_HEADER_BYTES : 0,
      stored: inBytes.filter((field) => !DERIVED.has(field.type) && !told.has(field.path)),
      contested: inBytes.filter((field) => field.count || inBytes.some((other) => shareBits(field, other))),
    };
    FACTS.set(shape, facts);
  }
  return facts;
}

function shareBits(field: Field, other: Field): boolean {
  const [from, otherFrom] = [field.byte * 8 + field.shift, other.byte * 8 + other.shift];
  return field !== other && from < otherFrom + other.width && otherFrom < from + field.width;
}

function wrong(path: string, what: string): never {
  throw new HvmsgError("input", `${path}: ${what}`);
}

/** Fields that say in other words what the bytes of another field say. */
const DERIVED = new Set<Field["type"]>(["position", "messageType", "constant", "name", "flags"]);

const MESSAGE_TYPE_CODE = { byte: 0, size: 4, shift: 0, width: 32 };

function writeValue(bytes: Uint8Array, base: number, field: Field, value: Value): void {
  switch (field.type) {
    case "bytes": {
      if (typeof value !== "string" || !/^([0-9a-f]{2})*$/i.test(value)) refuse(field, value);
      const given = Buffer.from(value as string, "hex");
      if (given.length > (field.length ?? 0)) refuse(field, value);
      bytes.set(given, base + field.byte);
      return;
    }
    case "array": {
      if (!Array.isArray(value) || value.length > (field.length ?? 0)) return refuse(field, value);
      value.forEach((each, position) => {
        writeElement(bytes, base + field.byte + position * (field.stride ?? 0), field, each);
      });
      return;
    }
    default:
      writeBits(bytes, base, field, rawOf(field, value));
  }
}

function writeElement(bytes: Uint8Array, at: number, field: Field, value: Value): void {
  const element = field.element ?? [];
  if (field.plain) return writeValue(bytes, at, element[0] as Field, value);
  if (typeof value !== "object" || Array.isArray(value)) return refuse(field, value);
  for (const each of element) {
    const member = value[each.name];
    if (member !== undefined) writeValue(bytes, at, each, member);
  }
}

/** The number that stands for a value in the bytes. */
function rawOf(field: Field, value: Value): bigint {
  const raw = rawNumber(field, value);
  if (raw === undefined || raw < 0n || raw >= 1n << BigInt(field.width)) return refuse(field, value);
  return raw;
}

function rawNumber(field: Field, value: Value): bigint | undefined {
  switch (field.type) {
    case "bool":
      return typeof value === "boolean" ? BigInt(value) : undefined;
    case "hex64":
    case "hex128":
      return typeof value === "string" && /^0x[0-9a-f]+$/i.test(value) ? BigInt(value) : undefined;
    case "access":
      return accessNumber(field, value);
    case "enum":
      if (typeof value === "string") return keyOf(field, value);
      break;
  }
  return typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : undefined;
}

function keyOf(field: Field, name: string): bigint | undefined {
  for (const [number, label] of field.values?.values ?? []) if (label === name) return BigInt(number);
  return undefined;
}

function accessNumber(field: Field, value: Value): bigint | undefined {
  if (!Array.isArray(value)) return undefined;
  const numbers = value.map((each) =>
    typeof each === "number" ? each : ["read", "write", "execute"].indexOf(String(each)),
  );
  if (numbers.some((number) => number < 0)) return undefined;
  if (field.masked) return numbers.reduce((mask, number) => mask | (1n << BigInt(number)), 0n);
  return numbers.length === 1 ? BigInt(numbers[0] as number) : undefined;
}

/** Puts a number where a field's bits are; its other bits stay. */
function writeBits(
  bytes: Uint8Array,
  base: number,
  { byte, size, shift, width }: Pick<Field, "byte" | "size" | "shift" | "width">,
  raw: bigint,
): void {
  if (shift === 0 && width === size * 8) return writeWhole(bytes, base + byte, size, raw);
  const mask = ((1n << BigInt(width)) - 1n) << BigInt(shift);
  let bits = raw << BigInt(shift);
  let kept = ~mask;
  for (let at = base + byte; at < base + byte + size; at++) {
    bytes[at] = ((bytes[at] as number) & Number(kept & 0xffn)) | Number(bits & 0xffn);
    bits >>= 8n;
    kept >>= 8n;
  }
}

/** A number of whole bytes, lowest first. */
function writeWhole(bytes: Uint8Array, at: number, size: number, raw: bigint): void {
  for (let byte = 0, left = raw; byte < size; byte += 4, left >>= 32n) {
    let low = Number(left & 0xffffffffn);
    for (let index = byte; index < Math.min(byte + 4, size); index++, low >>>= 8) bytes[at + index] = low;
  }
}

function refuse(field: Field, value: Value): never {
  wrong(field.path, `${shown(value)} is no value of ${field.width} bits (${field.type})`);
}

function shown(value: Value): string {
  return JSON.stringify(value).slice(0, 60);
}
