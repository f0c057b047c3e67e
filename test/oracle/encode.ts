/**
 * The oracle's encoder: field values to the 256 bytes of an HV_MESSAGE, by literal offsets (TLFS, rust-vmm mshv
 * headers, hvdef). Like the decoder beside it, it shares no code with the product.
 *
 * Fields have the names of the JSON record; 64-bit ones are bigint. What is left out is zero.
 * Offsets in the payload functions count from the payload's first byte, as the layouts do.
 */
import type { OracleAbi } from "./decode.ts";

/** A segment register; the single attribute bits are given as the `attributes` word. */
interface SegmentFields {
  base?: bigint;
  limit?: number;
  selector?: number;
  attributes?: number;
}

/** The execution state; from `vtl` on, under hvhdk only. */
interface ExecutionStateFields {
  cpl?: number;
  cr0Pe?: boolean;
  cr0Am?: boolean;
  eferLma?: boolean;
  debugActive?: boolean;
  interruptionPending?: boolean;
  vtl?: number;
  enclaveMode?: boolean;
  interruptShadow?: boolean;
  virtualizationFaultActive?: boolean;
}

/** One of the three ways to access what is intercepted. */
type AccessType = "read" | "write" | "execute";

/** The common 40-byte header. `interceptAccessType` holds exactly one name under hvhdk, any number under hvimapi. */
interface HeaderFields {
  vpIndex?: number;
  instructionLength?: number;
  cr8?: number;
  interceptAccessType?: readonly AccessType[];
  executionState?: ExecutionStateFields;
  csSegment?: SegmentFields;
  rip?: bigint;
  rflags?: bigint;
}

/** The 16 bytes before the payload. Code and size have the kind's own values unless given. */
interface EnvelopeFields {
  messageTypeCode?: number;
  payloadSize?: number;
  messagePending?: boolean;
  sender?: bigint;
}

/** A message that begins with the common header. */
interface InterceptFields extends EnvelopeFields, HeaderFields {
  abi: OracleAbi;
}

/** The sixteen general registers of the exception message and of hvimapi's memory message. */
interface RegisterFields {
  rax?: bigint;
  rcx?: bigint;
  rdx?: bigint;
  rbx?: bigint;
  rsp?: bigint;
  rbp?: bigint;
  rsi?: bigint;
  rdi?: bigint;
  r8?: bigint;
  r9?: bigint;
  r10?: bigint;
  r11?: bigint;
  r12?: bigint;
  r13?: bigint;
  r14?: bigint;
  r15?: bigint;
}

/** Fields of an I/O port intercept. `instructionBytes` is hex text; its count is given apart, so that it may lie. */
export interface IoPortFields extends InterceptFields {
  portNumber?: number;
  accessInfo?: { accessSize?: number; stringOp?: boolean; repPrefix?: boolean };
  instructionByteCount?: number;
  rax?: bigint;
  instructionBytes?: string;
  dsSegment?: SegmentFields;
  esSegment?: SegmentFields;
  rcx?: bigint;
  rsi?: bigint;
  rdi?: bigint;
}

/** Fields of an MSR intercept. */
export interface MsrFields extends InterceptFields {
  msrNumber?: number;
  rdx?: bigint;
  rax?: bigint;
}

/** Fields of a memory intercept; segments and registers under hvimapi only, tprPriority under hvhdk only. */
interface MemoryFields extends InterceptFields, RegisterFields {
  /** The number: 0 uncached, 1 write combining, 4 write through, 5 write protected, 6 write back. */
  cacheType?: number;
  instructionByteCount?: number;
  memoryAccessInfo?: {
    gvaValid?: boolean;
    gvaGpaValid?: boolean;
    hypercallOutputPending?: boolean;
    tlbLockedNoOverlay?: boolean;
    supervisorShadowStack?: boolean;
  };
  tprPriority?: number;
  guestVirtualAddress?: bigint;
  guestPhysicalAddress?: bigint;
  instructionBytes?: string;
  dsSegment?: SegmentFields;
  ssSegment?: SegmentFields;
}

/** Fields of an exception intercept; softwareException under hvhdk only. */
export interface ExceptionFields extends InterceptFields, RegisterFields {
  exceptionVector?: number;
  exceptionInfo?: { errorCodeValid?: boolean; softwareException?: boolean };
  instructionByteCount?: number;
  errorCode?: number;
  exceptionParameter?: bigint;
  instructionBytes?: string;
  dsSegment?: SegmentFields;
  ssSegment?: SegmentFields;
}

