/**
 * Captures for the benchmarks: plausible mixes of clean full-size messages (hvhdk), the same bytes for the same
 * count and seed. Offsets are literal and count from the message's start, so that nothing is shared with the
 * decoder that is measured.
 */
import { closeSync, openSync, writeSync } from "node:fs";

/** Bytes of a message. */
export const MESSAGE_BYTES = 256;

/** How a capture differs from the one with the same seed: an edit every so many messages, in turn one of three. */
export interface Edits {
  every: number;
}

/** What was edited. */
export interface Edited {
  changed: number;
  deleted: number;
  inserted: number;
}

/**
 * Writes `count` messages to `path`. With `edits`, every so many messages one has another payload value, is left
 * out, or is followed by one more. Returns what was edited.
 */
export function makeCapture(path: string, count: number, seed: number, edits?: Edits): Edited {
  const maker = new Maker(seed);
  const edited: Edited = { changed: 0, deleted: 0, inserted: 0 };
  const chunk = new Uint8Array(CHUNK_MESSAGES * MESSAGE_BYTES);
  const file = openSync(path, "w");
  let used = 0;
  const put = (message: Uint8Array) => {
    chunk.set(message, used);
    used += MESSAGE_BYTES;
    if (used === chunk.length) {
      writeSync(file, chunk);
      used = 0;
    }
  };
  for (let index = 0; index < count; index++) {
    const message = maker.next();
    const edit = edits && index % edits.every === edits.every - 1 ? EDITS[maker.editTurn++ % 3] : undefined;
    if (edit === undefined) put(message);
    else {
      edited[edit]++;
      if (edit === "changed") put(changedCopy(message));
      if (edit === "inserted") {
        put(message);
        put(insertedCopy(message));
      }
    }
  }
  writeSync(file, chunk, 0, used);
  closeSync(file);
  return edited;
}

const CHUNK_MESSAGES = 4096;
const EDITS = ["changed", "deleted", "inserted"] as const;

/** A message whose only difference is no part of what identifies it: bit 16 of the sender. */
function changedCopy(message: Uint8Array): Uint8Array {
  const copy = message.slice();
  copy[0x0a] = copy[0x0a]! ^ 1;
  return copy;
}

/** A message that the other capture has nowhere: its RIP (or, in an EOI, its vector) is one of its own. */
function insertedCopy(message: Uint8Array): Uint8Array {
  const copy = message.slice();
  const view = new DataView(copy.buffer);
  if (view.getUint32(0, true) === 0x80010004) view.setUint32(0x14, 0xef, true);
  else view.setUint32(0x28, 0x81fffff0, true);
  return copy;
}

type Kind = "ioPort" | "msr" | "memory" | "cpuid" | "exception" | "hypercall" | "halt" | "apicEoi";

/** Message type code, payloadSize and share in percent. */
const KINDS: Record<Kind, readonly [code: number, payloadSize: number, share: number]> = {
  ioPort: [0x80010000, 0x80, 40],
  msr: [0x80010001, 0x40, 20],
  memory: [0x80000001, 0x50, 15],
  cpuid: [0x80010002, 0x68, 10],
  exception: [0x80010003, 0xf0, 5],
  hypercall: [0x80000050, 0xd0, 5],
  halt: [0x80010007, 0x28, 3],
  apicEoi: [0x80010004, 0x08, 2],
};

const VPS = 4;
const SITES_PER_PERCENT = 4;
const PORTS = [
  0x3f8, 0x3f9, 0x3fd, 0x20, 0x21, 0xa0, 0x40, 0x43, 0x70, 0x71, 0x80, 0x61, 0xcf8, 0xcfc, 0x608,
];
const UNNAMED_PORTS = [0x1f8, 0xc10, 0xe80];
const MSRS = [0x10, 0x1b, 0x8b, 0x277, 0xc0000080, 0xc0000082, 0xc0000100, 0xc0000101, 0x6e0];
const HYPER_V_MSRS = [0x40000000, 0x40000001, 0x40000002, 0x40000020, 0x40000070, 0x40000080, 0x400000b0];
const UNNAMED_MSRS = [0x1234, 0xc0011fff];
const LEAVES = [0, 1, 2, 4, 7, 0xb, 0xd, 0x15, 0x40000000, 0x40000001, 0x40000003, 0x80000000, 0x80000008];
const HYPERCALLS = [0x02, 0x03, 0x08, 0x0b, 0x13, 0x50, 0x51, 0x5c, 0x5d, 0x69];
const VECTORS = [14, 14, 14, 13, 6, 1, 3];
const PAGES = [0xfee00000, 0xfee00000, 0xfec00000, 0xd0000000, 0xd0001000, 0xfed00000, 0xfe000000];
const APIC_OFFSETS = [0x80, 0xb0, 0x300, 0x310, 0x320, 0x380];
const INSTRUCTIONS = [
  "8907",
  "488b00",
  "c70700000000",
  "48894500",
  "8b8020030000",
  "f30fb6c0",
  "410f114424",
  "ee",
];

