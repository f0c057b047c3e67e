/**
 * The two headers: HV_MESSAGE_HEADER (16 bytes) around every message, and HV_X64_INTERCEPT_MESSAGE_HEADER
 * (40 bytes) at the start of most payloads. Sources: TLFS 2.0 to 6.0b; Linux and rust-vmm mshv `hvgdk_mini.h`,
 * `hvhdk.h`; OpenVMM `hvdef`.
 */
import {
  bit,
  bitField,
  bits,
  flatBits,
  type Item,
  reserved,
  reservedBits,
  steady,
  struct,
  u8,
  u16,
  u32,
  u64,
} from "../layout/index.ts";
import type { Abi } from "./abi.ts";

/** Bytes of a whole message, of the header around its payload, of the largest payload, of the intercept header. */
export const MESSAGE_BYTES = 256;
export const MESSAGE_HEADER_BYTES = 16;
export const MAX_PAYLOAD_BYTES = 240;
export const INTERCEPT_HEADER_BYTES = 40;

/** HV_MESSAGE_HEADER after its type code. */
export const messageHeader: Item[] = [
  u32("messageTypeCode", "HV_MESSAGE_TYPE as a number; bit 31: from the hypervisor"),
  u8("payloadSize", "valid bytes of the payload, at most 240"),
  flatBits("messageFlags", 1, [bit("messagePending", "another message waits for the slot"), reservedBits(7)]),
  reserved(2),
  steady(u64("sender", "partition that sent the message; 0 from some VMMs")),
];

/** HV_X64_SEGMENT_REGISTER. */
export function segment(name: string): Item {
  const attributes = flatBits(
    "attributes",
    2,
    [
      bitField("segmentType", 4, "descriptor type: code or data, and its rights"),
      bit("nonSystemSegment", "S: a code or data segment"),
      bitField("descriptorPrivilegeLevel", 2, "DPL"),
      bit("present", "P"),
      reservedBits(4),
      bit("available", "AVL: free for software"),
      bit("long", "L: 64-bit code"),
      bit("default", "D/B: 32-bit operands"),
      bit("granularity", "G: the limit was in 4 KiB units"),
    ],
    "the attributes as one number",
  );
  const items = [
    u64("base", "segment base"),
    u32("limit", "segment limit in bytes"),
    u16("selector", "selector"),
    attributes,
  ];
  return steady(struct(name, items));
}

/** HV_X64_INTERCEPT_MESSAGE_HEADER. */
export function interceptHeader(abi: Abi): Item[] {
  const current = abi === "hvhdk";
  const lengthDoc = "bytes of the intercepted instruction; 0: unknown, decode the instruction bytes";
  const length: Item = current
    ? flatBits("instructionLengthAndCr8", 1, [
        bitField("instructionLength", 4, lengthDoc),
        bitField("cr8", 4, "task priority, CR8"),
      ])
    : u8("instructionLength", lengthDoc);
  return [
    u32("vpIndex", "virtual processor that was intercepted"),
    length,
    {
      item: "access",
      name: "interceptAccessType",
      masked: !current,
      doc: "what the guest tried: read, write, execute",
    },
    bits("executionState", 2, [
      bitField("cpl", 2, "current privilege level: 0 kernel, 3 user"),
      bit("cr0Pe", "CR0.PE: protected mode"),
      bit("cr0Am", "CR0.AM: alignment checks"),
      bit("eferLma", "EFER.LMA: long mode is active"),
      bit("debugActive", "a debug register is active"),
      bit("interruptionPending", "an interruption is being delivered"),
      ...(current
        ? [
            bitField("vtl", 4, "virtual trust level"),
            bit("enclaveMode", "inside an enclave"),
            bit("interruptShadow", "interrupts are held off for one instruction"),
            bit("virtualizationFaultActive", "a #VE is being handled"),
            reservedBits(2),
          ]
        : [reservedBits(9)]),
    ]),
    segment("csSegment"),
    u64("rip", "instruction pointer"),
    { item: "rflags", name: "rflags", doc: "flags register" },
  ];
}
