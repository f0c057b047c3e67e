/**
 * The oracle: a second decoder of one record, written by hand from the published layouts (TLFS, rust-vmm mshv
 * headers, hvdef), with DataView and BigInt and literal offsets. It is slow and shares no code with the product,
 * so that where the two disagree, one of them misreads the layouts.
 *
 * Every payload has one function that reads its fields in the order of their bytes; so keys and problems come
 * out in the record's order by themselves. To add a message type, add its row to MESSAGE_TYPES and to PAYLOADS.
 */

/** Which reading of the common header and of the memory message applies. */
export type OracleAbi = "hvhdk" | "hvimapi";

/** What a record is: an HV_MESSAGE of 256 bytes, or the 40-byte intercept header by itself. */
type OracleInput = "message" | "header";

/** Names of numbers, given by the caller; undefined where a number has none. */
export interface OracleNames {
  msr(number: number): string | undefined;
  hypercall(code: number): string | undefined;
  register(number: number): string | undefined;
  port(number: number): string | undefined;
  exception(vector: number): string | undefined;
}

/** How to read a record, and what its surroundings add to it. */
export interface OracleOptions {
  abi: OracleAbi;
  input: OracleInput;
  /** The slot's ordinal in its file. */
  index: number;
  /** The byte offset of the message (or header) in its file. */
  offset: number;
  file?: string;
  time?: string;
  names: OracleNames;
}

/** A decoded record, in the order of keys that the JSON has. */
export type OracleRecord = Record<string, unknown>;

/** One record being decoded: where its payload lies, and what was found wrong so far. */
interface Context {
  view: DataView;
  /** Where the payload begins in `view`: 16 in a message, 0 in a header by itself. */
  start: number;
  /** Bytes of payload that count: within payloadSize, within 240, and really there. */
  size: number;
  /** Bytes of payload that the message says it has, at most 240. */
  saidSize: number;
  abi: OracleAbi;
  names: OracleNames;
  problems: string[];
}

/**
 * The record that hvmsg's JSON line for `bytes` must equal, key order included.
 * Null for an empty slot (message type 0) and for fewer bytes than can be decoded at all (16, or 4 of a header).
 */
export function oracleDecode(bytes: Uint8Array, options: OracleOptions): OracleRecord | null {
  return options.input === "header" ? decodeHeaderRecord(bytes, options) : decodeMessage(bytes, options);
}

function decodeHeaderRecord(bytes: Uint8Array, options: OracleOptions): OracleRecord | null {
  if (bytes.length < 4) return null;
  const c = context(bytes, 0, 40, options);
  if (bytes.length < 40) c.problems.push(`record cut short: ${bytes.length} of 40 bytes`);
  const record = decodePlace(options);
  decodeInterceptHeader(c, record);
  if (c.problems.length > 0) record.problems = c.problems;
  return record;
}

function decodeMessage(bytes: Uint8Array, options: OracleOptions): OracleRecord | null {
  if (bytes.length < 16) return null;
  const payloadSize = bytes[4] ?? 0;
  const c = context(bytes, 16, Math.min(payloadSize, 240), options);
  const code = c.view.getUint32(0x00, true);
  if (code === 0) return null;
  const [, name, kind = "raw"] = rowOf(code);

  const record = decodePlace(options);
  record.messageType =
    name === undefined ? `0x${code.toString(16).padStart(8, "0")}` : `HvMessageType${name}`;
  record.messageTypeCode = code;
  record.payloadSize = payloadSize;
  record.messagePending = (c.view.getUint8(0x05) & 1) === 1;
  record.sender = hex64(c.view.getBigUint64(0x08, true));

  if (bytes.length < 256) c.problems.push(`record cut short: ${bytes.length} of 256 bytes`);
  if (name === undefined) c.problems.push(`unknown messageType ${record.messageType}`);
  if (payloadSize > 240) c.problems.push(`payloadSize ${payloadSize} exceeds 240`);
  const least = leastOf(kind, c.abi);
  if (Math.min(payloadSize, 240) < least) {
    c.problems.push(`payloadSize ${Math.min(payloadSize, 240)} is less than ${kind}'s ${least}`);
  }
  const reservedFlags = c.view.getUint8(0x05) & 0xfe;
  if (reservedFlags !== 0)
    c.problems.push(`messageFlags has reserved bits 0x${reservedFlags.toString(16)} set`);
  const reserved = c.view.getUint16(0x06, true);
  if (reserved !== 0) c.problems.push(`reserved bytes at 0x6 are set: 0x${reserved.toString(16)}`);

  const payload: OracleRecord = { kind };
  PAYLOADS[kind].read(c, record, payload);
  record.payload = payload;
  if (c.problems.length > 0) record.problems = c.problems;
  return record;
}