/** Place in the code that causes one kind of intercept, always the same way. */
interface Site {
  kind: Kind;
  ripLow: number;
  ripHigh: number;
  user: boolean;
  access: number;
  instructionLength: number;
  instruction: Uint8Array;
  /** Port, MSR, leaf, page and offset, vector or hypercall code. */
  identity: number;
  wide: number;
}

/** Makes messages one after another. A VP's messages overwrite each other, so bytes past payloadSize are stale. */
class Maker {
  editTurn = 0;
  #state: number;
  readonly #sites: Site[] = [];
  readonly #rflags: number[] = [];
  readonly #slots: { bytes: Uint8Array; view: DataView }[] = [];

  constructor(seed: number) {
    this.#state = Math.imul(seed + 1, 0x9e3779b1) >>> 0 || 1;
    for (const [kind, [, , share]] of Object.entries(KINDS) as [Kind, (typeof KINDS)[Kind]][])
      for (let site = 0; site < share * SITES_PER_PERCENT; site++) this.#sites.push(this.#site(kind));
    for (let flags = 0; flags < 30; flags++) this.#rflags.push(this.#someRflags());
    for (let vp = 0; vp < VPS; vp++) {
      const bytes = new Uint8Array(MESSAGE_BYTES);
      this.#slots.push({ bytes, view: new DataView(bytes.buffer) });
    }
  }

