/**
 * Random messages for property tests: plausible for the most part, and nasty where real data is.
 * All of it follows from the seed, so a failing case is found again by its seed alone.
 */
import type { OracleAbi } from "./decode.ts";

/** Gives the next of a sequence of numbers in 0..2^32-1. */
export type Rng = () => number;

/**
 * The mulberry32 generator (Tommy Ettinger, public domain): 32 bits of state, a period of 2^32, even enough for
 * test data and short enough to be read. The same seed gives the same sequence on every machine.
 */
export function createRng(seed: number): Rng {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** A whole number in 0..limit-1; `limit` at most 2^32. */
export function randomBelow(rng: Rng, limit: number): number {
  return Math.floor((rng() / 0x1_0000_0000) * limit);
}

/** One of `choices`, which must not be empty. */
export function randomPick<T>(rng: Rng, choices: readonly T[]): T {
  const [first] = choices;
  if (first === undefined) throw new RangeError("nothing to pick from");
  return choices[randomBelow(rng, choices.length)] ?? first;
}

/**
 * 256 bytes of an HV_MESSAGE. About 60 % are clean: a documented type, its full payloadSize, no reserved bits and
 * no unknown enum values; 3 % are empty slots; the rest have one to four things done to them, of which not each does harm. What lies past
 * payloadSize is never zeroed: it is stale data, as in real captures.
 */
export function randomMessage(rng: Rng, abi: OracleAbi): Uint8Array {
  const bytes = new Uint8Array(256);
  fillWithValues(rng, bytes);
  const shape = randomPick(rng, SHAPES);
  writeEnvelope(rng, bytes, shape.code, randomPick(rng, shape.sizes(abi)));
  const payload = new DataView(bytes.buffer, 0x10);
  const roll = randomBelow(rng, 100);
  if (roll >= 97) {
    new DataView(bytes.buffer).setUint32(0x00, 0, true);
    return bytes;
  }
  if (roll < 42 || chance(rng, 50)) shape.tidy(rng, payload, abi);
  if (roll >= 42) {
    const mutations = 1 + randomBelow(rng, 4);
    for (let i = 0; i < mutations; i++) mutate(rng, bytes);
  }
  return bytes;
}

/** 40 bytes of the common header by itself; about 60 % without reserved bits. */
export function randomHeader(rng: Rng, abi: OracleAbi): Uint8Array {
  const bytes = new Uint8Array(40);
  fillWithValues(rng, bytes);
  const view = new DataView(bytes.buffer);
  const roll = randomBelow(rng, 100);
  if (roll < 45) {
    tidyHeader(rng, view, abi);
  } else if (roll < 80) {
    tidyHeader(rng, view, abi);
    view.setUint8(randomBelow(rng, 40), rng() & 0xff);
  }
  return bytes;
}

// ----------------------------------------------------------------------------------------------------
// What a clean message of each type is: its full sizes, and what must be put right in random bytes

interface Shape {
  code: number;
  sizes(abi: OracleAbi): readonly number[];
  tidy(rng: Rng, payload: DataView, abi: OracleAbi): void;
}

/** Codes of the messages that `randomMessage` makes, without what it spoils. */
export function randomCodes(): Set<number> {
  return new Set([...SHAPES.map(({ code }) => code), ...UNDOCUMENTED_CODES]);
}

/** A row for each way in which a message of a type can be whole; what comes often is there more than once. */
const SHAPES: readonly Shape[] = [
  { code: 0x80000000, sizes: memorySizes, tidy: tidyMemory },
  { code: 0x80000001, sizes: memorySizes, tidy: tidyMemory },
  { code: 0x80000001, sizes: memorySizes, tidy: tidyMemory },
  { code: 0x80000003, sizes: memorySizes, tidy: tidyMemory },
  { code: 0x80010000, sizes: () => [0x80], tidy: tidyIoPort },
  { code: 0x80010000, sizes: () => [0x80], tidy: tidyIoPort },
  { code: 0x80010001, sizes: () => [0x40], tidy: tidyMsr },
  { code: 0x80010001, sizes: () => [0x40], tidy: tidyMsr },
  { code: 0x80010002, sizes: () => [0x68], tidy: tidyHeader },
  { code: 0x80010003, sizes: () => [0xf0], tidy: tidyException },
  { code: 0x80010003, sizes: () => [0xf0], tidy: tidyException },
  { code: 0x80000050, sizes: () => [0xc4, 0xd0], tidy: tidyHypercall },
  { code: 0x80010006, sizes: () => [0x40], tidy: tidyRegister },
  { code: 0x80010007, sizes: () => [0x28], tidy: tidyHeader },
  { code: 0x80010007, sizes: () => [0x08], tidy: tidyShortHalt },
  { code: 0x80010008, sizes: () => [0x30], tidy: tidyInterruptionDeliverable },
  { code: 0x80010009, sizes: () => [0x30], tidy: tidyHeader },
  { code: 0x80000062, sizes: () => [0x30], tidy: tidySintDeliverable },
  { code: 0x80010013, sizes: () => [0x68], tidy: tidyVmgexit },
  { code: 0x80000021, sizes: () => [0x28], tidy: tidyHeader },
  { code: 0x80010004, sizes: () => [0x08], tidy: tidyNothing },
  { code: 0x80000030, sizes: () => [0x08], tidy: tidyNothing },
  { code: 0x80000004, sizes: () => [0xf0], tidy: tidyGpaAttribute },
  { code: 0x80000022, sizes: () => [0x10], tidy: tidyUnsupportedFeature },
  { code: 0x80000010, sizes: () => [0x18], tidy: tidyReservedAt4 },
  { code: 0x80000020, sizes: () => [0x08], tidy: tidyReservedAt4 },
  { code: 0x80000031, sizes: () => [0x08], tidy: tidyReservedAt4 },
  { code: 0x80010005, sizes: () => [0x08], tidy: tidyReservedAt4 },
  { code: 0x8000003f, sizes: () => [0x04], tidy: tidyNothing },
  { code: 0x80000040, sizes: () => [0x08], tidy: tidyNothing },
  { code: 0x80000061, sizes: () => [0x04], tidy: tidyNothing },
  { code: 0x80010011, sizes: () => [0x00, 0x30, 0xf0], tidy: tidyNothing },
];

/** Types with a name and no public layout, Arm64's among them. */
const UNDOCUMENTED_CODES: readonly number[] = [
  0x80000005, 0x80000023, 0x80000024, 0x80000060, 0x80000070, 0x80000071, 0x80000100, 0x80000101, 0x8001000a,
  0x8001000b, 0x8001000c, 0x8001000d, 0x8001000e, 0x8001000f, 0x80010010, 0x80010011, 0x80010012, 0x80010015,
];

function memorySizes(abi: OracleAbi): readonly number[] {
  return abi === "hvhdk" ? [0x50] : [0xf0];
}

function tidyNothing(): void {}

function tidyHeader(rng: Rng, payload: DataView, abi: OracleAbi): void {
  if (chance(rng, 80)) payload.setUint32(0x00, randomBelow(rng, 64), true);
  if (abi === "hvhdk") {
    payload.setUint8(0x05, randomBelow(rng, 3));
    clear16(payload, 0x06, 0xc000);
  } else {
    if (chance(rng, 80)) payload.setUint8(0x04, randomBelow(rng, 16));
    payload.setUint8(0x05, randomBelow(rng, 8));
    clear16(payload, 0x06, 0xff80);
  }
  tidySegment(payload, 0x08);
  const rflags = payload.getBigUint64(0x20, true) & 0x0000_0000_003f_7fd7n;
  payload.setBigUint64(0x20, rflags | 2n, true);
}

function tidyMemory(rng: Rng, payload: DataView, abi: OracleAbi): void {
  tidyHeader(rng, payload, abi);
  payload.setUint32(0x28, randomPick(rng, [0, 1, 4, 5, 6]), true);
  payload.setUint8(0x2c, randomBelow(rng, 17));
  if (abi === "hvhdk") {
    clear8(payload, 0x2d, 0xe0);
    payload.setUint8(0x2f, 0);
  } else {
    clear8(payload, 0x2d, 0xfe);
    payload.setUint16(0x2e, 0, true);
    tidySegment(payload, 0x50);
    tidySegment(payload, 0x60);
  }
}

function tidyIoPort(rng: Rng, payload: DataView, abi: OracleAbi): void {
  tidyHeader(rng, payload, abi);
  if (chance(rng, 70))
    payload.setUint16(0x28, randomPick(rng, [0x20, 0x60, 0x70, 0x80, 0x3f8, 0xcf8, 0xcfc]), true);
  payload.setUint8(0x2a, randomPick(rng, [1, 2, 4]) | (randomBelow(rng, 4) << 3));
  payload.setUint8(0x2b, randomBelow(rng, 17));
  payload.setUint32(0x2c, 0, true);
  tidySegment(payload, 0x48);
  tidySegment(payload, 0x58);
}

function tidyMsr(rng: Rng, payload: DataView, abi: OracleAbi): void {
  tidyHeader(rng, payload, abi);
  const numbers = [0x10, 0x1b, 0x174, 0x40000000, 0x40000001, 0x40000070, 0xc0000080, 0xc0000082];
  if (chance(rng, 70)) payload.setUint32(0x28, randomPick(rng, numbers), true);
  payload.setUint32(0x2c, 0, true);
}

function tidyException(rng: Rng, payload: DataView, abi: OracleAbi): void {
  tidyHeader(rng, payload, abi);
  if (chance(rng, 80)) payload.setUint16(0x28, randomBelow(rng, 32), true);
  clear8(payload, 0x2a, abi === "hvhdk" ? 0xfc : 0xfe);
  payload.setUint8(0x2b, randomBelow(rng, 17));
  payload.setBigUint64(0x38, 0n, true);
  tidySegment(payload, 0x50);
  tidySegment(payload, 0x60);
}

function tidyHypercall(rng: Rng, payload: DataView, abi: OracleAbi): void {
  tidyHeader(rng, payload, abi);
  if (chance(rng, 70)) payload.setUint16(0x38, randomPick(rng, [0x01, 0x02, 0x03, 0x08, 0x5c, 0x5d]), true);
  payload.setUint32(0xc0, randomBelow(rng, 2), true);
  payload.setUint32(0xc4, 0, true);
  payload.setUint32(0xc8, 0, true);
  payload.setUint32(0xcc, 0, true);
}

function tidyRegister(rng: Rng, payload: DataView, abi: OracleAbi): void {
  tidyHeader(rng, payload, abi);
  payload.setUint32(0x28, randomBelow(rng, 2), true);
  payload.setUint32(0x2c, randomPick(rng, [0x40000, 0x40002, 0x40003, 0x40004, 0x80001]), true);
}

function tidyShortHalt(_rng: Rng, payload: DataView): void {
  payload.setBigUint64(0x00, 0n, true);
}

function tidyInterruptionDeliverable(rng: Rng, payload: DataView, abi: OracleAbi): void {
  tidyHeader(rng, payload, abi);
  payload.setUint32(0x28, randomPick(rng, [0, 2, 3, 4, 5, 6]), true);
  payload.setUint32(0x2c, 0, true);
}

function tidySintDeliverable(rng: Rng, payload: DataView, abi: OracleAbi): void {
  tidyHeader(rng, payload, abi);
  payload.setUint16(0x2a, 0, true);
  payload.setUint32(0x2c, 0, true);
}

function tidyVmgexit(rng: Rng, payload: DataView, abi: OracleAbi): void {
  tidyHeader(rng, payload, abi);
  payload.setBigUint64(0x30, BigInt(randomBelow(rng, 4)), true);
  payload.setUint32(0x3c, 0, true);
  payload.setUint16(0x42, 0, true);
  payload.setUint32(0x44, 0, true);
}

function tidyGpaAttribute(rng: Rng, payload: DataView): void {
  const attributes = (payload.getUint32(0x04, true) & 0x3fe0) | randomBelow(rng, 30);
  payload.setUint32(0x04, attributes, true);
}

function tidyUnsupportedFeature(rng: Rng, payload: DataView): void {
  payload.setUint32(0x04, 1 + randomBelow(rng, 2), true);
}

function tidyReservedAt4(_rng: Rng, payload: DataView): void {
  payload.setUint32(0x04, 0, true);
}

function tidySegment(payload: DataView, offset: number): void {
  clear16(payload, offset + 0xe, 0x0f00);
}

// ----------------------------------------------------------------------------------------------------
// What goes wrong

function mutate(rng: Rng, bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer);
  switch (randomBelow(rng, 10)) {
    case 0: // an unknown type, now and then one without bit 31
      view.setUint32(0x00, chance(rng, 80) ? (0x80010000 | (rng() & 0xffff)) >>> 0 : rng(), true);
      return;
    case 1:
      view.setUint32(0x00, randomPick(rng, UNDOCUMENTED_CODES), true);
      return;
    case 2: // any size, in the middle of fields and beyond 240
      view.setUint8(0x04, rng() & 0xff);
      return;
    case 3: // sizes around the ends of layouts
      view.setUint8(0x04, randomPick(rng, SIZES_OF_NOTE) + randomBelow(rng, 3) - 1);
      return;
    case 4: // the count of an I/O port or exception message, seen as 0xff in real data
      view.setUint8(0x10 + 0x2b, randomPick(rng, [17, 0x80, 0xff]));
      return;
    case 5: // the count of a memory message
      view.setUint8(0x10 + 0x2c, randomPick(rng, [17, 0x80, 0xff]));
      return;
    case 6: // message flags and the reserved bytes after them
      view.setUint8(0x05 + randomBelow(rng, 3), rng() & 0xff);
      return;
    case 7: // reserved bits and unknown enum values of the header
      view.setUint8(0x10 + 0x04 + randomBelow(rng, 0x24), rng() & 0xff);
      return;
    case 8: // the same in the first fields after the header, or of a payload without one
      view.setUint8(0x10 + randomPick(rng, [0x00, 0x28]) + randomBelow(rng, 8), rng() & 0xff);
      return;
    default: // anything
      view.setUint8(0x10 + randomBelow(rng, 0xf0), rng() & 0xff);
      return;
  }
}