function context(bytes: Uint8Array, start: number, saidSize: number, options: OracleOptions): Context {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = Math.min(saidSize, bytes.length - start);
  return { view, start, size, saidSize, abi: options.abi, names: options.names, problems: [] };
}

function decodePlace(options: OracleOptions): OracleRecord {
  const record: OracleRecord = {};
  if (options.file !== undefined) record.file = options.file;
  record.index = options.index;
  record.offset = options.offset;
  if (options.time !== undefined) record.time = options.time;
  return record;
}

// ----------------------------------------------------------------------------------------------------
// Message types

/** A payload: the payloadSize below which a message is short of its (smallest) documented layout, and what reads it. */
interface Payload {
  least: number | Record<OracleAbi, number>;
  read(c: Context, record: OracleRecord, payload: OracleRecord): void;
}

/** Every payload by its kind, a row each. */
const PAYLOADS = {
  memory: { least: { hvhdk: 0x50, hvimapi: 0xf0 }, read: decodeMemory },
  ioPort: { least: 0x80, read: decodeIoPort },
  msr: { least: 0x40, read: decodeMsr },
  cpuid: { least: 0x68, read: decodeCpuid },
  exception: { least: 0xf0, read: decodeException },
  // rust-vmm mshv headers; hvdef has 0xd0.
  hypercall: { least: 0xc4, read: decodeHypercall },
  register: { least: 0x40, read: decodeRegister },
  interruptionDeliverable: { least: 0x30, read: decodeInterruptionDeliverable },
  sipi: { least: 0x30, read: decodeSipi },
  sintDeliverable: { least: 0x30, read: decodeSintDeliverable },
  vmgexit: { least: 0x68, read: decodeVmgexit },
  unrecoverableException: { least: 0x28, read: decodeUnrecoverableException },
  // The form without a header, as VirtualBox saw it.
  halt: { least: 8, read: decodeHalt },
  apicEoi: { least: 8, read: decodeApicEoi },
  gpaAttribute: { least: 0xf0, read: decodeGpaAttribute },
  unsupportedFeature: { least: 0x10, read: decodeUnsupportedFeature },
  timer: { least: 0x18, read: decodeTimer },
  invalidVpRegisterValue: { least: 8, read: decodeVpIndexAndReserved },
  legacyFpError: { least: 8, read: decodeVpIndexAndReserved },
  opaqueIntercept: { least: 4, read: decodeOpaqueIntercept },
  eventLogBuffer: { least: 8, read: decodeEventLogBuffer },
  sintIntercept: { least: 4, read: decodeSintIntercept },
  raw: { least: 0, read: decodeRaw },
} as const satisfies Record<string, Payload>;

/** The payload that a message type has: its kind, and the least payloadSize that is whole. Undefined: an unknown type. */
export function oraclePayload(code: number, abi: OracleAbi): { kind: string; least: number } | undefined {
  const [, , kind] = rowOf(code);
  return kind && { kind, least: leastOf(kind, abi) };
}

function rowOf(code: number): (typeof MESSAGE_TYPES)[number] | [] {
  return MESSAGE_TYPES.find((row) => row[0] === code) ?? [];
}

function leastOf(kind: keyof typeof PAYLOADS, abi: OracleAbi): number {
  const { least }: Payload = PAYLOADS[kind];
  return typeof least === "number" ? least : least[abi];
}

