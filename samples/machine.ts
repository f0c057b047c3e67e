/** The sample machine: virtual processors that record what the hypervisor would send, and the bytes of it. */
import { encodeRecord, Shapes, type Value } from "../src/record/index.ts";
import { cpuidResult } from "./cpuid.ts";
import { type Mode, type Site, site, slid } from "./kernel.ts";

/** Field values by path. A bigint is a 64-bit value, and moves with the kernel where it points into it. */
type Fields = Record<string, bigint | Value>;

/** A message that a VP causes, before it has bytes. */
export interface Message {
  code: number;
  payloadSize: number;
  fields: Fields;
  /** The name of what happened here, for others to wait for and for edits to find. */
  label?: string;
  /** The label of a message, of any VP, that comes before this one. */
  after?: string;
}

interface Segment {
  base: bigint;
  limit: number;
  selector: number;
  attributes: number;
}

const FLAT = { base: 0n, limit: 0xffffffff };
const NULL_SEGMENT: Segment = { base: 0n, limit: 0, selector: 0, attributes: 0 };
const BIOS_DATA: Segment = { ...FLAT, selector: 0x10, attributes: 0xc093 };
const KERNEL_STACK: Segment = { ...FLAT, selector: 0x18, attributes: 0xc093 };
const USER_STACK: Segment = { ...FLAT, selector: 0x2b, attributes: 0xc0f3 };

/** The code segment of a mode, and what its execution state has set. */
const MODES: Record<Mode, { cs: Segment; state: readonly string[] }> = {
  real: { cs: { base: 0xf0000n, limit: 0xffff, selector: 0xf000, attributes: 0x9b }, state: [] },
  ap16: { cs: { base: 0x9a000n, limit: 0xffff, selector: 0x9a00, attributes: 0x9b }, state: [] },
  firmware: { cs: { ...FLAT, selector: 0x08, attributes: 0xc09b }, state: ["cr0Pe"] },
  setup32: { cs: { ...FLAT, selector: 0x10, attributes: 0xc09b }, state: ["cr0Pe"] },
  ap32: { cs: { ...FLAT, selector: 0x08, attributes: 0xc09b }, state: ["cr0Pe"] },
  setup64: { cs: { ...FLAT, selector: 0x10, attributes: 0xa09b }, state: ["cr0Pe", "eferLma"] },
  kernel: { cs: { ...FLAT, selector: 0x10, attributes: 0xa09b }, state: ["cr0Pe", "cr0Am", "eferLma"] },
  user: { cs: { ...FLAT, selector: 0x33, attributes: 0xa0fb }, state: ["cr0Pe", "cr0Am", "eferLma"] },
  user32: { cs: { ...FLAT, selector: 0x23, attributes: 0xc0fb }, state: ["cr0Pe", "cr0Am", "eferLma"] },
  v8086: { cs: { base: 0xc0000n, limit: 0xffff, selector: 0xc000, attributes: 0xfb }, state: ["cr0Pe"] },
};

/** Modes of ring 3, where interrupts are on; and the kernel's code that runs with them on. */
const RING_3: readonly Mode[] = ["user", "user32", "v8086"];
const INTERRUPTIBLE = /^(idle|mmio|user)/;

/** Arithmetic flags that compiled code leaves behind; a site always has the same. */
const FLAGS = [0x02, 0x46, 0x06, 0x93, 0x86, 0x97, 0x12, 0x83];
const INTERRUPT_FLAG = 0x200;
const VIRTUAL_8086_FLAG = 0x20000;

const SENDER = 5n;
const UNCACHED = 0;
const WRITE_BACK = 6;

type Access = "read" | "write" | "execute";

/** Where a guest access goes: physical address, and the linear one. */
export interface Place {
  gpa: bigint;
  gva: bigint;
}

interface ExceptionDetail {
  vector: number;
  error?: number;
  parameter?: bigint;
  software?: boolean;
  /** The instruction was not fetched. */
  noBytes?: boolean;
  /** It happened while an interrupt was being delivered. */
  pending?: boolean;
  registers?: Record<string, bigint>;
}

/** One VP: each method records the message for one thing that the guest does. */
export class Vp {
  readonly messages: Message[] = [];
  readonly index: number;
  #rax = 0n;
  #after: string | undefined;

  constructor(index: number) {
    this.index = index;
  }

  /** The next message waits for a labelled one. */
  after(label: string): void {
    this.#after = label;
  }

  /** Labels the last message. */
  mark(label: string): void {
    (this.messages.at(-1) as Message).label = label;
  }

