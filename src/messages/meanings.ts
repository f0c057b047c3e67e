import { mmioName } from "./names/index.ts";
import { pageFaultWords } from "./words.ts";

/** Reads another field of the same record, by its path; undefined where the record does not have it. */
type ReadOther = (path: string) => bigint | undefined;

/**
 * What single values mean, for `tree` and `hex`: a row a field, by its name, where the field's own documentation
 * does not say enough. `under` is the path up to the name.
 */
export const MEANINGS: Record<string, (raw: bigint, read: ReadOther, under: string) => string | undefined> = {
  messageTypeCode: (raw) =>
    `${raw >> 31n ? "from the hypervisor" : "not from the hypervisor"}; signed ${Number(raw) | 0}`,
  instructionLength: (raw) => (raw === 0n ? "unknown: decode the instruction bytes" : undefined),
  cpl: (raw) => ["kernel", "ring 1", "ring 2", "user"][Number(raw)],
  segmentType: (raw, read, under) =>
    read(`${under}attributes`) === 0n
      ? "no attributes: a null segment"
      : segmentTypeWords(Number(raw), read(`${under}nonSystemSegment`) === 1n),
  descriptorPrivilegeLevel: (raw) => `ring ${raw}`,
  selector: (raw, read) => {
    if (read("executionState.cr0Pe") === 0n) return "real mode: a paragraph number";
    return raw < 4n ? "null selector" : `index ${raw >> 3n}, ${raw & 4n ? "LDT" : "GDT"}, RPL ${raw & 3n}`;
  },
  guestVirtualAddress: (_, read) =>
    read("payload.memoryAccessInfo.gvaValid") === 0n ? "not valid (gvaValid is clear)" : undefined,
  guestPhysicalAddress: (raw) => (raw < 1n << 32n ? mmioName(Number(raw)) : undefined),
  errorCode: (raw, read) => {
    if (read("payload.exceptionInfo.errorCodeValid") === 0n) return "not valid (errorCodeValid is clear)";
    return read("payload.exceptionVector") === 14n ? pageFaultWords(Number(raw)).slice(2, -1) : undefined;
  },
  exceptionParameter: (_, read) => {
    const vector = read("payload.exceptionVector");
    return vector === 14n ? "CR2, the faulting address" : vector === 1n ? "DR6" : "reserved for this vector";
  },
  accessSize: (raw) => `${raw} byte${raw === 1n ? "" : "s"}`,
  hostVisibility: (raw) =>
    ["private", "shared, read", "shared, write", "shared, read and write"][Number(raw)],
};

/** The descriptor type of a segment (Intel SDM vol. 3, tables 3-1 and 3-2). */
export function segmentTypeWords(type: number, codeOrData: boolean): string {
  if (!codeOrData) return SYSTEM_SEGMENTS[type] ?? "reserved system segment";
  const accessed = type & 1 ? ", accessed" : "";
  if (type & 8)
    return `code, execute${type & 2 ? "/read" : "-only"}${type & 4 ? ", conforming" : ""}${accessed}`;
  return `data, read${type & 2 ? "/write" : "-only"}${type & 4 ? ", expand-down" : ""}${accessed}`;
}

const SYSTEM_SEGMENTS: Record<number, string> = {
  1: "16-bit TSS, available",
  2: "LDT",
  3: "16-bit TSS, busy",
  4: "16-bit call gate",
  5: "task gate",
  6: "16-bit interrupt gate",
  7: "16-bit trap gate",
  9: "TSS, available",
  11: "TSS, busy",
  12: "call gate",
  14: "interrupt gate",
  15: "trap gate",
};