/** Every message type, a row each: its code, its name after `HvMessageType`, and its payload. */
const MESSAGE_TYPES: readonly (readonly [code: number, name: string, kind: keyof typeof PAYLOADS])[] = [
  [0x80000000, "UnmappedGpa", "memory"],
  [0x80000001, "GpaIntercept", "memory"],
  [0x80000003, "UnacceptedGpa", "memory"],
  [0x80000004, "GpaAttributeIntercept", "gpaAttribute"],
  [0x80000005, "EnablePartitionVtlIntercept", "raw"],
  [0x80000010, "TimerExpired", "timer"],
  [0x80000020, "InvalidVpRegisterValue", "invalidVpRegisterValue"],
  [0x80000021, "UnrecoverableException", "unrecoverableException"],
  [0x80000022, "UnsupportedFeature", "unsupportedFeature"],
  [0x80000023, "TlbPageSizeMismatch", "raw"],
  [0x80000024, "IommuFault", "raw"],
  [0x80000030, "ApicEoi", "apicEoi"],
  [0x80000031, "FerrAsserted", "legacyFpError"],
  [0x8000003f, "OpaqueIntercept", "opaqueIntercept"],
  [0x80000040, "EventLogBufferComplete", "eventLogBuffer"],
  [0x80000050, "HypercallIntercept", "hypercall"],
  [0x80000060, "SynicEventIntercept", "raw"],
  [0x80000061, "SynicSintIntercept", "sintIntercept"],
  [0x80000062, "SynicSintDeliverable", "sintDeliverable"],
  [0x80000070, "AsyncCallCompletion", "raw"],
  [0x80000071, "InsufficientMemory", "raw"],
  [0x80000100, "SchedulerVpSignalBitset", "raw"],
  [0x80000101, "SchedulerVpSignalPair", "raw"],
  [0x80010000, "X64IoPortIntercept", "ioPort"],
  [0x80010001, "MsrIntercept", "msr"],
  [0x80010002, "X64CpuidIntercept", "cpuid"],
  [0x80010003, "ExceptionIntercept", "exception"],
  [0x80010004, "X64ApicEoi", "apicEoi"],
  [0x80010005, "X64LegacyFpError", "legacyFpError"],
  [0x80010006, "RegisterIntercept", "register"],
  [0x80010007, "X64Halt", "halt"],
  [0x80010008, "X64InterruptionDeliverable", "interruptionDeliverable"],
  [0x80010009, "X64SipiIntercept", "sipi"],
  [0x8001000a, "X64RdtscIntercept", "raw"],
  [0x8001000b, "X64ApicSmiIntercept", "raw"],
  [0x8001000c, "Arm64ResetIntercept", "raw"],
  [0x8001000d, "X64ApicInitSipiIntercept", "raw"],
  [0x8001000e, "X64ApicWriteIntercept", "raw"],
  [0x8001000f, "X64ProxyInterruptIntercept", "raw"],
  [0x80010010, "X64IsolationCtrlRegIntercept", "raw"],
  [0x80010011, "X64SnpGuestRequestIntercept", "raw"],
  [0x80010012, "X64ExceptionTrapIntercept", "raw"],
  [0x80010013, "X64SevVmgexitIntercept", "vmgexit"],
  [0x80010015, "X64MsrListIntercept", "raw"],
];

// ----------------------------------------------------------------------------------------------------
// The common header and the segments

function decodeInterceptHeader(c: Context, record: OracleRecord): void {
  putU32(c, record, "vpIndex", 0x00);
  if (has(c, 0x04, 1)) {
    const byte = u8(c, 0x04);
    if (c.abi === "hvhdk") {
      record.instructionLength = byte & 0x0f;
      record.cr8 = byte >>> 4;
    } else {
      record.instructionLength = byte;
    }
  }
  if (has(c, 0x05, 1)) record.interceptAccessType = decodeAccessType(c, u8(c, 0x05));
  if (has(c, 0x06, 2)) record.executionState = decodeExecutionState(c, u16(c, 0x06));
  putSegment(c, record, "csSegment", 0x08);
  putU64(c, record, "rip", 0x18);
  if (has(c, 0x20, 8)) {
    const rflags = u64(c, 0x20);
    record.rflags = hex64(rflags);
    record.flags = rflagsNames(rflags);
    record.iopl = Number((rflags >> 12n) & 3n);
    reportReservedBits(c, "rflags", rflags, 0xffff_ffff_ffc0_8028n);
  }
}

function decodeAccessType(c: Context, byte: number): (string | number)[] {
  if (c.abi === "hvimapi") {
    const names: string[] = [];
    if ((byte & 1) !== 0) names.push("read");
    if ((byte & 2) !== 0) names.push("write");
    if ((byte & 4) !== 0) names.push("execute");
    reportReservedBits(c, "interceptAccessType", BigInt(byte), 0xf8n);
    return names;
  }
  if (byte === 0) return ["read"];
  if (byte === 1) return ["write"];
  if (byte === 2) return ["execute"];
  c.problems.push(`interceptAccessType ${byte} is unknown`);
  return [byte];
}

function decodeExecutionState(c: Context, bits: number): OracleRecord {
  const state: OracleRecord = {
    cpl: bits & 3,
    cr0Pe: bit(bits, 2),
    cr0Am: bit(bits, 3),
    eferLma: bit(bits, 4),
    debugActive: bit(bits, 5),
    interruptionPending: bit(bits, 6),
  };
  if (c.abi === "hvhdk") {
    state.vtl = (bits >>> 7) & 0xf;
    state.enclaveMode = bit(bits, 11);
    state.interruptShadow = bit(bits, 12);
    state.virtualizationFaultActive = bit(bits, 13);
    reportReservedBits(c, "executionState", BigInt(bits), 0xc000n);
  } else {
    reportReservedBits(c, "executionState", BigInt(bits), 0xff80n);
  }
  return state;
}