  /** IN: `result` is what the VMM will answer; it is in RAX at the next one. */
  in(key: string, port: number, result = 0, size = 1): void {
    this.#port(key, "read", port, size, this.#rax);
    this.#rax = BigInt(result);
  }

  out(key: string, port: number, value: number, size = 1): void {
    this.#rax = BigInt(value);
    this.#port(key, "write", port, size, this.#rax);
  }

  /** REP INS or REP OUTS of `count` elements, to or from `memory`. */
  string(key: string, access: "read" | "write", port: number, size: number, count: number, memory: bigint) {
    const { mode, bytes } = site(key);
    const data = mode === "kernel" ? NULL_SEGMENT : BIOS_DATA;
    this.#port(key, access, port, size, this.#rax, {
      "payload.accessInfo.stringOp": true,
      "payload.accessInfo.repPrefix": true,
      ...instruction(bytes),
      ...segmentFields("payload.dsSegment", data),
      ...segmentFields("payload.esSegment", data),
      "payload.rcx": BigInt(count),
      [access === "read" ? "payload.rdi" : "payload.rsi"]: memory,
    });
  }

  rdmsr(key: string, number: number): void {
    this.#add(0x80010001, 0x40, key, "read", { "payload.msrNumber": number, "payload.rax": this.#rax });
  }

  wrmsr(key: string, number: number, value: bigint): void {
    this.#add(0x80010001, 0x40, key, "write", { "payload.msrNumber": number, msrValue: value });
  }

  cpuid(key: string, leaf: number, subleaf = 0): void {
    const [rax, rbx, rcx, rdx] = cpuidResult(leaf, subleaf, this.index);
    this.#rax = rax;
    this.#add(0x80010002, 0x68, key, "execute", {
      "payload.rax": BigInt(leaf),
      "payload.rcx": BigInt(subleaf),
      "payload.defaultResultRax": rax,
      "payload.defaultResultRcx": rcx,
      "payload.defaultResultRdx": rdx,
      "payload.defaultResultRbx": rbx,
    });
  }

  /** An access to a device in guest physical memory: nothing is mapped there. */
  mmio(key: string, access: Access, place: Place): void {
    this.#memory(0x80000000, key, access, place, UNCACHED);
  }

  /** An access to a page that the partition has mapped with fewer rights: the APIC's, or ROM. */
  gpa(key: string, access: Access, place: Place, cached = false): void {
    this.#memory(0x80000001, key, access, place, cached ? WRITE_BACK : UNCACHED);
  }

  /** A hypercall with its input value (RCX), and RDX, R8. */
  hypercall(rcx: bigint, rdx: bigint, r8 = 0n): void {
    const { rip } = site("hypercall");
    this.#add(0x80000050, 0xd0, "hypercall", "execute", {
      "payload.rax": rip,
      "payload.rcx": rcx,
      "payload.rdx": rdx,
      "payload.r8": r8,
    });
  }

  /** A write to a control register. */
  register(key: string, registerName: string, value: bigint): void {
    this.#add(0x80010006, 0x40, key, "write", {
      "payload.registerName": registerName,
      "payload.accessInfo": value,
    });
  }

  exception(key: string, detail: ExceptionDetail): void {
    const { mode, bytes } = site(key);
    this.#add(0x80010003, 0xf0, key, "execute", {
      "payload.exceptionVector": detail.vector,
      "payload.exceptionInfo.errorCodeValid": detail.error !== undefined,
      "payload.exceptionInfo.softwareException": detail.software ?? false,
      "payload.errorCode": detail.error ?? 0,
      "payload.exceptionParameter": detail.parameter ?? 0n,
      ...(detail.noBytes ? { instructionLength: 0 } : instruction(bytes)),
      "executionState.interruptionPending": detail.pending ?? false,
      "executionState.debugActive": detail.vector === 1,
      ...segmentFields("payload.dsSegment", NULL_SEGMENT),
      ...segmentFields("payload.ssSegment", mode === "user" ? USER_STACK : KERNEL_STACK),
      ...prefixed("payload.", detail.registers ?? {}),
    });
  }

  /** HLT right behind STI: the interrupt shadow is still there. */
  halt(): void {
    this.#add(0x80010007, 40, "idle", "execute", { "executionState.interruptShadow": true });
  }

  unrecoverable(key: string): void {
    this.#add(0x80000021, 40, key, "execute", { "executionState.interruptionPending": true });
  }

  sipi(key: string, targetVpIndex: number, interruptVector: number): void {
    this.#add(0x80010009, 0x30, key, "write", {
      "payload.targetVpIndex": targetVpIndex,
      "payload.interruptVector": interruptVector,
    });
  }

  interruptDeliverable(key: string): void {
    this.#add(0x80010008, 0x30, key, "execute", { "payload.deliverableType": "interrupt" });
  }

  sintDeliverable(key: string, sints: number): void {
    this.#add(0x80000062, 0x30, key, "execute", { "payload.deliverableSints": sints });
  }

  apicEoi(vector: number): void {
    this.#push(0x80010004, 8, { vpIndex: this.index, "payload.interruptVector": vector });
  }

  /** Times in 100 ns. */
  timerExpired(timerIndex: number, expiration: bigint, delivery: bigint): void {
    this.#push(0x80000010, 24, {
      "payload.timerIndex": timerIndex,
      "payload.expirationTime": expiration,
      "payload.deliveryTime": delivery,
    });
  }

  #port(key: string, access: Access, port: number, accessSize: number, rax: bigint, more: Fields = {}): void {
    this.#add(0x80010000, 0x80, key, access, {
      "payload.portNumber": port,
      "payload.accessInfo.accessSize": accessSize,
      "payload.rax": rax,
      ...more,
    });
  }

  #memory(code: number, key: string, access: Access, { gpa, gva }: Place, cacheType: number): void {
    this.#add(code, 0x50, key, access, {
      "payload.cacheType": cacheType,
      "payload.memoryAccessInfo.gvaValid": true,
      "payload.memoryAccessInfo.gvaGpaValid": true,
      "payload.guestVirtualAddress": gva,
      "payload.guestPhysicalAddress": gpa,
      ...instruction(site(key).bytes),
    });
  }

  #add(code: number, payloadSize: number, key: string, access: Access, fields: Fields): void {
    this.#push(code, payloadSize, { ...headerFields(this.index, site(key), access), ...fields });
  }

  #push(code: number, payloadSize: number, fields: Fields): void {
    const waits = this.#after === undefined ? {} : { after: this.#after };
    this.messages.push({ code, payloadSize, fields, ...waits });
    this.#after = undefined;
  }
}

