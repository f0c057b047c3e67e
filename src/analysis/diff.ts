import { align } from "./align.ts";
import type { Capture } from "./capture.ts";
import { Comparer } from "./compare.ts";
import { ComparePlan } from "./compare-plan.ts";
import { type Pairing, settleGaps } from "./gaps.ts";
import { type Group, wholeGroup } from "./groups.ts";
import type { Pair } from "./load.ts";
import { type Script, scriptOf, type Totals } from "./script.ts";
import { isZero, type Slide, slidRecords } from "./slide.ts";
import { type Estimate, estimateSlide } from "./slide-estimate.ts";

interface DiffOptions {
  /** Paths of the fields that are left out of the comparison. */
  ignored: ReadonlySet<string>;
  /** Aligns the whole sequence instead of each VP's. */
  interleaved: boolean;
  /** How far B's code lies above A's, or that it be estimated. */
  slide?: Slide | "auto";
}

/** How the messages of one VP, or all, lead from A to B. */
export interface GroupDiff extends Group {
  readonly script: Script;
}

export interface Diff {
  readonly a: Capture;
  readonly b: Capture;
  readonly groups: readonly GroupDiff[];
  readonly interleaved: boolean;
  readonly totals: Totals;
  /** Whether no shorter edit script exists. */
  readonly minimal: boolean;
  /** The slide that was taken out; zero where none was. */
  readonly slide: Slide;
  /** What `auto` found. */
  readonly estimate: Estimate | undefined;
  /** Values beside RIPs that differ by the slide alone, and count as the same. */
  readonly slidValues: number;
  /** What was compared: needed to list the changes of a pair. */
  readonly plan: ComparePlan;
}

/** Aligns two captures that were loaded, and compares what is aligned. */
export function diffPair(pair: Pair, options: DiffOptions): Diff {
  const [a, b] = [pair.a.capture, pair.b.capture];
  const vpGroups = pair.vpReader.groups(pair.a.vps, pair.b.vps);
  const groups = options.interleaved ? wholeGroup(a, b) : vpGroups;
  const estimate = options.slide === "auto" ? estimateSlide(a, b, vpGroups, pair.shapes) : undefined;
  const slide = chosenSlide(options.slide, estimate);
  const plan = new ComparePlan(pair.shapes, options.ignored);
  const comparer = new Comparer(a, b, plan, slide);
  const aligned = alignGroups(groups, keysOf(pair, slide), pair, comparer);
  const scripts = aligned.map(({ group, script }) => ({ ...group, script }));
  const totals: Totals = [0, 0, 0, 0];
  for (const { script } of scripts)
    for (const [kind, count] of script.totals.entries()) totals[kind]! += count;
  return {
    a,
    b,
    groups: scripts,
    interleaved: options.interleaved,
    totals,
    minimal: aligned.every(({ minimal }) => minimal),
    slide,
    estimate,
    slidValues: isZero(slide) ? 0 : countSlid(aligned, comparer),
    plan,
  };
}

function chosenSlide(wanted: Slide | "auto" | undefined, estimate: Estimate | undefined): Slide {
  if (wanted !== undefined && wanted !== "auto") return wanted;
  return estimate?.isSingle && estimate.best ? estimate.best : { low: 0, high: 0 };
}

interface Keys {
  readonly a: Int32Array;
  readonly b: Int32Array;
}

/** The key ids that were read at loading; with a slide, those of B are read anew. */
function keysOf({ a, b, keyReader, shapes }: Pair, slide: Slide): Keys {
  const slid = isZero(slide) ? undefined : slidRecords(a.capture, b.capture, slide, shapes);
  return { a: a.keys, b: slid ? keyReader.readAll(b.capture, slid) : b.keys };
}

/** A group, how its messages are paired, and the script that this makes. */
interface AlignedGroup extends Pairing {
  readonly group: Group;
  readonly minimal: boolean;
  readonly script: Script;
}

function alignGroups(
  groups: readonly Group[],
  all: Keys,
  { keyReader }: Pair,
  comparer: Comparer,
): AlignedGroup[] {
  const isBefore = (id: number, other: number) => keyReader.isBefore(id, other);
  return groups.map((group) => {
    const keys = { a: pick(all.a, group.a), b: pick(all.b, group.b) };
    const { pairsA, pairsB, minimal } = align(keys.a, keys.b, { isBefore });
    const pairing = { pairsA, pairsB, verdicts: comparer.compare(group, pairsA, pairsB) };
    settleGaps(pairing, keys, (a, b) => comparer.differs(group.a[a]!, group.b[b]!));
    return { ...pairing, group, minimal, script: scriptOf([keys.a.length, keys.b.length], pairing) };
  });
}

/** Compares the pairs once more, as they were settled, only to count the values that the slide explains. */
function countSlid(aligned: readonly AlignedGroup[], comparer: Comparer): number {
  comparer.slidValues = 0;
  for (const { group, pairsA, pairsB } of aligned)
    for (let pair = 0; pair < pairsA.length; pair++)
      comparer.differs(group.a[pairsA[pair]!]!, group.b[pairsB[pair]!]!);
  return comparer.slidValues;
}

function pick(ids: Int32Array, positions: Int32Array): Int32Array {
  const picked = new Int32Array(positions.length);
  for (let at = 0; at < picked.length; at++) picked[at] = ids[positions[at]!]!;
  return picked;
}