function rflagsNames(rflags: bigint): string[] {
  const names: string[] = [];
  if ((rflags & 0x0000_0001n) !== 0n) names.push("CF");
  if ((rflags & 0x0000_0004n) !== 0n) names.push("PF");
  if ((rflags & 0x0000_0010n) !== 0n) names.push("AF");
  if ((rflags & 0x0000_0040n) !== 0n) names.push("ZF");
  if ((rflags & 0x0000_0080n) !== 0n) names.push("SF");
  if ((rflags & 0x0000_0100n) !== 0n) names.push("TF");
  if ((rflags & 0x0000_0200n) !== 0n) names.push("IF");
  if ((rflags & 0x0000_0400n) !== 0n) names.push("DF");
  if ((rflags & 0x0000_0800n) !== 0n) names.push("OF");
  if ((rflags & 0x0000_4000n) !== 0n) names.push("NT");
  if ((rflags & 0x0001_0000n) !== 0n) names.push("RF");
  if ((rflags & 0x0002_0000n) !== 0n) names.push("VM");
  if ((rflags & 0x0004_0000n) !== 0n) names.push("AC");
  if ((rflags & 0x0008_0000n) !== 0n) names.push("VIF");
  if ((rflags & 0x0010_0000n) !== 0n) names.push("VIP");
  if ((rflags & 0x0020_0000n) !== 0n) names.push("ID");
  return names;
}

function putSegment(c: Context, out: OracleRecord, name: string, at: number): void {
  const segment: OracleRecord = {};
  putU64(c, segment, "base", at);
  putU32(c, segment, "limit", at + 0x08);
  putU16(c, segment, "selector", at + 0x0c);
  if (has(c, at + 0x0e, 2)) {
    const attributes = u16(c, at + 0x0e);
    segment.attributes = attributes;
    segment.segmentType = attributes & 0xf;
    segment.nonSystemSegment = bit(attributes, 4);
    segment.descriptorPrivilegeLevel = (attributes >>> 5) & 3;
    segment.present = bit(attributes, 7);
    segment.available = bit(attributes, 12);
    segment.long = bit(attributes, 13);
    segment.default = bit(attributes, 14);
    segment.granularity = bit(attributes, 15);
    reportReservedBits(c, `${name}.attributes`, BigInt(attributes), 0x0f00n);
  }
  if (Object.keys(segment).length > 0) out[name] = segment;
}

// ----------------------------------------------------------------------------------------------------
// Payloads that begin with the header

function decodeMemory(c: Context, record: OracleRecord, payload: OracleRecord): void {
  if (c.abi === "hvhdk") decodeMemoryHvhdk(c, record, payload);
  else decodeMemoryHvimapi(c, record, payload);
}

function decodeMemoryHvhdk(c: Context, record: OracleRecord, payload: OracleRecord): void {
  decodeInterceptHeader(c, record);
  putCacheType(c, payload);
  putInstructionByteCount(c, payload, 0x2c);
  if (has(c, 0x2d, 1)) {
    const bits = u8(c, 0x2d);
    payload.memoryAccessInfo = {
      gvaValid: bit(bits, 0),
      gvaGpaValid: bit(bits, 1),
      hypercallOutputPending: bit(bits, 2),
      tlbLockedNoOverlay: bit(bits, 3),
      supervisorShadowStack: bit(bits, 4),
    };
    reportReservedBits(c, "memoryAccessInfo", BigInt(bits), 0xe0n);
  }
  putU8(c, payload, "tprPriority", 0x2e);
  reportReservedBytes(c, 0x2f, 1);
  putU64(c, payload, "guestVirtualAddress", 0x30);
  putU64(c, payload, "guestPhysicalAddress", 0x38);
  putInstructionBytes(c, payload, 0x2c, 0x40);
  putUndecodedBytes(c, payload, 0x50);
}

function decodeMemoryHvimapi(c: Context, record: OracleRecord, payload: OracleRecord): void {
  decodeInterceptHeader(c, record);
  putCacheType(c, payload);
  putInstructionByteCount(c, payload, 0x2c);
  if (has(c, 0x2d, 1)) {
    const bits = u8(c, 0x2d);
    payload.memoryAccessInfo = { gvaValid: bit(bits, 0) };
    reportReservedBits(c, "memoryAccessInfo", BigInt(bits), 0xfen);
  }
  reportReservedBytes(c, 0x2e, 2);
  putU64(c, payload, "guestVirtualAddress", 0x30);
  putU64(c, payload, "guestPhysicalAddress", 0x38);
  putInstructionBytes(c, payload, 0x2c, 0x40);
  putSegment(c, payload, "dsSegment", 0x50);
  putSegment(c, payload, "ssSegment", 0x60);
  putSixteenRegisters(c, payload);
}

