import { RECORD_WORDS } from "../record/index.ts";
import { blockOf, wordOf } from "./blocks.ts";
import type { Capture } from "./capture.ts";
import { differBy, listChanges } from "./changes.ts";
import { type ComparePlan, NO_PAIR } from "./compare-plan.ts";
import type { Group } from "./groups.ts";
import { isZero, type Slide } from "./slide.ts";
import { spanDiffers } from "./span.ts";

/** Compares messages that are aligned. */
export class Comparer {
  /** Values that differed by the slide alone, and were taken as the same; RIPs are not among them. */
  slidValues = 0;
  readonly #a: Capture;
  readonly #b: Capture;
  readonly #plan: ComparePlan;
  readonly #slide: Slide | undefined;

  constructor(a: Capture, b: Capture, plan: ComparePlan, slide: Slide | undefined) {
    this.#a = a;
    this.#b = b;
    this.#plan = plan;
    this.#slide = slide && !isZero(slide) ? slide : undefined;
    plan.update();
  }

  /** For each pair of a group's alignment 1 where a field differs, else 0. */
  compare(group: Group, pairsA: Int32Array, pairsB: Int32Array): Uint8Array {
    const { a, b } = group;
    const verdicts = new Uint8Array(pairsA.length);
    const placesA = this.#a.places;
    const placesB = this.#b.places;
    for (let pair = 0; pair < pairsA.length; pair++) {
      const inA = a[pairsA[pair]!]!;
      const inB = b[pairsB[pair]!]!;
      // Twins share their words. Most are: they need no call.
      if (placesA[inA] !== placesB[inB] && this.differs(inA, inB)) verdicts[pair] = 1;
    }
    return verdicts;
  }

  /** Whether a field of two records, given by their positions, differs. */
  differs(a: number, b: number): boolean {
    const placeA = this.#a.places[a]!;
    const placeB = this.#b.places[b]!;
    if (placeA === placeB) return false; // twins
    const shape = this.#a.shapes[a]!;
    if (shape !== this.#b.shapes[b]!) return this.#shapesDiffer(a, b);
    const { masks, lastWords, spanCounts } = this.#plan;
    const wordsA = this.#a.blocks.list[blockOf(placeA)]!;
    const wordsB = this.#b.blocks.list[blockOf(placeB)]!;
    const baseA = wordOf(placeA);
    const baseB = wordOf(placeB);
    const mask = shape * RECORD_WORDS;
    const last = lastWords[shape]!;
    let word = 0;
    while (word <= last && ((wordsA[baseA + word]! ^ wordsB[baseB + word]!) & masks[mask + word]!) === 0)
      word++;
    if (word <= last && this.#wordsDiffer(shape, wordsA, baseA, wordsB, baseB, word)) return true;
    return spanCounts[shape] !== 0 && this.#spansDiffer(shape, wordsA, baseA, wordsB, baseB);
  }

  /** Whether anything differs, from word `from` on, that the slide does not explain; counts what it explains. */
  #wordsDiffer(
    shape: number,
    wordsA: Int32Array,
    baseA: number,
    wordsB: Int32Array,
    baseB: number,
    from: number,
  ): boolean {
    const slide = this.#slide;
    if (!slide) return true;
    const { masks, lastWords, pairs, ripWords } = this.#plan;
    const first = shape * RECORD_WORDS;
    let differ = false;
    for (let word = from; word <= lastWords[shape]!; word++) {
      if (((wordsA[baseA + word]! ^ wordsB[baseB + word]!) & masks[first + word]!) === 0) continue;
      const low = pairs[first + word]!;
      if (low === NO_PAIR || !differBy(slide, wordsA, baseA + low, wordsB, baseB + low)) {
        differ = true;
        continue;
      }
      if (low !== ripWords[shape]) this.slidValues++;
      word = low + 1;
    }
    return differ;
  }

  #spansDiffer(shape: number, wordsA: Int32Array, baseA: number, wordsB: Int32Array, baseB: number): boolean {
    for (const span of this.#plan.of(shape).spans)
      if (spanDiffers(span, wordsA, baseA, wordsB, baseB)) return true;
    return false;
  }

  /** Records of different shapes have their fields at different places: they are compared by name. */
  #shapesDiffer(a: number, b: number): boolean {
    const { changes, slid } = listChanges(this.#a.borrow(a), this.#b.borrow(b), this.#plan, this.#slide);
    this.slidValues += slid;
    return changes.length > 0;
  }
}
