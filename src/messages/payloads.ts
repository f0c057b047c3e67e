/**
 * The payloads: a row each. `phrase` is the sentence that the table shows. Sources: TLFS 2.0 to 6.0b; rust-vmm
 * mshv `hvgdk_mini.h` and `hvhdk.h`; OpenVMM `hvdef`; VirtualBox's NEM notes for the 8-byte halt.
 */
import {
  array,
  bit,
  bitField,
  bits,
  bytes,
  bytesOf,
  decimalOf,
  flatBits,
  hexOf,
  hexPair,
  type Item,
  type Part,
  type Phrase,
  reserved,
  reservedBits,
  u8,
  u16,
  u32,
  u64,
  u128,
  when,
  whenAccess,
  whenBelow4G,
  wordsOf,
} from "../layout/index.ts";
import type { Abi } from "./abi.ts";
import { CACHE_TYPE, DELIVERABLE_TYPE, FEATURE_CODE, REGISTER_NAME } from "./enums.ts";
import { INTERCEPT_HEADER_BYTES, segment } from "./headers.ts";
import { CPUID_LEAVES, EXCEPTIONS, HYPERCALLS, MSRS, mmioName, PORTS } from "./names/index.ts";
import {
  accessNames,
  asciiOf,
  deliverableName,
  exceptionShortName,
  featureName,
  pageFaultWords,
  pciAddressWords,
  registerNameOf,
  repCount,
  sintNames,
  sizeLetter,
  sizeWord,
} from "./words.ts";

/** What a payload begins with: the 40-byte header, a VP index alone, or nothing common. */
type Beginning = "header" | "vpIndex" | "nothing";

/** A field that tells events apart; of a 64-bit one only the lowest `width` bits count. */
export interface IdentityField {
  path: string;
  width: number;
}

/** The layout of one payload under one ABI. */
export interface Payload {
  /** `payload.kind` in the record. */
  kind: string;
  begins: Beginning;
  /** payloadSize of a full message, in bytes; less is a short payload. */
  size: number;
  /** What follows the beginning. */
  items: Item[];
  /** The largest documented size, where sources differ; `items` reach to here. */
  largestSize: number;
  /** What makes two messages of this kind the same event, beside type, access and RIP (`diff`). */
  identity: readonly IdentityField[];
  phrase: Phrase;
  /** The layout of a message that is too short for the 40-byte header, where such are known. */
  withoutHeader?: Payload;
}

type Row = Omit<Payload, "largestSize" | "identity"> & Partial<Payload>;

/** A payload that is the same under both ABIs. */
function payload(row: Row): Record<Abi, Payload> {
  const filled = { ...row, largestSize: row.largestSize ?? row.size, identity: row.identity ?? [] };
  return { hvhdk: filled, hvimapi: filled };
}

function whole(name: string): IdentityField {
  return { path: `payload.${name}`, width: 64 };
}

function lowHalf(name: string): IdentityField {
  return { path: `payload.${name}`, width: 32 };
}

/** A payload that differs between the ABIs. */
function payloadByAbi(row: (abi: Abi) => Row): Record<Abi, Payload> {
  return { hvhdk: payload(row("hvhdk")).hvhdk, hvimapi: payload(row("hvimapi")).hvimapi };
}

/** A payload that is the 40-byte header and nothing else. */
function headerAlone(kind: string, phrase: Phrase): Record<Abi, Payload> {
  return payload({ kind, begins: "header", size: INTERCEPT_HEADER_BYTES, items: [], phrase });
}

const GENERAL_REGISTERS = "rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15";

function registers(names: string): Item[] {
  return names.split(" ").map((name) => u64(name, `register ${name.toUpperCase()}`));
}

const instructionByteCount = u8("instructionByteCount", "valid bytes of instructionBytes", { max: 16 });
const instructionBytes = bytes("instructionBytes", 16, "instructionByteCount", "the instruction at RIP");

