/** What a diff comes to: counts, the slide, where each VP first parts. */
import {
  CHANGED,
  DELETED,
  type Diff,
  EQUAL,
  type Estimate,
  type GroupDiff,
  INSERTED,
  isZero,
  PAGE_BYTES,
  type Slide,
  unsignedSlide,
} from "../analysis/index.ts";
import { hex } from "../base/text.ts";
import {
  counted,
  countedMessages,
  type DiffLine,
  type DiffView,
  differencesIn,
  groupName,
  lineOf,
} from "./diff-view.ts";

/** The counts, and what was taken as the same. */
export function summaryLines({ diff, style }: DiffView): string {
  const lines = [style.bold(`summary: ${countsText(diff)}`)];
  if (diff.estimate) lines.push(estimateSentence(diff.estimate));
  if (!isZero(diff.slide)) lines.push(slideSentence(diff));
  if (!diff.minimal)
    lines.push("so much differs that the alignment was cut short: fewer differences may be possible");
  return lines.map((line) => `${line}\n`).join("");
}

/** The whole result in one line. */
export function briefLine({ diff, names: [a, b] }: DiffView): string {
  if (differencesIn(diff) === 0)
    return `${a} and ${b} are the same: ${countedMessages(diff.totals[EQUAL])}\n`;
  const firsts = firstDivergences(diff).flatMap(({ group, line }) => (line ? [{ group, line }] : []));
  const first = firsts.reduce((best, each) =>
    recordOf(each.line, diff) < recordOf(best.line, diff) ? each : best,
  );
  return `${a} and ${b} differ: ${countsText(diff)}; first at ${placeText(first, diff)}\n`;
}

/** The smaller record number of a line: how far into the captures it is. */
function recordOf({ a, b }: DiffLine, diff: Diff): number {
  return Math.min(a < 0 ? Infinity : diff.a.indexOf(a), b < 0 ? Infinity : diff.b.indexOf(b));
}

function placeText({ group, line: { a, b } }: { group: GroupDiff; line: DiffLine }, diff: Diff): string {
  return [
    ...(diff.interleaved ? [] : [groupName(group, diff)]),
    ...(a < 0 ? [] : [`A ${diff.a.indexOf(a)}`]),
    ...(b < 0 ? [] : [`B ${diff.b.indexOf(b)}`]),
  ].join(", ");
}

/** Where each group first differs; no line where it does not. */
export function firstDivergences(diff: Diff): { group: GroupDiff; line: DiffLine | undefined }[] {
  return diff.groups.map((group) => {
    for (let at = 0; at < Math.min(2, group.script.length); at++) {
      const run = group.script.run(at);
      if (run.kind !== EQUAL) return { group, line: lineOf(run, 0, group) };
    }
    return { group, line: undefined };
  });
}

/** What `--slide auto` found, and how well it is supported. */
export function estimateSentence({ best, votes, pairs, isSingle }: Estimate): string {
  if (best === undefined) return "slide auto: none, the RIPs of alike events agree as they are";
  const support = `${counted(votes)} of ${counted(pairs)} pairs of alike events whose RIPs differ`;
  if (isSingle) return `slide auto: ${slideText(best)}, supported by ${support}`;
  const odd = best.low % PAGE_BYTES === 0 ? "" : ", and is no multiple of a page";
  return `slide auto: no single one, RIPs are compared as they are; the best, ${slideText(best)}, has ${support}${odd}`;
}

function slideSentence({ slide, slidValues }: Diff): string {
  const others =
    slidValues === 1 ? "1 value beside RIPs differs" : `${counted(slidValues)} values beside RIPs differ`;
  return `slide ${slideText(slide)}: ${others} by it alone and ${slidValues === 1 ? "is" : "are"} taken as the same`;
}

/** A slide as people write it: a negative one with its sign. */
function slideText(slide: Slide): string {
  const signed = BigInt.asIntN(64, unsignedSlide(slide));
  return signed < 0n ? `-${hex(-signed)}` : hex(signed);
}

function countsText({ totals }: Diff): string {
  const parts = [
    `${counted(totals[EQUAL])} equal`,
    `${counted(totals[CHANGED])} changed`,
    `${counted(totals[DELETED])} only in A`,
    `${counted(totals[INSERTED])} only in B`,
  ];
  return parts.join(", ");
}
