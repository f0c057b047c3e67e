/** The operators of the expression language, a row each. */
import { complement, type Range } from "./node.ts";

/** An operator between a field and a value, as the ranges of a `width`-bit field that it accepts. */
export interface Operator {
  /** Its spellings, the usual one first. */
  spellings: readonly string[];
  /** Whether it puts values in order, which names of a list do not have. */
  ordering: boolean;
  ranges(value: bigint, most: bigint): Range[];
}

export const OPERATORS: readonly Operator[] = [
  { spellings: ["==", "eq"], ordering: false, ranges: (value) => [[value, value]] },
  { spellings: ["!=", "ne"], ordering: false, ranges: (value, most) => complement([[value, value]], most) },
  { spellings: ["<=", "le"], ordering: true, ranges: (value) => [[0n, value]] },
  { spellings: [">=", "ge"], ordering: true, ranges: (value, most) => [[value, most]] },
  { spellings: ["<", "lt"], ordering: true, ranges: (value) => (value === 0n ? [] : [[0n, value - 1n]]) },
  {
    spellings: [">", "gt"],
    ordering: true,
    ranges: (value, most) => (value === most ? [] : [[value + 1n, most]]),
  },
];

/** The operator that says no to what `==` says yes to; lists and names treat it apart. */
export function isNegation(operator: Operator): boolean {
  return operator.spellings[0] === "!=";
}
