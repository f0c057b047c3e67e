/**
 * The load offset between two runs of the same code (KASLR): how far B's addresses lie above A's.
 *
 * Not everything slides: firmware, a trampoline, a hypercall page stay where they are, in the same capture as a
 * kernel that moved. So an RIP of B counts as slid where A has an RIP that much below it, else it is compared as
 * it is. An RIP that is neither is in none of A's messages and cannot be paired either way.
 */
import type { Shapes } from "../record/index.ts";
import { blockOf, wordOf } from "./blocks.ts";
import type { Capture } from "./capture.ts";
import { Interner } from "./interner.ts";
import type { Slid } from "./keys.ts";

/** A difference of 64 bits, modulo 2^64, as two unsigned halves. */
export interface Slide {
  readonly low: number;
  readonly high: number;
}

/** Makes a slide from a difference; negative ones wrap around. */
export function slideOf(difference: bigint): Slide {
  const wrapped = BigInt.asUintN(64, difference);
  return { low: Number(wrapped & 0xffffffffn), high: Number(wrapped >> 32n) };
}

/** The difference as an unsigned number of 64 bits. */
export function unsignedSlide({ low, high }: Slide): bigint {
  return (BigInt(high) << 32n) | BigInt(low);
}

/** Whether nothing slides. */
export function isZero({ low, high }: Slide): boolean {
  return low === 0 && high === 0;
}

/** By shape the word where the RIP begins, or -1. */
export function ripWords({ list }: Shapes): Int32Array {
  return Int32Array.from(list, (shape) => (shape?.byPath.get("rip")?.byte ?? -4) >> 2);
}

/** Which records of B have an RIP with the slide in it. */
export function slidRecords(a: Capture, b: Capture, slide: Slide, shapes: Shapes): Slid {
  const rips = new Interner();
  const key = new Int32Array(2);
  const readerA = new RipReader(a, shapes);
  for (let position = 0; position < a.count; position++) {
    if (!readerA.read(position)) continue;
    key[0] = readerA.low;
    key[1] = readerA.high;
    rips.intern(key, 2);
  }
  const flags = new Uint8Array(b.count);
  const readerB = new RipReader(b, shapes);
  for (let position = 0; position < b.count; position++) {
    if (!readerB.read(position)) continue;
    key[0] = readerB.low - slide.low;
    key[1] = readerB.high - slide.high - (readerB.low < slide.low ? 1 : 0);
    if (rips.find(key, 2) >= 0) flags[position] = 1;
  }
  return { slide, flags };
}

/** Reads the RIPs of a capture's records. */
export class RipReader {
  /** Halves of the RIP that was read last, unsigned. */
  low = 0;
  high = 0;
  readonly #capture: Capture;
  readonly #words: Int32Array;

  constructor(capture: Capture, shapes: Shapes) {
    this.#capture = capture;
    this.#words = ripWords(shapes);
  }

  /** Reads the RIP of a record; false where it has none. */
  read(position: number): boolean {
    const { blocks, places, shapes } = this.#capture;
    const word = this.#words[shapes[position]!]!;
    if (word < 0) return false;
    const place = places[position]!;
    const words = blocks.list[blockOf(place)]!;
    this.low = words[wordOf(place) + word]! >>> 0;
    this.high = words[wordOf(place) + word + 1]! >>> 0;
    return true;
  }
}