/** Ends of layouts and of their parts. */
const SIZES_OF_NOTE: readonly number[] = [
  1, 4, 5, 8, 0x10, 0x16, 0x18, 0x20, 0x28, 0x2c, 0x30, 0x38, 0x40, 0x48, 0x50, 0x58, 0x60, 0x68, 0x70, 0x80,
  0xc0, 0xc4, 0xc8, 0xd0, 0xf0, 0xfe,
];

function writeEnvelope(rng: Rng, bytes: Uint8Array, code: number, payloadSize: number): void {
  const view = new DataView(bytes.buffer);
  view.setUint32(0x00, code, true);
  view.setUint8(0x04, payloadSize);
  view.setUint8(0x05, chance(rng, 20) ? 1 : 0);
  view.setUint16(0x06, 0, true);
}

/** Fills every 8 bytes with what registers hold: nothing, little, an address, all ones, or any 64 bits. */
function fillWithValues(rng: Rng, bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < bytes.length; at += 8) view.setBigUint64(at, randomU64(rng), true);
}

function randomU64(rng: Rng): bigint {
  const any = (BigInt(rng()) << 32n) | BigInt(rng());
  switch (randomBelow(rng, 8)) {
    case 0:
      return 0n;
    case 1:
      return any & 0xffn;
    case 2:
      return any & 0xffff_ffffn;
    case 3:
      return 0xffff_8000_0000_0000n | any;
    case 4:
      return randomPick(rng, [
        0x7fff_ffff_ffff_ffffn,
        0x8000_0000_0000_0000n,
        0xffff_ffff_ffff_ffffn,
        0x0020_0000_0000_0001n,
        0x0000_0001_0000_0000n,
      ]);
    default:
      return any;
  }
}

function chance(rng: Rng, percent: number): boolean {
  return randomBelow(rng, 100) < percent;
}

function clear8(view: DataView, offset: number, mask: number): void {
  view.setUint8(offset, view.getUint8(offset) & ~mask);
}

function clear16(view: DataView, offset: number, mask: number): void {
  view.setUint16(offset, view.getUint16(offset, true) & ~mask, true);
}
