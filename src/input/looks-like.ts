/** What bytes look like: the tests that containers are recognised by. */
import { MESSAGE_TYPES } from "../messages/index.ts";

/** Bits of the low half of RFLAGS that are always 0; bit 1 is always 1. */
const RFLAGS_ZEROS = 0xffc08028;

const CODES = new Set(MESSAGE_TYPES.map((type) => type.code));

/** A 40-byte header that a processor can have produced: its RFLAGS, execution state and access type are possible. */
export function isHeader(bytes: Uint8Array, at: number): boolean {
  if (bytes.length < at + 40) return false;
  const rflags = readU32(bytes, at + 32);
  if ((rflags & RFLAGS_ZEROS) !== 0 || (rflags & 2) === 0 || readU32(bytes, at + 36) !== 0) return false;
  const executionStateHigh = bytes[at + 7] as number;
  const attributesHigh = bytes[at + 0x17] as number;
  return (bytes[at + 5] as number) <= 7 && executionStateHigh >> 6 === 0 && (attributesHigh & 0xf) === 0;
}

/** A header that is none of a message. */
export function isBareHeader(bytes: Uint8Array, at: number): boolean {
  return isHeader(bytes, at) && !isKnownMessage(bytes, at);
}

/** A message header without doubt: a known code, and nothing in the header that cannot be. */
export function isKnownMessage(bytes: Uint8Array, at: number): boolean {
  if (bytes.length < at + 16) return false;
  const code = readU32(bytes, at);
  return code !== 0 && isPossible(bytes, at) && CODES.has(code);
}

/**
 * What may be a message header: a known code, an empty slot whatever its bytes, an unknown code of the hypervisor
 * (bit 31) or a small one of another partition, with a possible size.
 */
export function isMessage(bytes: Uint8Array, at: number): boolean {
  if (bytes.length < at + 16) return false;
  const code = readU32(bytes, at);
  if (CODES.has(code) || code === 0) return true;
  return (code >= 0x80000000 || code < 0x10000) && isPossible(bytes, at);
}

/** The payload size, flags and reserved bytes are possible. */
function isPossible(bytes: Uint8Array, at: number): boolean {
  return (bytes[at + 4] as number) <= 240 && (bytes[at + 5] as number) <= 1 && readU16(bytes, at + 6) === 0;
}

/** Offsets, multiples of 4, at which message headers stand without doubt. */
export function findMessages(bytes: Uint8Array): number[] {
  const found: number[] = [];
  for (let at = 0; at + 16 <= bytes.length; at += 4) if (isKnownMessage(bytes, at)) found.push(at);
  return found;
}

/** An unsigned little-endian integer of 16 bits. */
function readU16(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
}

/** An unsigned little-endian integer of 32 bits. */
export function readU32(bytes: Uint8Array, at: number): number {
  return (readU16(bytes, at) | (readU16(bytes, at + 2) << 16)) >>> 0;
}