/** The bytes of each message, in order; those past payloadSize are of an earlier message in the same VP's slot. */
export function encodeCapture(messages: readonly (Message & { vp: number })[], slide: bigint): Uint8Array {
  const shapes = new Shapes();
  const slots = new Map<number, Uint8Array>();
  const capture = new Uint8Array(messages.length * 256);
  messages.forEach(({ vp, code, payloadSize, fields }, position) => {
    const as = { abi: "hvhdk", framing: "message", messageTypeCode: code, payloadSize } as const;
    const fresh = encodeRecord(shapes, as, encodable({ sender: SENDER, ...fields }, slide));
    const slot = slots.get(vp) ?? new Uint8Array(256);
    slot.set(fresh.subarray(0, 16 + payloadSize));
    slots.set(vp, slot);
    capture.set(slot, position * 256);
  });
  return capture;
}

/** Field values as the encoder takes them, with the kernel moved by `slide`. */
export function encodable(fields: Fields, slide: bigint): Map<string, Value> {
  const { msrValue, ...others } = fields;
  if (typeof msrValue === "bigint") {
    const value = slid(msrValue, slide);
    Object.assign(others, { "payload.rdx": value >> 32n, "payload.rax": value & 0xffffffffn });
  }
  return new Map(
    Object.entries(others).map(([path, value]): [string, Value] => [
      path,
      typeof value === "bigint" ? `0x${slid(value, slide).toString(16)}` : value,
    ]),
  );
}

/** The intercept header of an instruction in its mode. */
export function headerFields(vpIndex: number, { key, mode, rip, length }: Site, access: Access): Fields {
  const { cs, state } = MODES[mode];
  const ring3 = RING_3.includes(mode);
  let rflags = FLAGS[Number((rip >> 2n) % 8n)] as number;
  if (ring3 || INTERRUPTIBLE.test(key)) rflags |= INTERRUPT_FLAG;
  if (mode === "v8086") rflags |= VIRTUAL_8086_FLAG;
  return {
    vpIndex,
    instructionLength: length,
    interceptAccessType: [access],
    ...(ring3 ? { "executionState.cpl": 3 } : {}),
    ...Object.fromEntries(state.map((name) => [`executionState.${name}`, true])),
    ...segmentFields("csSegment", cs),
    rip,
    rflags: BigInt(rflags),
  };
}

function segmentFields(path: string, segment: Segment): Fields {
  return prefixed(`${path}.`, segment);
}

function prefixed(prefix: string, fields: object): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [prefix + name, value]));
}

function instruction(bytes: string): Fields {
  return { "payload.instructionByteCount": bytes.length / 2, "payload.instructionBytes": bytes };
}
