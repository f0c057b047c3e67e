import { HvmsgError } from "../base/errors.ts";
import type { Field } from "../layout/index.ts";
import { type Abi, MESSAGE_BYTES } from "../messages/index.ts";
import type { Framing, Shapes } from "./shape.ts";
import type { Value } from "./value.ts";

/** Values by path: `rip`, `payload.portNumber`. */
export type Values = ReadonlyMap<string, Value>;

/** What a record is, before its values. */
export interface EncodeAs {
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
  const mask = ((1n << BigInt(width)) - 1n) << BigInt(shift);
  let bits = raw << BigInt(shift);
  let kept = ~mask;
  for (let at = base + byte; at < base + byte + size; at++) {
    bytes[at] = ((bytes[at] as number) & Number(kept & 0xffn)) | Number(bits & 0xffn);
    bits >>= 8n;
    kept >>= 8n;
  }
}

function refuse(field: Field, value: Value): never {
  const shown = JSON.stringify(value);
  throw new HvmsgError(
    "input",
    `${field.path}: ${shown.slice(0, 60)} is no value of ${field.width} bits (${field.type})`,
  );
}