export const memory = payloadByAbi((abi) => ({
  kind: "memory",
  begins: "header",
  size: abi === "hvhdk" ? 0x50 : 0xf0,
  items: [
    u32("cacheType", "caching of the access (HV_CACHE_TYPE)", { values: CACHE_TYPE }),
    instructionByteCount,
    bits("memoryAccessInfo", 1, [
      bit("gvaValid", "guestVirtualAddress means something"),
      ...(abi === "hvhdk"
        ? [
            bit("gvaGpaValid", "guestPhysicalAddress is what guestVirtualAddress maps to"),
            bit("hypercallOutputPending", "the access is a hypercall's output"),
            bit("tlbLockedNoOverlay", "TLB locked, no overlay page"),
            bit("supervisorShadowStack", "a supervisor shadow-stack access"),
            reservedBits(3),
          ]
        : [reservedBits(7)]),
    ]),
    ...(abi === "hvhdk" ? [u8("tprPriority", "task priority"), reserved(1)] : [reserved(2)]),
    u64("guestVirtualAddress", "linear address; only with gvaValid"),
    u64("guestPhysicalAddress", "guest physical address of the access"),
    instructionBytes,
    ...(abi === "hvhdk" ? [] : [segment("dsSegment"), segment("ssSegment"), ...registers(GENERAL_REGISTERS)]),
  ],
  identity: [whole("guestPhysicalAddress")],
  phrase: [
    wordsOf("interceptAccessType", accessNames),
    " gpa ",
    hexOf("payload.guestPhysicalAddress"),
    whenBelow4G("payload.guestPhysicalAddress", [
      wordsOf("payload.guestPhysicalAddress", (address) => parenthesised(mmioName(address))),
    ]),
    when("payload.memoryAccessInfo.gvaValid", 1, [" gva ", hexOf("payload.guestVirtualAddress")]),
  ],
}));

/** Ports that take characters: COM1 to COM4, and the debug consoles of Bochs and OVMF. */
const CHARACTER_PORTS = [0x3f8, 0x2f8, 0x3e8, 0x2e8, 0xe9, 0x402];
const PCI_CONFIG_ADDRESS = 0xcf8;

function characterOf(port: number): Part {
  return when("payload.portNumber", port, [wordsOf("payload.rax", asciiOf, 0, 8)]);
}

export const ioPort = payload({
  kind: "ioPort",
  begins: "header",
  size: 0x80,
  items: [
    u16("portNumber", "I/O port", { names: { called: "portName", table: PORTS } }),
    bits("accessInfo", 1, [
      bitField("accessSize", 3, "bytes of one access: 1, 2 or 4"),
      bit("stringOp", "INS or OUTS"),
      bit("repPrefix", "repeated (REP)"),
      reservedBits(3),
    ]),
    u8("instructionByteCount", "valid bytes of instructionBytes (string operations only)", { max: 16 }),
    reserved(4),
    u64("rax", "register RAX: the value of an OUT in its lowest accessSize bytes"),
    instructionBytes,
    segment("dsSegment"),
    segment("esSegment"),
    u64("rcx", "register RCX: the count of a REP"),
    u64("rsi", "register RSI: where OUTS reads"),
    u64("rdi", "register RDI: where INS writes"),
  ],
  identity: [whole("portNumber")],
  phrase: [
    when("payload.accessInfo.repPrefix", 1, ["rep "]),
    whenAccess("write", ["out"], [whenAccess("read", ["in"], [wordsOf("interceptAccessType", accessNames)])]),
    when("payload.accessInfo.stringOp", 1, ["s", wordsOf("payload.accessInfo.accessSize", sizeLetter)]),
    " ",
    hexOf("payload.portNumber"),
    wordsOf("payload.portNumber", (port) => parenthesised(PORTS.name(port))),
    when(
      "payload.accessInfo.stringOp",
      1,
      [
        whenAccess("write", [" rsi ", hexOf("payload.rsi")], [" rdi ", hexOf("payload.rdi")]),
        when("payload.accessInfo.repPrefix", 1, [" rcx ", hexOf("payload.rcx")]),
      ],
      [
        wordsOf("payload.accessInfo.accessSize", sizeWord),
        whenAccess("write", [
          " <- ",
          when(
            "payload.accessInfo.accessSize",
            1,
            [hexOf("payload.rax", 8), ...CHARACTER_PORTS.map(characterOf)],
            [
              when(
                "payload.accessInfo.accessSize",
                2,
                [hexOf("payload.rax", 16)],
                [
                  hexOf("payload.rax", 32),
                  when("payload.portNumber", PCI_CONFIG_ADDRESS, [wordsOf("payload.rax", pciAddressWords)]),
                ],
              ),
            ],
          ),
        ]),
      ],
    ),
  ],
});