function putCacheType(c: Context, payload: OracleRecord): void {
  if (!has(c, 0x28, 4)) return;
  const value = u32(c, 0x28);
  switch (value) {
    case 0:
      payload.cacheType = "uncached";
      return;
    case 1:
      payload.cacheType = "writeCombining";
      return;
    case 4:
      payload.cacheType = "writeThrough";
      return;
    case 5:
      payload.cacheType = "writeProtected";
      return;
    case 6:
      payload.cacheType = "writeBack";
      return;
    default:
      payload.cacheType = value;
      c.problems.push(`cacheType ${value} is unknown`);
  }
}

/** The registers of hvimapi's memory message and of the exception message: 0x70 to 0xf0 in both. */
function putSixteenRegisters(c: Context, payload: OracleRecord): void {
  putU64(c, payload, "rax", 0x70);
  putU64(c, payload, "rcx", 0x78);
  putU64(c, payload, "rdx", 0x80);
  putU64(c, payload, "rbx", 0x88);
  putU64(c, payload, "rsp", 0x90);
  putU64(c, payload, "rbp", 0x98);
  putU64(c, payload, "rsi", 0xa0);
  putU64(c, payload, "rdi", 0xa8);
  putU64(c, payload, "r8", 0xb0);
  putU64(c, payload, "r9", 0xb8);
  putU64(c, payload, "r10", 0xc0);
  putU64(c, payload, "r11", 0xc8);
  putU64(c, payload, "r12", 0xd0);
  putU64(c, payload, "r13", 0xd8);
  putU64(c, payload, "r14", 0xe0);
  putU64(c, payload, "r15", 0xe8);
}

function decodeIoPort(c: Context, record: OracleRecord, payload: OracleRecord): void {
  decodeInterceptHeader(c, record);
  putU16(c, payload, "portNumber", 0x28);
  if (has(c, 0x28, 2)) putName(payload, "portName", c.names.port(u16(c, 0x28)));
  if (has(c, 0x2a, 1)) {
    const bits = u8(c, 0x2a);
    payload.accessInfo = { accessSize: bits & 7, stringOp: bit(bits, 3), repPrefix: bit(bits, 4) };
    reportReservedBits(c, "accessInfo", BigInt(bits), 0xe0n);
  }
  putInstructionByteCount(c, payload, 0x2b);
  reportReservedBytes(c, 0x2c, 4);
  putU64(c, payload, "rax", 0x30);
  putInstructionBytes(c, payload, 0x2b, 0x38);
  putSegment(c, payload, "dsSegment", 0x48);
  putSegment(c, payload, "esSegment", 0x58);
  putU64(c, payload, "rcx", 0x68);
  putU64(c, payload, "rsi", 0x70);
  putU64(c, payload, "rdi", 0x78);
  putUndecodedBytes(c, payload, 0x80);
}

function decodeMsr(c: Context, record: OracleRecord, payload: OracleRecord): void {
  decodeInterceptHeader(c, record);
  putU32(c, payload, "msrNumber", 0x28);
  if (has(c, 0x28, 4)) putName(payload, "msrName", c.names.msr(u32(c, 0x28)));
  reportReservedBytes(c, 0x2c, 4);
  putU64(c, payload, "rdx", 0x30);
  putU64(c, payload, "rax", 0x38);
  putUndecodedBytes(c, payload, 0x40);
}

function decodeCpuid(c: Context, record: OracleRecord, payload: OracleRecord): void {
  decodeInterceptHeader(c, record);
  putU64(c, payload, "rax", 0x28);
  putU64(c, payload, "rcx", 0x30);
  putU64(c, payload, "rdx", 0x38);
  putU64(c, payload, "rbx", 0x40);
  putU64(c, payload, "defaultResultRax", 0x48);
  putU64(c, payload, "defaultResultRcx", 0x50);
  putU64(c, payload, "defaultResultRdx", 0x58);
  putU64(c, payload, "defaultResultRbx", 0x60);
  putUndecodedBytes(c, payload, 0x68);
}

