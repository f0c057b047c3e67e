/**
 * What `stats` counts, a row each: which bits of a record make the key, and what value it stands for. A key is two
 * words; what a section does not fill is 0.
 */
import { hexFixed } from "../base/text.ts";
import { MESSAGE_TYPE_NAMES } from "../messages/index.ts";
import type { Shape, Value } from "../record/index.ts";
import { ACCESS_KEYS, accessValue } from "./stats-access.ts";
import { MODE_NAMES, MODE_TESTS, MODES } from "./stats-mode.ts";

/** `width` bits of a field (32 at most), from its bit `shift` on, that go into a word of the key, moved up by `left`. */
interface KeyPart {
  path: string;
  shift: number;
  width: number;
  left: number;
  /** A record without it is counted all the same. */
  optional?: boolean;
}

/** One word of a key: parts, then looked up in a table where there is one. */
export interface KeyWord {
  parts: readonly KeyPart[];
  table?: Uint32Array;
}

export interface Section {
  name: string;
  /** The payload that it is about, where fields of others have the same path. */
  kind?: string;
  low: KeyWord;
  high?: KeyWord;
  /** The key of all records of a shape, where they have the same. */
  constant?(shape: Shape): number | undefined;
  /** The value in JSON, as the record has it. */
  value(low: number, high: number): Value;
}

const MESSAGE_TYPE: Section = {
  name: "messageType",
  low: whole("messageType"),
  constant: (shape) => shape.type?.code,
  value: (code) => MESSAGE_TYPE_NAMES.values.get(code) ?? hexFixed(code, 8),
};

const ACCESS: KeyWord = { ...whole("interceptAccessType"), table: ACCESS_KEYS };

const ACCESS_TYPE: Section = { name: "interceptAccessType", low: ACCESS, value: accessValue };

const RIP: Section = {
  name: "rip",
  low: whole("rip"),
  high: bitsOf("rip", 32, 32),
  value: wide,
};

const PORT: Section = numbered("portNumber", "payload.portNumber");

const MSR: Section = numbered("msrNumber", "payload.msrNumber");

const CPUID_LEAF: Section = { ...numbered("cpuidLeaf", "payload.rax"), kind: "cpuid" };

const PAGE_BITS = 12;

/** The address of the page. */
const GPA_PAGE: Section = {
  name: "gpaPage",
  low: bitsOf("payload.guestPhysicalAddress", PAGE_BITS, 32 - PAGE_BITS, PAGE_BITS),
  high: bitsOf("payload.guestPhysicalAddress", 32, 32),
  value: wide,
};

const EXCEPTION = numbered("exceptionVector", "payload.exceptionVector");

const HYPERCALL = numbered("hypercallCode", "payload.hypercallCode");

const MODE: Section = {
  name: "mode",
  low: { parts: MODE_TESTS.map((test, left) => ({ ...test, left })), table: MODES },
  value: (mode) => MODE_NAMES[mode] as string,
};

/** The sections of the JSON object, in its order. */
export const VALUE_SECTIONS: readonly Section[] = [
  MESSAGE_TYPE,
  numbered("vpIndex", "vpIndex"),
  ACCESS_TYPE,
  RIP,
  PORT,
  MSR,
  CPUID_LEAF,
  GPA_PAGE,
  EXCEPTION,
  HYPERCALL,
];

/** Bits of a port's number in its key below; the size of the access is above them. */
export const PORT_BITS = 16;

/** The sections of the text: ports with direction and size, MSRs with direction, and how the processor ran. */
export const TEXT_SECTIONS: readonly Section[] = [
  MESSAGE_TYPE,
  numbered("vpIndex", "vpIndex"),
  ACCESS_TYPE,
  MODE,
  numbered("cpl", "executionState.cpl"),
  RIP,
  { ...PORT, low: portAndSize(), high: optional(ACCESS) },
  { ...MSR, high: optional(ACCESS) },
  CPUID_LEAF,
  GPA_PAGE,
  EXCEPTION,
  HYPERCALL,
];

function portAndSize(): KeyWord {
  const size = bitsOf("payload.accessInfo.accessSize", 0, 3, PORT_BITS);
  return { parts: [...PORT.low.parts, ...optional(size).parts] };
}

function bitsOf(path: string, shift: number, width: number, left = 0): KeyWord {
  return { parts: [{ path, shift, width, left }] };
}

/** The lowest 32 bits of a field. */
function whole(path: string): KeyWord {
  return bitsOf(path, 0, 32);
}

function optional(word: KeyWord): KeyWord {
  return { ...word, parts: word.parts.map((part) => ({ ...part, optional: true })) };
}

function numbered(name: string, path: string): Section {
  return { name, low: whole(path), value: (low) => low };
}

/** A 64-bit value as the JSON record has it. */
function wide(low: number, high: number): Value {
  return hexFixed((BigInt(high) << 32n) | BigInt(low), 16);
}