export const msr = payload({
  kind: "msr",
  begins: "header",
  size: 0x40,
  items: [
    u32("msrNumber", "model-specific register", { names: { called: "msrName", table: MSRS } }),
    reserved(4),
    ...registers("rdx rax"),
  ],
  identity: [whole("msrNumber")],
  phrase: [
    whenAccess("write", ["wrmsr "], ["rdmsr "]),
    hexOf("payload.msrNumber"),
    wordsOf("payload.msrNumber", (number) => spaced(MSRS.name(number))),
    whenAccess("write", [" <- ", hexPair("payload.rdx", "payload.rax")]),
  ],
});

export const cpuid = payload({
  kind: "cpuid",
  begins: "header",
  size: 0x68,
  items: [
    u64("rax", "register RAX: the leaf in its low half"),
    u64("rcx", "register RCX: the subleaf in its low half"),
    ...registers("rdx rbx"),
    ...["Rax", "Rcx", "Rdx", "Rbx"].map((name) =>
      u64(`defaultResult${name}`, `what ${name.toUpperCase()} would be without the intercept`),
    ),
  ],
  identity: [lowHalf("rax"), lowHalf("rcx")],
  phrase: [
    "cpuid ",
    hexOf("payload.rax", 32),
    ".",
    decimalOf("payload.rcx"),
    wordsOf("payload.rax", (leaf) => parenthesised(CPUID_LEAVES.name(leaf))),
  ],
});

export const exception = payloadByAbi((abi) => ({
  kind: "exception",
  begins: "header",
  size: 0xf0,
  items: [
    u16("exceptionVector", "exception vector", { names: { called: "exceptionName", table: EXCEPTIONS } }),
    bits("exceptionInfo", 1, [
      bit("errorCodeValid", "errorCode means something"),
      ...(abi === "hvhdk"
        ? [bit("softwareException", "raised by INT n, INT3 or INTO"), reservedBits(6)]
        : [reservedBits(7)]),
    ]),
    instructionByteCount,
    u32("errorCode", "error code; only with errorCodeValid"),
    u64("exceptionParameter", "page fault: the address (CR2); debug: DR6; else reserved"),
    reserved(8),
    instructionBytes,
    segment("dsSegment"),
    segment("ssSegment"),
    ...registers(GENERAL_REGISTERS),
  ],
  identity: [whole("exceptionVector")],
  phrase: [
    wordsOf("payload.exceptionVector", exceptionShortName),
    when("payload.exceptionInfo.errorCodeValid", 1, [
      " err ",
      hexOf("payload.errorCode"),
      when("payload.exceptionVector", 14, [wordsOf("payload.errorCode", pageFaultWords)]),
    ]),
    when(
      "payload.exceptionVector",
      14,
      [" cr2 ", hexOf("payload.exceptionParameter")],
      [when("payload.exceptionVector", 1, [" dr6 ", hexOf("payload.exceptionParameter")])],
    ),
    when("payload.exceptionInfo.softwareException", 1, [" (software)"]),
  ],
}));

export const hypercall = payload({
  kind: "hypercall",
  begins: "header",
  // 0xC4 in rust-vmm's headers; hvdef pads it to 0xD0.
  size: 0xc4,
  largestSize: 0xd0,
  items: [
    ...registers("rax rbx"),
    u64("rcx", "register RCX: the hypercall input value", [
      {
        name: "hypercallCode",
        shift: 0,
        width: 16,
        doc: "call code, RCX bits 15:0",
        names: { called: "hypercallName", table: HYPERCALLS },
      },
    ]),
    ...registers("rdx r8 rsi rdi"),
    array("xmmRegisters", 6, u128("", ""), "XMM0 to XMM5"),
    bits("flags", 4, [bit("isolated", "from an isolated VM"), reservedBits(31)]),
    ...[reserved(4), reserved(4), reserved(4)],
  ],
  identity: [whole("hypercallCode")],
  phrase: [
    "hypercall ",
    hexOf("payload.hypercallCode"),
    wordsOf("payload.hypercallCode", (code) => spaced(HYPERCALLS.name(code))),
    wordsOf("payload.rcx", (bit16) => (bit16 ? " fast" : ""), 16, 1),
    wordsOf("payload.rcx", repCount, 32, 12),
    " rdx ",
    hexOf("payload.rdx"),
    " r8 ",
    hexOf("payload.r8"),
  ],
});

