/**
 * Every message type, a row each: to add one, add its row (and its payload's, in payloads.ts).
 * Names are the TLFS's and OpenVMM's; `HVMSG_` names are the Linux headers'.
 */
import { enumeration } from "../layout/index.ts";
import type { Abi } from "./abi.ts";
import * as payloads from "./payloads.ts";

/** Groups for `--type %memory`, as strace has them for system calls. */
export const GROUPS = ["memory", "io", "processor", "synic", "error"] as const;
export type Group = (typeof GROUPS)[number];

export interface MessageType {
  code: number;
  /** `HvMessageType…` */
  name: string;
  /** `HVMSG_…`, where the Linux headers have one. */
  alias?: string;
  /** The name that the table shows and `--type` takes. */
  short: string;
  group: Group;
  payload: Record<Abi, payloads.Payload>;
  /** The only ABI that has this code, where that tells the ABIs apart. */
  only?: Abi;
}

/** Other names that public sources give to the same codes. */
export const OTHER_NAMES: Record<string, number> = {
  HvMessageTypeX64IommuPrq: 0x80010005,
  HVMSG_X64_IOMMU_PRQ: 0x80010006,
};

export const MESSAGE_TYPES: readonly MessageType[] = [
  row(0x80000000, "UnmappedGpa", "unmapped-gpa", "memory", payloads.memory, "UNMAPPED_GPA"),
  row(0x80000001, "GpaIntercept", "gpa-intercept", "memory", payloads.memory, "GPA_INTERCEPT"),
  row(0x80000003, "UnacceptedGpa", "unaccepted-gpa", "memory", payloads.memory, "UNACCEPTED_GPA", "hvhdk"),
  row(
    0x80000004,
    "GpaAttributeIntercept",
    "gpa-attribute",
    "memory",
    payloads.gpaAttribute,
    "GPA_ATTRIBUTE_INTERCEPT",
    "hvhdk",
  ),
  row(0x80000005, "EnablePartitionVtlIntercept", "enable-partition-vtl", "memory", payloads.raw, "", "hvhdk"),
  row(0x80000010, "TimerExpired", "timer", "synic", payloads.timer, "TIMER_EXPIRED"),
  row(
    0x80000020,
    "InvalidVpRegisterValue",
    "invalid-vp-register",
    "error",
    payloads.invalidVpRegisterValue,
    "INVALID_VP_REGISTER_VALUE",
  ),
  row(
    0x80000021,
    "UnrecoverableException",
    "unrecoverable-exception",
    "error",
    payloads.unrecoverableException,
    "UNRECOVERABLE_EXCEPTION",
  ),
  row(
    0x80000022,
    "UnsupportedFeature",
    "unsupported-feature",
    "error",
    payloads.unsupportedFeature,
    "UNSUPPORTED_FEATURE",
  ),
  row(0x80000023, "TlbPageSizeMismatch", "tlb-page-size-mismatch", "error", payloads.raw),
  row(0x80000024, "IommuFault", "iommu-fault", "error", payloads.raw, "", "hvhdk"),
  row(0x80000030, "ApicEoi", "apic-eoi", "processor", payloads.apicEoi, "", "hvimapi"),
  row(0x80000031, "FerrAsserted", "legacy-fp-error", "processor", payloads.legacyFpError, "", "hvimapi"),
  row(
    0x8000003f,
    "OpaqueIntercept",
    "opaque-intercept",
    "processor",
    payloads.opaqueIntercept,
    "OPAQUE_INTERCEPT",
    "hvhdk",
  ),
  row(
    0x80000040,
    "EventLogBufferComplete",
    "event-log-buffer",
    "synic",
    payloads.eventLogBuffer,
    "EVENTLOG_BUFFERCOMPLETE",
  ),
  row(0x80000050, "HypercallIntercept", "hypercall", "processor", payloads.hypercall, "HYPERCALL_INTERCEPT"),
  row(
    0x80000060,
    "SynicEventIntercept",
    "synic-event",
    "synic",
    payloads.raw,
    "SYNIC_EVENT_INTERCEPT",
    "hvhdk",
  ),
  row(
    0x80000061,
    "SynicSintIntercept",
    "sint-intercept",
    "synic",
    payloads.sintIntercept,
    "SYNIC_SINT_INTERCEPT",
    "hvhdk",
  ),
  row(
    0x80000062,
    "SynicSintDeliverable",
    "sint-deliverable",
    "synic",
    payloads.sintDeliverable,
    "SYNIC_SINT_DELIVERABLE",
    "hvhdk",
  ),
  row(
    0x80000070,
    "AsyncCallCompletion",
    "async-call-completion",
    "synic",
    payloads.raw,
    "ASYNC_CALL_COMPLETION",
    "hvhdk",
  ),
  row(0x80000071, "InsufficientMemory", "insufficient-memory", "error", payloads.raw, "", "hvhdk"),
  row(
    0x80000100,
    "SchedulerVpSignalBitset",
    "vp-signal-bitset",
    "synic",
    payloads.raw,
    "SCHEDULER_VP_SIGNAL_BITSET",
    "hvhdk",
  ),
  row(
    0x80000101,
    "SchedulerVpSignalPair",
    "vp-signal-pair",
    "synic",
    payloads.raw,
    "SCHEDULER_VP_SIGNAL_PAIR",
    "hvhdk",
  ),
  row(0x80010000, "X64IoPortIntercept", "io-port", "io", payloads.ioPort, "X64_IO_PORT_INTERCEPT"),
  row(0x80010001, "MsrIntercept", "msr", "processor", payloads.msr, "X64_MSR_INTERCEPT"),
  row(0x80010002, "X64CpuidIntercept", "cpuid", "processor", payloads.cpuid, "X64_CPUID_INTERCEPT"),
  row(
    0x80010003,
    "ExceptionIntercept",
    "exception",
    "processor",
    payloads.exception,
    "X64_EXCEPTION_INTERCEPT",
  ),
  row(0x80010004, "X64ApicEoi", "apic-eoi", "processor", payloads.apicEoi, "X64_APIC_EOI", "hvhdk"),
  row(
    0x80010005,
    "X64LegacyFpError",
    "legacy-fp-error",
    "processor",
    payloads.legacyFpError,
    "X64_LEGACY_FP_ERROR",
    "hvhdk",
  ),
  row(0x80010006, "RegisterIntercept", "register", "processor", payloads.register, "", "hvhdk"),
  row(0x80010007, "X64Halt", "halt", "processor", payloads.halt, "X64_HALT", "hvhdk"),
  row(
    0x80010008,
    "X64InterruptionDeliverable",
    "interruption-deliverable",
    "processor",
    payloads.interruptionDeliverable,
    "X64_INTERRUPTION_DELIVERABLE",
    "hvhdk",
  ),
  row(0x80010009, "X64SipiIntercept", "sipi", "processor", payloads.sipi, "X64_SIPI_INTERCEPT", "hvhdk"),
  row(0x8001000a, "X64RdtscIntercept", "rdtsc", "processor", payloads.raw, "", "hvhdk"),
  row(0x8001000b, "X64ApicSmiIntercept", "apic-smi", "processor", payloads.raw, "", "hvhdk"),
  row(
    0x8001000c,
    "Arm64ResetIntercept",
    "arm64-reset",
    "processor",
    payloads.raw,
    "ARM64_RESET_INTERCEPT",
    "hvhdk",
  ),
  row(0x8001000d, "X64ApicInitSipiIntercept", "apic-init-sipi", "processor", payloads.raw, "", "hvhdk"),
  row(0x8001000e, "X64ApicWriteIntercept", "apic-write", "processor", payloads.raw, "", "hvhdk"),
  row(0x8001000f, "X64ProxyInterruptIntercept", "proxy-interrupt", "processor", payloads.raw, "", "hvhdk"),
  row(
    0x80010010,
    "X64IsolationCtrlRegIntercept",
    "isolation-ctrl-reg",
    "processor",
    payloads.raw,
    "",
    "hvhdk",
  ),
  row(0x80010011, "X64SnpGuestRequestIntercept", "snp-guest-request", "processor", payloads.raw, "", "hvhdk"),
  row(0x80010012, "X64ExceptionTrapIntercept", "exception-trap", "processor", payloads.raw, "", "hvhdk"),
  row(
    0x80010013,
    "X64SevVmgexitIntercept",
    "vmgexit",
    "processor",
    payloads.vmgexit,
    "X64_SEV_VMGEXIT_INTERCEPT",
    "hvhdk",
  ),
  row(0x80010015, "X64MsrListIntercept", "msr-list", "processor", payloads.raw, "", "hvhdk"),
];

/** The message types as the values of a field. */
export const MESSAGE_TYPE_NAMES = enumeration(
  "messageType",
  Object.fromEntries(MESSAGE_TYPES.map((type) => [type.code, type.name])),
);

function row(
  code: number,
  name: string,
  short: string,
  group: Group,
  payload: Record<Abi, payloads.Payload>,
  alias = "",
  only?: Abi,
): MessageType {
  return {
    code,
    name: `HvMessageType${name}`,
    short,
    group,
    payload,
    ...(alias === "" ? {} : { alias: `HVMSG_${alias}` }),
    ...(only ? { only } : {}),
  };
}
