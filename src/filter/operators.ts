/**
 * The operators between a field and a value, a row each: parsing, the error that lists them and completion come from
 * it. To add one, add its row, and where it asks what none asks yet, a question to `Operands` (bind.ts answers it).
 */
import { and, type Node, not, type Range } from "./node.ts";

/** What can be asked about the field and the value of a comparison; all throw a usage error where it has no answer. */
interface Operands {
  /** The message has the field. */
  present(): Node;
  /** The field has the value; of a list, the value is in it. */
  equal(): Node;
  /** The field is in one of the ranges that follow from the value and the largest one that fits in the field. */
  within(ranges: (value: bigint, most: bigint) => Range[]): Node;
  /** Any bit of the value is set in the field. */
  sharesBit(): Node;
}

export interface Operator {
  /** Its spellings, the usual one first. */
  spellings: readonly string[];
  /** Whether it is offered only for fields whose values have an order. */
  ordered?: true;
  bind(operands: Operands): Node;
}

export const OPERATORS: readonly Operator[] = [
  { spellings: ["==", "eq"], bind: (it) => it.equal() },
  { spellings: ["!=", "ne"], bind: (it) => and(it.present(), not(it.equal())) },
  ordering(["<", "lt"], (value) => (value === 0n ? [] : [[0n, value - 1n]])),
  ordering(["<=", "le"], (value) => [[0n, value]]),
  ordering([">", "gt"], (value, most) => (value === most ? [] : [[value + 1n, most]])),
  ordering([">=", "ge"], (value, most) => [[value, most]]),
  { spellings: ["&"], ordered: true, bind: (it) => it.sharesBit() },
];

function ordering(spellings: readonly string[], ranges: Parameters<Operands["within"]>[0]): Operator {
  return { spellings, ordered: true, bind: (it) => it.within(ranges) };
}

const SPELLINGS = OPERATORS.flatMap(({ spellings }) => spellings);

/** Spellings that are words, and those that are not, as alternatives of a regular expression. */
export const OPERATOR_WORDS = alternatives(SPELLINGS.filter((each) => /^\w/.test(each)));
export const OPERATOR_SYMBOLS = alternatives(SPELLINGS.filter((each) => /^\W/.test(each)));

/** The longest first, so that `<=` is not read as `<`. */
function alternatives(spellings: readonly string[]): string {
  const escaped = spellings.map((each) => each.replaceAll(/[|\\{}()[\]^$+*?.]/g, "\\$&"));
  return escaped.sort((a, b) => b.length - a.length).join("|");
}