  /** The next message; valid until the call after. */
  next(): Uint8Array {
    const vp = this.#below(VPS);
    const site = this.#sites[this.#below(this.#sites.length)]!;
    const { bytes, view } = this.#slots[vp]!;
    const [code, payloadSize] = KINDS[site.kind];
    view.setUint32(0x00, code, true);
    view.setUint32(0x04, payloadSize, true);
    this.#pair(view, 0x08, 5, 0);
    view.setUint32(0x10, vp, true);
    if (site.kind === "apicEoi") {
      view.setUint32(0x14, 0x30 + this.#below(16), true);
      return bytes;
    }
    this.#header(view, site);
    PAYLOADS[site.kind](this.#write, bytes, view, site);
    return bytes;
  }

  #header(view: DataView, site: Site): void {
    view.setUint8(0x14, site.instructionLength | (this.#below(8) === 0 ? 0x20 : 0));
    view.setUint8(0x15, site.access);
    view.setUint16(0x16, site.user ? 0x17 : this.#below(16) === 0 ? 0x1014 : 0x14, true);
    segment(view, 0x18, site.user ? 0x33 : 0x10, site.user ? 0xa0fb : 0xa09b);
    this.#pair(view, 0x28, site.ripLow, site.ripHigh);
    this.#pair(view, 0x30, this.#rflags[this.#below(this.#rflags.length)]!, 0);
  }

  /** What payload writers may use of the generator. */
  readonly #write: Random = {
    below: (limit) => this.#below(limit),
    small: (view, at) => this.#pair(view, at, this.#below(0x10000), 0),
    kernel: (view, at) => this.#pair(view, at, this.#next() & ~7, 0xffff8880 + this.#below(4)),
    any: (view, at) => this.#pair(view, at, this.#next(), this.#next()),
    pair: (view, at, low, high) => this.#pair(view, at, low, high),
  };

  #site(kind: Kind): Site {
    const user = kind === "exception" && this.#below(2) === 0;
    const text = INSTRUCTIONS[this.#below(INSTRUCTIONS.length)]!;
    const instruction = new Uint8Array(16);
    instruction.set(Buffer.from(text, "hex"));
    const writes = this.#below(2);
    const sized = { ioPort: 1, msr: 2, cpuid: 2, hypercall: 3, halt: 1 } as Partial<Record<Kind, number>>;
    return {
      kind,
      ripLow: user ? 0x55550000 + this.#below(0x8000) : 0x81000000 + this.#below(0xa00000),
      ripHigh: user ? 0x00005555 : 0xffffffff,
      user,
      access: kind === "ioPort" || kind === "msr" || kind === "memory" ? writes : 2 * this.#below(2),
      instructionLength: sized[kind] ?? text.length / 2,
      instruction,
      identity: this.#identity(kind),
      wide: 1 << this.#below(3),
    };
  }

  #identity(kind: Kind): number {
    const pick = (values: readonly number[]) => values[this.#below(values.length)]!;
    const unnamed = this.#below(12) === 0;
    switch (kind) {
      case "ioPort":
        return pick(unnamed ? UNNAMED_PORTS : PORTS);
      case "msr":
        return pick(unnamed ? UNNAMED_MSRS : this.#below(2) === 0 ? HYPER_V_MSRS : MSRS);
      case "cpuid":
        return pick(LEAVES);
      case "hypercall":
        return pick(HYPERCALLS);
      case "exception":
        return pick(VECTORS);
      default: {
        const page = pick(PAGES);
        return page === 0xfee00000 ? page + pick(APIC_OFFSETS) : page + this.#below(256) * 4;
      }
    }
  }

  /** IF mostly set, arithmetic flags at random, now and then RF, AC or ID. */
  #someRflags(): number {
    const arithmetic = this.#next() & 0x8d5;
    const rare = this.#below(6) === 0 ? 0x10000 << (2 * this.#below(2)) : 0;
    return (
      2 | arithmetic | (this.#below(4) === 0 ? 0 : 0x200) | rare | (this.#below(10) === 0 ? 0x200000 : 0)
    );
  }

  #pair(view: DataView, at: number, low: number, high: number): void {
    view.setUint32(at, low, true);
    view.setUint32(at + 4, high, true);
  }

  #below(limit: number): number {
    return this.#next() % limit;
  }

  /** Mulberry32 (Tommy Ettinger, public domain): 32 bits. */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }
}

interface Random {
  below(limit: number): number;
  /** These write 64 bits: a value below 65536, a pointer into the kernel's direct map, anything. */
  small(view: DataView, at: number): void;
  kernel(view: DataView, at: number): void;
  any(view: DataView, at: number): void;
  pair(view: DataView, at: number, low: number, high: number): void;
}

type WritePayload = (random: Random, bytes: Uint8Array, view: DataView, site: Site) => void;

/** What follows the 40-byte header, a row a kind. The payload begins at 0x10. */
const PAYLOADS: Record<Exclude<Kind, "apicEoi">, WritePayload> = {
  ioPort(random, bytes, view, site) {
    const string = site.identity === 0x3f8 && site.wide === 4;
    view.setUint16(0x38, site.identity, true);
    view.setUint8(0x3a, site.wide | (string ? 0x18 : 0));
    view.setUint8(0x3b, string ? 2 : 0);
    view.setUint32(0x3c, 0, true);
    random.small(view, 0x40);
    bytes.fill(0, 0x48, 0x58);
    if (string) view.setUint16(0x48, 0x6ff3, true);
    segment(view, 0x58, 0x18, 0xc093);
    segment(view, 0x68, 0x18, 0xc093);
    for (const at of [0x78, 0x80, 0x88]) random.kernel(view, at);
  },
  msr(random, _, view, site) {
    view.setUint32(0x38, site.identity, true);
    view.setUint32(0x3c, 0, true);
    random.pair(view, 0x40, random.below(16), 0);
    random.pair(view, 0x48, random.below(0xffffffff), 0);
  },
  memory(random, bytes, view, site) {
    view.setUint32(0x38, site.wide === 4 ? 6 : 0, true);
    view.setUint8(0x3c, site.instructionLength);
    view.setUint8(0x3d, 3);
    view.setUint8(0x3e, random.below(2) * 4);
    view.setUint8(0x3f, 0);
    random.pair(view, 0x40, 0xff5fb000 + (site.identity & 0xfff), 0xffffffff);
    random.pair(view, 0x48, site.identity, 0);
    bytes.set(site.instruction, 0x50);
  },
  cpuid(random, _, view, site) {
    random.pair(view, 0x38, site.identity, 0);
    random.pair(view, 0x40, random.below(3), 0);
    random.small(view, 0x48);
    random.kernel(view, 0x50);
    for (const at of [0x58, 0x60, 0x68, 0x70]) random.pair(view, at, random.below(0xffffffff), 0);
  },
  exception(random, bytes, view, site) {
    const pageFault = site.identity === 14;
    const withCode = pageFault || site.identity === 13;
    view.setUint16(0x38, site.identity, true);
    view.setUint8(0x3a, withCode ? 1 : 0);
    view.setUint8(0x3b, site.instructionLength);
    view.setUint32(0x3c, pageFault ? (site.user ? 4 : 0) | random.below(4) : 0, true);
    if (pageFault) random.kernel(view, 0x40);
    else random.pair(view, 0x40, 0, 0);
    random.pair(view, 0x48, 0, 0);
    bytes.set(site.instruction, 0x50);
    segment(view, 0x60, 0x18, 0xc093);
    segment(view, 0x70, 0x18, 0xc093);
    for (let at = 0x80; at < 0x100; at += 16) {
      random.kernel(view, at);
      random.small(view, at + 8);
    }
  },
  hypercall(random, bytes, view, site) {
    random.small(view, 0x38);
    random.kernel(view, 0x40);
    random.pair(view, 0x48, site.identity | (site.wide === 1 ? 0x10000 : 0), site.wide === 4 ? 2 : 0);
    for (const at of [0x50, 0x58, 0x60, 0x68]) random.kernel(view, at);
    for (let at = 0x70; at < 0xd0; at += 8) random.any(view, at);
    bytes.fill(0, 0xd0, 0xe0);
  },
  halt() {},
};

function segment(view: DataView, at: number, selector: number, attributes: number): void {
  view.setUint32(at, 0, true);
  view.setUint32(at + 4, 0, true);
  view.setUint32(at + 8, 0xffffffff, true);
  view.setUint32(at + 12, selector | (attributes << 16), true);
}