function decodeException(c: Context, record: OracleRecord, payload: OracleRecord): void {
  decodeInterceptHeader(c, record);
  putU16(c, payload, "exceptionVector", 0x28);
  if (has(c, 0x28, 2)) putName(payload, "exceptionName", c.names.exception(u16(c, 0x28)));
  if (has(c, 0x2a, 1)) {
    const bits = u8(c, 0x2a);
    if (c.abi === "hvhdk") {
      payload.exceptionInfo = { errorCodeValid: bit(bits, 0), softwareException: bit(bits, 1) };
      reportReservedBits(c, "exceptionInfo", BigInt(bits), 0xfcn);
    } else {
      payload.exceptionInfo = { errorCodeValid: bit(bits, 0) };
      reportReservedBits(c, "exceptionInfo", BigInt(bits), 0xfen);
    }
  }
  putInstructionByteCount(c, payload, 0x2b);
  putU32(c, payload, "errorCode", 0x2c);
  putU64(c, payload, "exceptionParameter", 0x30);
  reportReservedBytes(c, 0x38, 8);
  putInstructionBytes(c, payload, 0x2b, 0x40);
  putSegment(c, payload, "dsSegment", 0x50);
  putSegment(c, payload, "ssSegment", 0x60);
  putSixteenRegisters(c, payload);
}

function decodeHypercall(c: Context, record: OracleRecord, payload: OracleRecord): void {
  decodeInterceptHeader(c, record);
  putU64(c, payload, "rax", 0x28);
  putU64(c, payload, "rbx", 0x30);
  putU64(c, payload, "rcx", 0x38);
  if (has(c, 0x38, 8)) {
    const code = Number(u64(c, 0x38) & 0xffffn);
    payload.hypercallCode = code;
    putName(payload, "hypercallName", c.names.hypercall(code));
  }
  putU64(c, payload, "rdx", 0x40);
  putU64(c, payload, "r8", 0x48);
  putU64(c, payload, "rsi", 0x50);
  putU64(c, payload, "rdi", 0x58);
  if (c.size > 0x60) {
    const registers: string[] = [];
    for (const at of [0x60, 0x70, 0x80, 0x90, 0xa0, 0xb0]) {
      if (has(c, at, 16)) registers.push(hex128(c, at));
    }
    payload.xmmRegisters = registers;
  }
  if (has(c, 0xc0, 4)) {
    const bits = u32(c, 0xc0);
    payload.flags = { isolated: bit(bits, 0) };
    reportReservedBits(c, "flags", BigInt(bits), 0xffff_fffen);
  }
  reportReservedArray(c, 0xc4, 4, 3); // hvdef: u32[3]
  putUndecodedBytes(c, payload, 0xd0);
}

function decodeRegister(c: Context, record: OracleRecord, payload: OracleRecord): void {
  decodeInterceptHeader(c, record);
  if (has(c, 0x28, 1)) {
    const bits = u8(c, 0x28);
    payload.flags = { isMemoryOp: bit(bits, 0) };
    reportReservedBits(c, "flags", BigInt(bits), 0xfen);
  }
  reportReservedBytes(c, 0x29, 1);
  reportReservedBytes(c, 0x2a, 2);
  if (has(c, 0x2c, 4)) {
    const number = u32(c, 0x2c);
    const name = c.names.register(number);
    payload.registerName = name ?? number;
    if (name === undefined) c.problems.push(`registerName 0x${number.toString(16)} is unknown`);
  }
  if (has(c, 0x30, 16)) payload.accessInfo = hex128(c, 0x30);
  putUndecodedBytes(c, payload, 0x40);
}

function decodeInterruptionDeliverable(c: Context, record: OracleRecord, payload: OracleRecord): void {
  decodeInterceptHeader(c, record);
  if (has(c, 0x28, 1)) payload.deliverableType = decodeDeliverableType(c, u8(c, 0x28));
  reportReservedArray(c, 0x29, 1, 3); // hvdef: u8[3]
  reportReservedBytes(c, 0x2c, 4);
  putUndecodedBytes(c, payload, 0x30);
}

function decodeDeliverableType(c: Context, value: number): string | number {
  switch (value) {
    case 0:
      return "interrupt";
    case 2:
      return "nmi";
    case 3:
      return "exception";
    case 4:
      return "softwareInterrupt";
    case 5:
      return "privilegedSoftwareException";
    case 6:
      return "softwareException";
    default:
      c.problems.push(`deliverableType ${value} is unknown`);
      return value;
  }
}

function decodeSipi(c: Context, record: OracleRecord, payload: OracleRecord): void {
  decodeInterceptHeader(c, record);
  putU32(c, payload, "targetVpIndex", 0x28);
  putU32(c, payload, "interruptVector", 0x2c);
  putUndecodedBytes(c, payload, 0x30);
}

