import { CHANGED, DELETED, type Diff, type GroupDiff, INSERTED, type Run } from "../analysis/index.ts";
import type { Style } from "../base/style.ts";
import type { SideSymbols } from "./diff-symbols.ts";

/** A diff, and how it is to be shown. */
export interface DiffView {
  readonly diff: Diff;
  /** Names of both captures, printable. */
  readonly names: readonly [a: string, b: string];
  readonly style: Style;
  /** Names RIPs, where they were asked for. */
  readonly symbols?: SideSymbols;
  /** Equal messages around each difference. */
  readonly context: number;
  /** Differences to print at most. */
  readonly limit: number;
  /** Columns that a line may take, where it is fitted to a width. */
  readonly width: number;
}

/** The sign of each kind of run, by kind. */
export const SIGNS: readonly string[] = ["=", "~", "-", "+"];

/** What stands before and after a line in its colour, by kind. */
export function marksOf(style: Style): { before: string; after: string }[] {
  return [style.dim, style.yellow, style.red, style.green].map((paint) => {
    const [before = "", after = ""] = paint("\0").split("\0");
    return { before, after };
  });
}

/** A line of a diff: a message of A, of B, or a pair; positions in the captures, -1 for none. */
export interface DiffLine {
  readonly kind: number;
  readonly a: number;
  readonly b: number;
}

/** A message of a run; `each` counts from 0. */
export function lineOf({ kind, a, b }: Run, each: number, group: GroupDiff): DiffLine {
  return {
    kind,
    a: kind === INSERTED ? -1 : group.a[a + each]!,
    b: kind === DELETED ? -1 : group.b[b + each]!,
  };
}

/** How many messages differ. */
export function differencesIn({ totals }: Diff): number {
  return totals[CHANGED] + totals[DELETED] + totals[INSERTED];
}

/** What a group is called: its VP, where it is that of one. */
export function groupName({ vpIndex }: GroupDiff, { interleaved }: Diff): string {
  if (interleaved) return "all VPs";
  return vpIndex === null ? "no vp" : `vp ${vpIndex}`;
}

/** A count of messages. */
export function countedMessages(count: number): string {
  return `${counted(count)} message${count === 1 ? "" : "s"}`;
}

/** A count as people write it: `2,666`. */
export function counted(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}
