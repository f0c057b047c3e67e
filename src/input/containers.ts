import { MESSAGE_TYPES } from "../messages/index.ts";
import type { Framed } from "./records.ts";

/** A shape in which captures come: a row of `--input`. */
export interface Container {
  name: string;
  /** One line for `--help`. */
  about: string;
  framed: Framed;
  /** Whether the first bytes of the input (up to `HEAD_BYTES`) look like it. */
  recognise(head: Uint8Array): boolean;
}

/** Bytes at the start of the input from which it is recognised. */
export const HEAD_BYTES = 4096;

/** Every container, a row each, in the order in which they are tried: the strictest test first. */
export const CONTAINERS: readonly Container[] = [
  {
    name: "header",
    about: "40-byte intercept headers, one after another",
    framed: { framing: "header", recordSize: 40, messageOffset: 0 },
    recognise: (head) => mostRecords(head, 40, 0.75, isHeader),
  },
  {
    name: "message",
    about: "256-byte messages, one after another",
    framed: { framing: "message", recordSize: 256, messageOffset: 0 },
    recognise: (head) => mostRecords(head, 256, 0.5, isMessage),
  },
];

/** Whether at least this share of the whole records in the head pass a test; where there is none, the cut one must. */
function mostRecords(
  head: Uint8Array,
  size: number,
  share: number,
  test: (view: DataView) => boolean,
): boolean {
  const view = (at: number, length: number) => new DataView(head.buffer, head.byteOffset + at, length);
  const records = Math.floor(head.length / size);
  if (records === 0) return head.length >= 24 && test(view(0, head.length));
  let passed = 0;
  for (let record = 0; record < records; record++) if (test(view(record * size, size))) passed++;
  return passed >= records * share;
}

/** Bits of the low half of RFLAGS that are always 0, and bit 1, always 1. */
const RFLAGS_ZEROS = 0xffc08028;

/** A header that a processor can have produced: its RFLAGS, execution state and access type are possible. */
function isHeader(view: DataView): boolean {
  if (view.byteLength < 40) return false;
  const rflags = view.getUint32(32, true);
  const fixed = (rflags & RFLAGS_ZEROS) === 0 && (rflags & 2) !== 0 && view.getUint32(36, true) === 0;
  return (
    fixed && view.getUint8(5) <= 7 && view.getUint16(6, true) >> 14 === 0 && (view.getUint8(0x17) & 0xf) === 0
  );
}

const CODES = new Set(MESSAGE_TYPES.map((type) => type.code));

/**
 * A message header: a known code; or a code of the hypervisor's ranges with a possible payload size; or an empty
 * slot, whatever its bytes.
 */
function isMessage(view: DataView): boolean {
  const code = view.getUint32(0, true);
  if (code === 0 || CODES.has(code)) return true;
  return view.getUint8(4) <= 240 && view.getUint8(5) <= 1 && view.getUint16(6, true) === 0;
}