function decodeSintDeliverable(c: Context, record: OracleRecord, payload: OracleRecord): void {
  decodeInterceptHeader(c, record);
  putU16(c, payload, "deliverableSints", 0x28);
  reportReservedBytes(c, 0x2a, 2);
  reportReservedBytes(c, 0x2c, 4);
  putUndecodedBytes(c, payload, 0x30);
}

function decodeVmgexit(c: Context, record: OracleRecord, payload: OracleRecord): void {
  decodeInterceptHeader(c, record);
  putU64(c, payload, "ghcbMsr", 0x28);
  if (has(c, 0x30, 8)) {
    const bits = u64(c, 0x30);
    payload.flags = { ghcbPageValid: (bits & 1n) !== 0n, ghcbRequestError: (bits & 2n) !== 0n };
    reportReservedBits(c, "flags", bits, 0xffff_ffff_ffff_fffcn);
  }
  putU32(c, payload, "ghcbUsage", 0x38);
  reportReservedBytes(c, 0x3c, 4);
  putU16(c, payload, "ghcbProtocolVersion", 0x40);
  reportReservedArray(c, 0x42, 2, 3); // rust-vmm mshv headers: u16[3]
  putU64(c, payload, "swExitCode", 0x48);
  putU64(c, payload, "swExitInfo1", 0x50);
  putU64(c, payload, "swExitInfo2", 0x58);
  putU64(c, payload, "swScratch", 0x60);
  putUndecodedBytes(c, payload, 0x68);
}

function decodeUnrecoverableException(c: Context, record: OracleRecord, payload: OracleRecord): void {
  decodeInterceptHeader(c, record);
  putUndecodedBytes(c, payload, 0x28);
}

function decodeHalt(c: Context, record: OracleRecord, payload: OracleRecord): void {
  if (c.saidSize >= 40) {
    decodeInterceptHeader(c, record);
    putUndecodedBytes(c, payload, 40);
  } else {
    reportReservedBytes(c, 0x00, 8);
    putUndecodedBytes(c, payload, 8);
  }
}

// ----------------------------------------------------------------------------------------------------
// Payloads without the header

function decodeApicEoi(c: Context, record: OracleRecord, payload: OracleRecord): void {
  putU32(c, record, "vpIndex", 0x00);
  putU32(c, payload, "interruptVector", 0x04);
  putUndecodedBytes(c, payload, 0x08);
}

function decodeGpaAttribute(c: Context, record: OracleRecord, payload: OracleRecord): void {
  putU32(c, record, "vpIndex", 0x00);
  if (!has(c, 0x04, 4)) return;
  const bits = u32(c, 0x04);
  const rangeCount = bits & 0x1f;
  payload.rangeCount = rangeCount;
  payload.adjust = bit(bits, 5);
  payload.hostVisibility = (bits >>> 6) & 3;
  payload.memoryType = (bits >>> 8) & 0x3f;
  if (rangeCount > 29) c.problems.push(`rangeCount ${rangeCount} exceeds 29`);
  reportReservedBits(c, "attributes", BigInt(bits), 0xffff_c000n);
  if (c.size <= 0x08) return;
  const ranges: OracleRecord[] = [];
  for (let i = 0; i < rangeCount && i < 29; i++) {
    if (!has(c, 0x08 + i * 8, 8)) break;
    const range = u64(c, 0x08 + i * 8);
    ranges.push({
      additionalPages: Number(range & 0x7ffn),
      largePage: (range & 0x800n) !== 0n,
      basePfn: hex64(range >> 12n),
    });
  }
  payload.ranges = ranges;
}

function decodeUnsupportedFeature(c: Context, record: OracleRecord, payload: OracleRecord): void {
  putU32(c, record, "vpIndex", 0x00);
  if (has(c, 0x04, 4)) {
    const value = u32(c, 0x04);
    if (value === 1) payload.featureCode = "intercept";
    else if (value === 2) payload.featureCode = "taskSwitchTss";
    else {
      payload.featureCode = value;
      c.problems.push(`featureCode ${value} is unknown`);
    }
  }
  putU64(c, payload, "featureParameter", 0x08);
  putUndecodedBytes(c, payload, 0x10);
}

function decodeTimer(c: Context, _record: OracleRecord, payload: OracleRecord): void {
  putU32(c, payload, "timerIndex", 0x00);
  reportReservedBytes(c, 0x04, 4);
  putU64(c, payload, "expirationTime", 0x08);
  putU64(c, payload, "deliveryTime", 0x10);
  putUndecodedBytes(c, payload, 0x18);
}

/** invalidVpRegisterValue and legacyFpError. */
function decodeVpIndexAndReserved(c: Context, record: OracleRecord, payload: OracleRecord): void {
  putU32(c, record, "vpIndex", 0x00);
  reportReservedBytes(c, 0x04, 4);
  putUndecodedBytes(c, payload, 0x08);
}

