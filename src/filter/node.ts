/**
 * A filter as a tree, after names have become columns and values numbers, and before it is compiled. A test of a
 * field that a message does not have is false, whatever it tests.
 */
import type { Field } from "../layout/index.ts";
import type { Batch, Shape } from "../record/index.ts";

export type Node =
  | { node: "and" | "or"; parts: readonly Node[] }
  | { node: "not"; part: Node }
  /** The bits of a field, in the shapes where the field is as `applies` says. */
  | { node: "bits"; path: string; test: BitsTest; applies?: (field: Field) => boolean }
  /** What all records of a shape have in common. */
  | { node: "shape"; holds: (shape: Shape) => boolean }
  /** Where a record stands: its index or byte offset. */
  | { node: "position"; name: "index" | "offset"; ranges: readonly Range[] }
  /** The input that it came from. */
  | { node: "file"; holds: (name: string) => boolean }
  /** Plain code a record, for what has no column of bits. */
  | { node: "record"; holds: (batch: Batch, record: number, shape: Shape) => boolean };

/** From `first` to `last`, both included. */
export type Range = readonly [first: bigint, last: bigint];

/** Whether the value is in one of the ranges (sorted, apart), or shares a set bit with a mask (or shares none). */
export type BitsTest = { ranges: readonly Range[] } | { mask: bigint; set: boolean };

export function and(...parts: Node[]): Node {
  return parts.length === 1 ? (parts[0] as Node) : { node: "and", parts };
}

export function or(...parts: Node[]): Node {
  return parts.length === 1 ? (parts[0] as Node) : { node: "or", parts };
}

export function not(part: Node): Node {
  return { node: "not", part };
}

/** Sorts ranges and joins those that touch or overlap. */
export function normalised(ranges: readonly Range[]): Range[] {
  const sorted = [...ranges].sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
  const joined: [bigint, bigint][] = [];
  for (const [first, last] of sorted) {
    const before = joined.at(-1);
    if (before && first <= before[1] + 1n) before[1] = last > before[1] ? last : before[1];
    else joined.push([first, last]);
  }
  return joined;
}
