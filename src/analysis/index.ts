/**
 * analysis: what is found out about whole captures. Pure: it reads records that are handed to it, and prints nothing.
 *
 * diff: a `Pair` (load.ts) keeps the records (capture.ts) and numbers what makes them the same event (key-plan.ts,
 * keys.ts) and their VPs (groups.ts); `align` pairs them (align*.ts), `Comparer` compares the pairs (compare*.ts,
 * changes.ts), gaps are settled (gaps.ts), and a `Script` holds the result as runs (script.ts, hunks.ts). What
 * identifies a payload is a datum of its row in messages/payloads.ts.
 *
 * stats: `Stats` is a sink that counts (stats.ts says how). To count one thing more, add its row to stats-sections.ts.
 */
export type { Capture } from "./capture.ts";
export { type Change, listChanges, valuesOf } from "./changes.ts";
export { type Diff, diffPair, type GroupDiff } from "./diff.ts";
export { type Hunk, hunksOf } from "./hunks.ts";
export { defaultKey, type KeyFields, keyOfPaths } from "./key-plan.ts";
export { Pair } from "./load.ts";
export { CHANGED, DELETED, EQUAL, INSERTED, type Run, type Totals } from "./script.ts";
export { isZero, type Slide, slideOf, unsignedSlide } from "./slide.ts";
export { type Estimate, PAGE_BYTES } from "./slide-estimate.ts";
export * from "./stats.ts";