function decodeOpaqueIntercept(c: Context, record: OracleRecord, payload: OracleRecord): void {
  putU32(c, record, "vpIndex", 0x00);
  putUndecodedBytes(c, payload, 0x04);
}

function decodeEventLogBuffer(c: Context, _record: OracleRecord, payload: OracleRecord): void {
  putU32(c, payload, "eventLogType", 0x00);
  putU32(c, payload, "bufferIndex", 0x04);
  putUndecodedBytes(c, payload, 0x08);
}

function decodeSintIntercept(c: Context, _record: OracleRecord, payload: OracleRecord): void {
  putU32(c, payload, "sintIndex", 0x00);
  putUndecodedBytes(c, payload, 0x04);
}

function decodeRaw(c: Context, _record: OracleRecord, payload: OracleRecord): void {
  payload.bytes = hexBytes(c, 0, c.size);
}

// ----------------------------------------------------------------------------------------------------
// Fields: every offset is from the payload's first byte

/** A field is there only if all of its bytes are. */
function has(c: Context, at: number, length: number): boolean {
  return at + length <= c.size;
}

function u8(c: Context, at: number): number {
  return c.view.getUint8(c.start + at);
}

function u16(c: Context, at: number): number {
  return c.view.getUint16(c.start + at, true);
}

function u32(c: Context, at: number): number {
  return c.view.getUint32(c.start + at, true);
}

function u64(c: Context, at: number): bigint {
  return c.view.getBigUint64(c.start + at, true);
}

function bit(bits: number, position: number): boolean {
  return ((bits >>> position) & 1) === 1;
}

function hex64(value: bigint): string {
  return `0x${value.toString(16).padStart(16, "0")}`;
}

function hex128(c: Context, at: number): string {
  const value = (u64(c, at + 8) << 64n) | u64(c, at);
  return `0x${value.toString(16).padStart(32, "0")}`;
}

function hexBytes(c: Context, from: number, to: number): string {
  let text = "";
  for (let at = from; at < to; at++) text += u8(c, at).toString(16).padStart(2, "0");
  return text;
}

function putU8(c: Context, out: OracleRecord, name: string, at: number): void {
  if (has(c, at, 1)) out[name] = u8(c, at);
}

function putU16(c: Context, out: OracleRecord, name: string, at: number): void {
  if (has(c, at, 2)) out[name] = u16(c, at);
}

function putU32(c: Context, out: OracleRecord, name: string, at: number): void {
  if (has(c, at, 4)) out[name] = u32(c, at);
}

function putU64(c: Context, out: OracleRecord, name: string, at: number): void {
  if (has(c, at, 8)) out[name] = hex64(u64(c, at));
}

function putName(out: OracleRecord, field: string, name: string | undefined): void {
  if (name !== undefined) out[field] = name;
}

function putInstructionByteCount(c: Context, payload: OracleRecord, at: number): void {
  if (!has(c, at, 1)) return;
  const count = u8(c, at);
  payload.instructionByteCount = count;
  if (count > 16) c.problems.push(`instructionByteCount ${count} exceeds 16`);
}

function putInstructionBytes(c: Context, payload: OracleRecord, countAt: number, at: number): void {
  if (!has(c, countAt, 1) || c.size <= at) return;
  const length = Math.min(u8(c, countAt), 16, c.size - at);
  payload.instructionBytes = hexBytes(c, at, at + length);
}

/** What the payload holds beyond its largest documented size. */
function putUndecodedBytes(c: Context, payload: OracleRecord, documentedSize: number): void {
  if (c.size > documentedSize) payload.undecodedBytes = hexBytes(c, documentedSize, c.size);
}

function reportReservedBits(c: Context, name: string, value: bigint, reservedMask: bigint): void {
  const set = value & reservedMask;
  if (set !== 0n) c.problems.push(`${name} has reserved bits 0x${set.toString(16)} set`);
}

function reportReservedBytes(c: Context, at: number, length: number): void {
  if (!has(c, at, length)) return;
  let value = 0n;
  for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(u8(c, at + i));
  if (value !== 0n) {
    c.problems.push(`reserved bytes at payload+0x${at.toString(16)} are set: 0x${value.toString(16)}`);
  }
}

/** A reserved array is reported element by element, as its declaration has it. */
function reportReservedArray(c: Context, at: number, elementLength: number, count: number): void {
  for (let i = 0; i < count; i++) reportReservedBytes(c, at + i * elementLength, elementLength);
}