export const register = payload({
  kind: "register",
  begins: "header",
  size: 0x40,
  items: [
    bits("flags", 1, [
      bit("isMemoryOp", "the other operand is memory; accessInfo is its address"),
      reservedBits(7),
    ]),
    reserved(1),
    reserved(2),
    u32("registerName", "HV_REGISTER_NAME", { values: REGISTER_NAME }),
    u128("accessInfo", "source value of a write, destination register of a read, or a memory address"),
  ],
  identity: [whole("registerName")],
  phrase: [
    wordsOf("interceptAccessType", accessNames),
    " ",
    wordsOf("payload.registerName", registerNameOf),
    when(
      "payload.flags.isMemoryOp",
      1,
      [whenAccess("write", [" <- memory "], [" -> memory "]), hexOf("payload.accessInfo")],
      [
        whenAccess(
          "write",
          [" <- ", hexOf("payload.accessInfo")],
          [" -> ", wordsOf("payload.accessInfo", registerNameOf)],
        ),
      ],
    ),
  ],
});

export const interruptionDeliverable = payload({
  kind: "interruptionDeliverable",
  begins: "header",
  size: 0x30,
  items: [
    u8("deliverableType", "what can be delivered now", { values: DELIVERABLE_TYPE }),
    ...[reserved(1), reserved(1), reserved(1), reserved(4)],
  ],
  identity: [whole("deliverableType")],
  phrase: [wordsOf("payload.deliverableType", deliverableName), " deliverable"],
});

export const sipi = payload({
  kind: "sipi",
  begins: "header",
  size: 0x30,
  items: [
    u32("targetVpIndex", "VP that is to start"),
    u32("interruptVector", "page number of its first instruction"),
  ],
  identity: [whole("targetVpIndex")],
  phrase: [
    "sipi -> vp ",
    decimalOf("payload.targetVpIndex"),
    " vector ",
    hexOf("payload.interruptVector"),
    wordsOf("payload.interruptVector", (vector) => ` (starts at 0x${vector.toString(16)}000)`, 0, 8),
  ],
});

export const sintDeliverable = payload({
  kind: "sintDeliverable",
  begins: "header",
  size: 0x30,
  items: [u16("deliverableSints", "bit n: SINTn"), reserved(2), reserved(4)],
  identity: [whole("deliverableSints")],
  phrase: ["sints ", hexOf("payload.deliverableSints"), wordsOf("payload.deliverableSints", sintNames)],
});

export const vmgexit = payload({
  kind: "vmgexit",
  begins: "header",
  size: 0x68,
  items: [
    u64("ghcbMsr", "GHCB MSR"),
    bits("flags", 8, [
      bit("ghcbPageValid", "the fields below were read from the GHCB page"),
      bit("ghcbRequestError", "the request is malformed"),
      reservedBits(62),
    ]),
    u32("ghcbUsage", "GHCB usage"),
    reserved(4),
    u16("ghcbProtocolVersion", "GHCB protocol version"),
    ...[reserved(2), reserved(2), reserved(2)],
    u64("swExitCode", "SW_EXITCODE"),
    u64("swExitInfo1", "SW_EXITINFO1"),
    u64("swExitInfo2", "SW_EXITINFO2"),
    u64("swScratch", "SW_SCRATCH"),
  ],
  identity: [whole("swExitCode")],
  phrase: [
    "vmgexit ",
    hexOf("payload.swExitCode"),
    " info1 ",
    hexOf("payload.swExitInfo1"),
    " info2 ",
    hexOf("payload.swExitInfo2"),
  ],
});

export const halt = payload({
  ...headerAlone("halt", ["hlt"]).hvhdk,
  withoutHeader: payload({
    kind: "halt",
    begins: "nothing",
    size: 8,
    items: [reserved(8)],
    phrase: ["hlt"],
  }).hvhdk,
});

export const unrecoverableException = headerAlone("unrecoverableException", [
  "unrecoverable exception (triple fault)",
]);