/** Fields of a CPUID intercept. */
interface CpuidFields extends InterceptFields {
  rax?: bigint;
  rcx?: bigint;
  rdx?: bigint;
  rbx?: bigint;
  defaultResultRax?: bigint;
  defaultResultRcx?: bigint;
  defaultResultRdx?: bigint;
  defaultResultRbx?: bigint;
}

/** Fields of a hypercall intercept; `xmmRegisters` are up to six 128-bit values. */
interface HypercallFields extends InterceptFields {
  rax?: bigint;
  rbx?: bigint;
  rcx?: bigint;
  rdx?: bigint;
  r8?: bigint;
  rsi?: bigint;
  rdi?: bigint;
  xmmRegisters?: readonly bigint[];
  flags?: { isolated?: boolean };
}

/** Fields of a register intercept; `registerName` is the number, `accessInfo` a 128-bit value. */
interface RegisterInterceptFields extends InterceptFields {
  flags?: { isMemoryOp?: boolean };
  registerName?: number;
  accessInfo?: bigint;
}

/** Fields of an APIC EOI message, which has no common header. */
interface ApicEoiFields extends EnvelopeFields {
  vpIndex?: number;
  interruptVector?: number;
}

/** The common header by itself: 40 bytes. */
export function encodeHeader40(fields: HeaderFields & { abi: OracleAbi }): Uint8Array {
  const bytes = new Uint8Array(40);
  writeHeader(new DataView(bytes.buffer), fields.abi, fields);
  return bytes;
}

/** HvMessageTypeX64IoPortIntercept, payloadSize 0x80. */
export function encodeIoPort(fields: IoPortFields): Uint8Array {
  const { bytes, payload } = interceptMessage(0x80010000, 0x80, fields);
  const info = fields.accessInfo ?? {};
  payload.setUint16(0x28, fields.portNumber ?? 0, true);
  payload.setUint8(0x2a, (info.accessSize ?? 0) | at(info.stringOp, 3) | at(info.repPrefix, 4));
  payload.setUint8(0x2b, fields.instructionByteCount ?? 0);
  payload.setBigUint64(0x30, fields.rax ?? 0n, true);
  writeHex(payload, 0x38, fields.instructionBytes ?? "");
  writeSegment(payload, 0x48, fields.dsSegment);
  writeSegment(payload, 0x58, fields.esSegment);
  payload.setBigUint64(0x68, fields.rcx ?? 0n, true);
  payload.setBigUint64(0x70, fields.rsi ?? 0n, true);
  payload.setBigUint64(0x78, fields.rdi ?? 0n, true);
  return bytes;
}

/** HvMessageTypeMsrIntercept, payloadSize 0x40. */
export function encodeMsr(fields: MsrFields): Uint8Array {
  const { bytes, payload } = interceptMessage(0x80010001, 0x40, fields);
  payload.setUint32(0x28, fields.msrNumber ?? 0, true);
  payload.setBigUint64(0x30, fields.rdx ?? 0n, true);
  payload.setBigUint64(0x38, fields.rax ?? 0n, true);
  return bytes;
}

/** HvMessageTypeGpaIntercept unless another code is given; payloadSize 0x50 under hvhdk, 0xf0 under hvimapi. */
export function encodeMemory(fields: MemoryFields): Uint8Array {
  const { bytes, payload } = interceptMessage(0x80000001, fields.abi === "hvhdk" ? 0x50 : 0xf0, fields);
  const info = fields.memoryAccessInfo ?? {};
  payload.setUint32(0x28, fields.cacheType ?? 0, true);
  payload.setUint8(0x2c, fields.instructionByteCount ?? 0);
  payload.setBigUint64(0x30, fields.guestVirtualAddress ?? 0n, true);
  payload.setBigUint64(0x38, fields.guestPhysicalAddress ?? 0n, true);
  writeHex(payload, 0x40, fields.instructionBytes ?? "");
  if (fields.abi === "hvhdk") {
    const low = at(info.gvaValid, 0) | at(info.gvaGpaValid, 1) | at(info.hypercallOutputPending, 2);
    payload.setUint8(0x2d, low | at(info.tlbLockedNoOverlay, 3) | at(info.supervisorShadowStack, 4));
    payload.setUint8(0x2e, fields.tprPriority ?? 0);
  } else {
    payload.setUint8(0x2d, at(info.gvaValid, 0));
    writeSegment(payload, 0x50, fields.dsSegment);
    writeSegment(payload, 0x60, fields.ssSegment);
    writeSixteenRegisters(payload, fields);
  }
  return bytes;
}

