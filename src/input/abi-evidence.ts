import { type Abi, MESSAGE_TYPES } from "../messages/index.ts";
import type { Batch, Framing } from "../record/index.ts";

/** Records that are looked at, from the first. */
export const EVIDENCE_RECORDS = 256;

/** Payload sizes of a memory message: they differ between the ABIs. */
const MEMORY_SIZES = new Map<number, Abi>([
  [0x50, "hvhdk"],
  [0xf0, "hvimapi"],
]);

const TYPES = new Map(MESSAGE_TYPES.map((type) => [type.code, type]));

/** Kinds whose access type says what was intercepted; in others a zero says nothing. */
const ACCESS_KINDS = ["memory", "ioPort", "msr"];

/**
 * Which ABI the first records speak of, or undefined where they do not say. The kinds of evidence are asked
 * one after another, strongest first; the first with more for one ABI than for the other decides.
 */
export function abiFromEvidence(batch: Batch, framing: Framing): Abi | undefined {
  const count = Math.min(batch.count, EVIDENCE_RECORDS);
  for (const evidence of EVIDENCE) {
    let balance = 0;
    for (let record = 0; record < count; record++) {
      const abi = evidence(recordFacts(batch, record, framing));
      if (abi !== undefined) balance += abi === "hvhdk" ? 1 : -1;
    }
    if (balance !== 0) return balance > 0 ? "hvhdk" : "hvimapi";
  }
  return undefined;
}

/** What the evidence is taken from; the header's bytes are undefined where the record does not have them. */
interface Facts {
  type: (typeof MESSAGE_TYPES)[number] | undefined;
  payloadSize: number;
  access: number | undefined;
  lengthByte: number | undefined;
  executionState: number | undefined;
}

function recordFacts({ bytes, available }: Batch, record: number, framing: Framing): Facts {
  const base = record * 256;
  const view = new DataView(bytes.buffer, base, 256);
  const type = framing === "message" ? TYPES.get(view.getUint32(0, true)) : undefined;
  const payloadSize = framing === "message" ? view.getUint8(4) : 40;
  const withHeader = framing === "header" || type?.payload.hvhdk.begins === "header";
  const there = withHeader && payloadSize >= 8 && (available[record] as number) >= 24;
  const tellsAccess = framing === "header" || ACCESS_KINDS.includes(type?.payload.hvhdk.kind ?? "");
  return {
    type,
    payloadSize,
    access: there && tellsAccess ? view.getUint8(0x15) : undefined,
    lengthByte: there ? view.getUint8(0x14) : undefined,
    executionState: there ? view.getUint16(0x16, true) : undefined,
  };
}

/** The kinds of evidence, strongest first: what a record says of its ABI, or undefined. */
const EVIDENCE: readonly ((facts: Facts) => Abi | undefined)[] = [
  ({ type, payloadSize }) =>
    type?.payload.hvhdk.kind === "memory" ? MEMORY_SIZES.get(payloadSize) : undefined,
  ({ type }) => type?.only,
  // As an enum, 0 is a read; as a mask it is none, which is no intercept. 3 to 7 are masks of several bits, or 4.
  ({ access }) =>
    access === 0 ? "hvhdk" : access !== undefined && access >= 3 && access <= 7 ? "hvimapi" : undefined,
  // No x86 instruction is longer than 15 bytes: the high half is CR8.
  ({ lengthByte }) => (lengthByte !== undefined && lengthByte > 15 ? "hvhdk" : undefined),
  ({ executionState }) => (executionState !== undefined && executionState >> 7 !== 0 ? "hvhdk" : undefined),
];