export const apicEoi = payload({
  kind: "apicEoi",
  begins: "vpIndex",
  size: 8,
  items: [u32("interruptVector", "vector that was acknowledged")],
  identity: [whole("interruptVector")],
  phrase: ["eoi vector ", hexOf("payload.interruptVector")],
});

export const gpaAttribute = payload({
  kind: "gpaAttribute",
  begins: "vpIndex",
  size: 0xf0,
  items: [
    flatBits("attributes", 4, [
      bitField("rangeCount", 5, "valid ranges, at most 29"),
      bit("adjust", "adjust"),
      bitField("hostVisibility", 2, "host visibility: bit 0 read, bit 1 write"),
      bitField("memoryType", 6, "memory type"),
      reservedBits(18),
    ]),
    array(
      "ranges",
      29,
      flatBits("range", 8, [
        bitField("additionalPages", 11, "pages after the first"),
        bit("largePage", "pages of 2 MiB"),
        bitField("basePfn", 52, "first page number"),
      ]),
      "GPA page ranges",
      "rangeCount",
    ),
  ],
  identity: [whole("ranges")],
  phrase: [
    decimalOf("payload.rangeCount"),
    " GPA ranges, host visibility ",
    decimalOf("payload.hostVisibility"),
    ", memory type ",
    decimalOf("payload.memoryType"),
  ],
});

export const unsupportedFeature = payload({
  kind: "unsupportedFeature",
  begins: "vpIndex",
  size: 16,
  items: [
    u32("featureCode", "HV_UNSUPPORTED_FEATURE_CODE", { values: FEATURE_CODE }),
    u64("featureParameter", "meaning by featureCode"),
  ],
  identity: [whole("featureCode")],
  phrase: [
    "unsupported feature ",
    wordsOf("payload.featureCode", featureName),
    " parameter ",
    hexOf("payload.featureParameter"),
  ],
});

export const timer = payload({
  kind: "timer",
  begins: "nothing",
  size: 24,
  items: [
    u32("timerIndex", "synthetic timer"),
    reserved(4),
    u64("expirationTime", "when it expired, reference time in 100 ns"),
    u64("deliveryTime", "when the message was delivered, reference time in 100 ns"),
  ],
  identity: [whole("timerIndex")],
  phrase: [
    "timer ",
    decimalOf("payload.timerIndex"),
    " expired ",
    hexOf("payload.expirationTime"),
    " delivered ",
    hexOf("payload.deliveryTime"),
  ],
});

export const invalidVpRegisterValue = payload({
  kind: "invalidVpRegisterValue",
  begins: "vpIndex",
  size: 8,
  items: [reserved(4)],
  phrase: ["invalid VP register value"],
});

export const legacyFpError = payload({
  kind: "legacyFpError",
  begins: "vpIndex",
  size: 8,
  items: [reserved(4)],
  phrase: ["legacy floating-point error (FERR#)"],
});

export const opaqueIntercept = payload({
  kind: "opaqueIntercept",
  begins: "vpIndex",
  size: 4,
  items: [],
  phrase: ["opaque intercept (the real message is in the intercept page)"],
});

export const eventLogBuffer = payload({
  kind: "eventLogBuffer",
  begins: "nothing",
  size: 8,
  items: [u32("eventLogType", "event log type"), u32("bufferIndex", "buffer that is complete")],
  identity: [whole("eventLogType")],
  phrase: ["event log ", decimalOf("payload.eventLogType"), " buffer ", decimalOf("payload.bufferIndex")],
});

export const sintIntercept = payload({
  kind: "sintIntercept",
  begins: "nothing",
  size: 4,
  items: [u32("sintIndex", "synthetic interrupt source")],
  identity: [whole("sintIndex")],
  phrase: ["SINT", decimalOf("payload.sintIndex")],
});

/** A payload with no public layout. */
export const raw = payload({
  kind: "raw",
  begins: "nothing",
  size: 0,
  items: [],
  phrase: ["undecoded payload of ", decimalOf("payloadSize"), " bytes: ", bytesOf("payload.bytes")],
});

/** What an unknown message type has. */
export const RAW_PAYLOAD = raw.hvhdk;

function parenthesised(name: string | undefined): string {
  return name === undefined ? "" : ` (${name})`;
}

function spaced(name: string | undefined): string {
  return name === undefined ? "" : ` ${name}`;
}