/** HvMessageTypeExceptionIntercept, payloadSize 0xf0. */
export function encodeException(fields: ExceptionFields): Uint8Array {
  const { bytes, payload } = interceptMessage(0x80010003, 0xf0, fields);
  const info = fields.exceptionInfo ?? {};
  payload.setUint16(0x28, fields.exceptionVector ?? 0, true);
  payload.setUint8(
    0x2a,
    at(info.errorCodeValid, 0) | (fields.abi === "hvhdk" ? at(info.softwareException, 1) : 0),
  );
  payload.setUint8(0x2b, fields.instructionByteCount ?? 0);
  payload.setUint32(0x2c, fields.errorCode ?? 0, true);
  payload.setBigUint64(0x30, fields.exceptionParameter ?? 0n, true);
  writeHex(payload, 0x40, fields.instructionBytes ?? "");
  writeSegment(payload, 0x50, fields.dsSegment);
  writeSegment(payload, 0x60, fields.ssSegment);
  writeSixteenRegisters(payload, fields);
  return bytes;
}

/** HvMessageTypeX64CpuidIntercept, payloadSize 0x68. */
export function encodeCpuid(fields: CpuidFields): Uint8Array {
  const { bytes, payload } = interceptMessage(0x80010002, 0x68, fields);
  payload.setBigUint64(0x28, fields.rax ?? 0n, true);
  payload.setBigUint64(0x30, fields.rcx ?? 0n, true);
  payload.setBigUint64(0x38, fields.rdx ?? 0n, true);
  payload.setBigUint64(0x40, fields.rbx ?? 0n, true);
  payload.setBigUint64(0x48, fields.defaultResultRax ?? 0n, true);
  payload.setBigUint64(0x50, fields.defaultResultRcx ?? 0n, true);
  payload.setBigUint64(0x58, fields.defaultResultRdx ?? 0n, true);
  payload.setBigUint64(0x60, fields.defaultResultRbx ?? 0n, true);
  return bytes;
}

/** HvMessageTypeHypercallIntercept, payloadSize 0xd0 (hvdef; the rust-vmm mshv headers have 0xc4). */
export function encodeHypercall(fields: HypercallFields): Uint8Array {
  const { bytes, payload } = interceptMessage(0x80000050, 0xd0, fields);
  payload.setBigUint64(0x28, fields.rax ?? 0n, true);
  payload.setBigUint64(0x30, fields.rbx ?? 0n, true);
  payload.setBigUint64(0x38, fields.rcx ?? 0n, true);
  payload.setBigUint64(0x40, fields.rdx ?? 0n, true);
  payload.setBigUint64(0x48, fields.r8 ?? 0n, true);
  payload.setBigUint64(0x50, fields.rsi ?? 0n, true);
  payload.setBigUint64(0x58, fields.rdi ?? 0n, true);
  for (const [i, offset] of [0x60, 0x70, 0x80, 0x90, 0xa0, 0xb0].entries()) {
    writeU128(payload, offset, fields.xmmRegisters?.[i] ?? 0n);
  }
  payload.setUint32(0xc0, at(fields.flags?.isolated, 0), true);
  return bytes;
}

/** HvMessageTypeRegisterIntercept, payloadSize 0x40. */
export function encodeRegister(fields: RegisterInterceptFields): Uint8Array {
  const { bytes, payload } = interceptMessage(0x80010006, 0x40, fields);
  payload.setUint8(0x28, at(fields.flags?.isMemoryOp, 0));
  payload.setUint32(0x2c, fields.registerName ?? 0, true);
  writeU128(payload, 0x30, fields.accessInfo ?? 0n);
  return bytes;
}

/** HvMessageTypeX64ApicEoi (hvimapi's code is 0x80000030), payloadSize 8. */
export function encodeApicEoi(fields: ApicEoiFields): Uint8Array {
  const { bytes, payload } = message(0x80010004, 8, fields);
  payload.setUint32(0x00, fields.vpIndex ?? 0, true);
  payload.setUint32(0x04, fields.interruptVector ?? 0, true);
  return bytes;
}

/** HvMessageTypeX64Halt with its header, payloadSize 40. */
export function encodeHalt(fields: InterceptFields): Uint8Array {
  return interceptMessage(0x80010007, 40, fields).bytes;
}

interface Message {
  bytes: Uint8Array;
  payload: DataView;
}

function message(code: number, payloadSize: number, fields: EnvelopeFields): Message {
  const bytes = new Uint8Array(256);
  const view = new DataView(bytes.buffer);
  view.setUint32(0x00, fields.messageTypeCode ?? code, true);
  view.setUint8(0x04, fields.payloadSize ?? payloadSize);
  view.setUint8(0x05, at(fields.messagePending, 0));
  view.setBigUint64(0x08, fields.sender ?? 0n, true);
  return { bytes, payload: new DataView(bytes.buffer, 0x10) };
}

