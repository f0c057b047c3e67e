/**
 * `--slide auto`: each VP's events are aligned without their RIPs; the RIPs of every pair vote with their
 * difference. One offset stands out where one image was loaded elsewhere.
 */
import type { Shapes } from "../record/index.ts";
import { align } from "./align.ts";
import type { Capture } from "./capture.ts";
import type { Group } from "./groups.ts";
import { grown } from "./grown.ts";
import { Interner } from "./interner.ts";
import { eventKey, KeyPlan } from "./key-plan.ts";
import { KeyReader } from "./keys.ts";
import { RipReader, type Slide } from "./slide.ts";

/** What the vote said. */
export interface Estimate {
  /** The offset with the most votes; undefined where no RIPs differ. */
  readonly best: Slide | undefined;
  /** Its votes, and all: pairs of events whose RIPs differ. */
  readonly votes: number;
  readonly pairs: number;
  /** Whether the best one is believable: a page's multiple with more than half of the votes, and not by chance. */
  readonly isSingle: boolean;
}

/** Messages of a VP that are looked at: enough for any offset to show, and little time. */
const SAMPLE = 1 << 15;
/** Votes that could be chance. */
const FEW_VOTES = 2;
/** Images are loaded at multiples of it. */
export const PAGE_BYTES = 4096;

/** Estimates the offset of B's RIPs. Where both captures have kernel addresses (bit 63 set), only those vote. */
export function estimateSlide(a: Capture, b: Capture, groups: readonly Group[], shapes: Shapes): Estimate {
  const reader = new KeyReader(new KeyPlan(shapes, eventKey));
  const ids = { a: reader.readAll(a), b: reader.readAll(b) };
  const isBefore = (id: number, other: number) => reader.isBefore(id, other);
  const [inA, inB] = [new RipReader(a, shapes), new RipReader(b, shapes)];
  const kernel = hasKernel(inA, a.count) && hasKernel(inB, b.count);
  const votes = new Votes();
  for (const group of groups) {
    const [fromA, fromB] = [sample(inA, group.a, kernel), sample(inB, group.b, kernel)];
    const { pairsA, pairsB } = align(pick(ids.a, fromA), pick(ids.b, fromB), { isBefore });
    for (let pair = 0; pair < pairsA.length; pair++) {
      inA.read(fromA[pairsA[pair]!]!);
      inB.read(fromB[pairsB[pair]!]!);
      if (inA.low !== inB.low || inA.high !== inB.high) votes.add(inA, inB);
    }
  }
  return votes.count();
}

function hasKernel(rips: RipReader, count: number): boolean {
  for (let position = 0; position < count; position++)
    if (rips.read(position) && rips.high >>> 31 === 1) return true;
  return false;
}

/** The first of these records that have an RIP, or one of the kernel. */
function sample(rips: RipReader, positions: Int32Array, kernel: boolean): Int32Array {
  const sampled = new Int32Array(Math.min(SAMPLE, positions.length));
  let count = 0;
  for (let at = 0; at < positions.length && count < sampled.length; at++) {
    const position = positions[at]!;
    if (rips.read(position) && (!kernel || rips.high >>> 31 === 1)) sampled[count++] = position;
  }
  return sampled.subarray(0, count);
}

/** Differences, and how many pairs have each. */
class Votes {
  readonly #differences = new Interner();
  #counts = new Int32Array(64);
  readonly #key = new Int32Array(2);
  #pairs = 0;

  add(inA: RipReader, inB: RipReader): void {
    this.#key[0] = inB.low - inA.low;
    this.#key[1] = inB.high - inA.high - (inB.low < inA.low ? 1 : 0);
    const id = this.#differences.intern(this.#key, 2);
    if (id >= this.#counts.length) this.#counts = grown(this.#counts, id + 1);
    this.#counts[id]!++;
    this.#pairs++;
  }

  count(): Estimate {
    const counts = this.#counts.subarray(0, this.#differences.count);
    const votes = counts.reduce((most, count) => Math.max(most, count), 0);
    if (votes === 0) return { best: undefined, votes, pairs: this.#pairs, isSingle: false };
    const [low = 0, high = 0] = this.#differences.words(counts.indexOf(votes));
    const best = { low: low >>> 0, high: high >>> 0 };
    const isSingle = votes > FEW_VOTES && 2 * votes > this.#pairs && best.low % PAGE_BYTES === 0;
    return { best, votes, pairs: this.#pairs, isSingle };
  }
}

function pick(ids: Int32Array, positions: Int32Array): Int32Array {
  return positions.map((position) => ids[position]!);
}