function interceptMessage(code: number, payloadSize: number, fields: InterceptFields): Message {
  const made = message(code, payloadSize, fields);
  writeHeader(made.payload, fields.abi, fields);
  return made;
}

function writeHeader(view: DataView, abi: OracleAbi, fields: HeaderFields): void {
  const state = fields.executionState ?? {};
  const low = (state.cpl ?? 0) | at(state.cr0Pe, 2) | at(state.cr0Am, 3) | at(state.eferLma, 4);
  let executionState = low | at(state.debugActive, 5) | at(state.interruptionPending, 6);
  view.setUint32(0x00, fields.vpIndex ?? 0, true);
  if (abi === "hvhdk") {
    executionState |= ((state.vtl ?? 0) << 7) | at(state.enclaveMode, 11);
    executionState |= at(state.interruptShadow, 12) | at(state.virtualizationFaultActive, 13);
    view.setUint8(0x04, (fields.instructionLength ?? 0) | ((fields.cr8 ?? 0) << 4));
  } else {
    view.setUint8(0x04, fields.instructionLength ?? 0);
  }
  view.setUint8(0x05, accessTypeByte(abi, fields.interceptAccessType));
  view.setUint16(0x06, executionState, true);
  writeSegment(view, 0x08, fields.csSegment);
  view.setBigUint64(0x18, fields.rip ?? 0n, true);
  view.setBigUint64(0x20, fields.rflags ?? 0n, true);
}

/** The enum's number under hvhdk (read unless given), the OR of the mask's bits under hvimapi (none unless given). */
function accessTypeByte(abi: OracleAbi, names: readonly AccessType[] | undefined): number {
  if (abi === "hvhdk") {
    const [name = "read", ...more] = names ?? [];
    if (more.length > 0) throw new RangeError("hvhdk has one access type a message");
    return name === "read" ? 0 : name === "write" ? 1 : 2;
  }
  let mask = 0;
  for (const name of names ?? []) mask |= name === "read" ? 1 : name === "write" ? 2 : 4;
  return mask;
}

function writeSegment(view: DataView, offset: number, segment: SegmentFields | undefined): void {
  view.setBigUint64(offset, segment?.base ?? 0n, true);
  view.setUint32(offset + 0x8, segment?.limit ?? 0, true);
  view.setUint16(offset + 0xc, segment?.selector ?? 0, true);
  view.setUint16(offset + 0xe, segment?.attributes ?? 0, true);
}

function writeSixteenRegisters(payload: DataView, fields: RegisterFields): void {
  payload.setBigUint64(0x70, fields.rax ?? 0n, true);
  payload.setBigUint64(0x78, fields.rcx ?? 0n, true);
  payload.setBigUint64(0x80, fields.rdx ?? 0n, true);
  payload.setBigUint64(0x88, fields.rbx ?? 0n, true);
  payload.setBigUint64(0x90, fields.rsp ?? 0n, true);
  payload.setBigUint64(0x98, fields.rbp ?? 0n, true);
  payload.setBigUint64(0xa0, fields.rsi ?? 0n, true);
  payload.setBigUint64(0xa8, fields.rdi ?? 0n, true);
  payload.setBigUint64(0xb0, fields.r8 ?? 0n, true);
  payload.setBigUint64(0xb8, fields.r9 ?? 0n, true);
  payload.setBigUint64(0xc0, fields.r10 ?? 0n, true);
  payload.setBigUint64(0xc8, fields.r11 ?? 0n, true);
  payload.setBigUint64(0xd0, fields.r12 ?? 0n, true);
  payload.setBigUint64(0xd8, fields.r13 ?? 0n, true);
  payload.setBigUint64(0xe0, fields.r14 ?? 0n, true);
  payload.setBigUint64(0xe8, fields.r15 ?? 0n, true);
}

function writeU128(view: DataView, offset: number, value: bigint): void {
  view.setBigUint64(offset, value & 0xffff_ffff_ffff_ffffn, true);
  view.setBigUint64(offset + 8, value >> 64n, true);
}

/** Writes at most 16 bytes of hex text. */
function writeHex(view: DataView, offset: number, hex: string): void {
  for (let i = 0; i < 16 && i * 2 < hex.length; i++) {
    view.setUint8(offset + i, Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16));
  }
}

/** The bit at `position`, set or not. */
function at(flag: boolean | undefined, position: number): number {
  return flag === true ? 1 << position : 0;
}
