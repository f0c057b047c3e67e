import type { Field } from "../layout/index.ts";
import { RECORD_WORDS, type Shape, type Shapes } from "../record/index.ts";
import { grown } from "./grown.ts";
import { ripWords } from "./slide.ts";
import { type Span, spanOf } from "./span.ts";
import { bitsOf, markBits, markField } from "./words.ts";

/** What of a shape's records is compared, field by field. */
export interface ShapePlan {
  readonly shape: Shape;
  /** Fields that differ on their own account: no names, no parts of a value that is compared whole. */
  readonly list: readonly ComparedField[];
  /** The same by path. */
  readonly fields: ReadonlyMap<string, ComparedField>;
  /** Those with a count: their bytes are not in the mask. */
  readonly spans: readonly Span[];
  /** Reserved bits that count, by word. */
  readonly reserved: Int32Array;
}

export interface ComparedField {
  readonly field: Field;
  readonly span: Span | undefined;
  /** Its bits that count, by word; the words that hold it, and the one after. */
  readonly bits: Int32Array;
  readonly first: number;
  readonly end: number;
}

/** For a word of which no 64-bit number is a part that may be an address. */
export const NO_PAIR = 0xff;

/** Which bits count, a mask a shape, compiled when the shape is first met. */
export class ComparePlan {
  /** By shape and word: the bits that are compared. */
  masks = new Int32Array(32 * RECORD_WORDS);
  /** By shape: the last word with such bits, and how many spans there are. */
  lastWords = new Int32Array(32);
  spanCounts = new Int32Array(32);
  /** By shape: the word where the RIP begins, or -1. */
  ripWords: Int32Array = new Int32Array(0);
  /** By shape and word: the word at which a 64-bit number that may be an address begins, or NO_PAIR. */
  pairs = new Uint8Array(32 * RECORD_WORDS);
  readonly #plans: (ShapePlan | undefined)[] = [undefined];
  readonly #shapes: Shapes;
  readonly #ignored: ReadonlySet<string>;

  /** `ignored` are paths of fields whose bits do not count, under whatever name. */
  constructor(shapes: Shapes, ignored: ReadonlySet<string>) {
    this.#shapes = shapes;
    this.#ignored = ignored;
  }

  /** Compiles the shapes that were met since. */
  update(): void {
    const { list } = this.#shapes;
    this.#reserve(list.length);
    for (let id = this.#plans.length; id < list.length; id++)
      this.#plans.push(this.#compile(list[id] as Shape));
    this.ripWords = ripWords(this.#shapes);
  }

  of(shape: number): ShapePlan {
    return this.#plans[shape] as ShapePlan;
  }

  #reserve(shapes: number): void {
    if (shapes <= this.lastWords.length) return;
    this.masks = grown(this.masks, shapes * RECORD_WORDS);
    this.lastWords = grown(this.lastWords, shapes);
    this.spanCounts = grown(this.spanCounts, shapes);
    const pairs = new Uint8Array(this.masks.length);
    pairs.set(this.pairs);
    this.pairs = pairs;
  }

  #compile(shape: Shape): ShapePlan {
    const ignored = this.#ignoredBits(shape);
    const compared = comparedFields(shape)
      .filter((field) => !this.#ignored.has(field.path))
      .map((field) => comparedField(field, ignored))
      .filter(({ first, end }) => first < end);
    const reserved = this.#ignored.has("problems")
      ? new Int32Array(RECORD_WORDS)
      : reservedBits(shape, ignored);
    const spans = compared.flatMap(({ span }) => (span ? [span] : []));
    const start = shape.id * RECORD_WORDS;
    const mask = this.masks.subarray(start, start + RECORD_WORDS);
    mask.set(reserved);
    for (const { bits, span, first, end } of compared)
      if (!span) for (let word = first; word < end; word++) mask[word]! |= bits[word - first]!;
    this.lastWords[shape.id] = mask.findLastIndex((bits) => bits !== 0);
    this.spanCounts[shape.id] = spans.length;
    markPairs(this.pairs.subarray(start, start + RECORD_WORDS), compared);
    const fields = new Map(compared.map((each) => [each.field.path, each]));
    return { shape, list: compared, fields, spans, reserved };
  }

  #ignoredBits(shape: Shape): Int32Array {
    const bits = new Int32Array(RECORD_WORDS);
    for (const path of this.#ignored) {
      const field = shape.byPath.get(path);
      if (field) markField(bits, field);
    }
    return bits;
  }
}

/** Where a record stands and what it is called by are no differences; nor are parts of what is compared whole. */
function comparedFields({ fields }: Shape): Field[] {
  const wholes = new Set(
    fields.filter(({ type, width }) => type === "hex64" && width === 64).map(({ byte }) => byte),
  );
  const spelledOut = new Set(fields.map(({ byte, container }) => `${byte} ${container}`));
  return fields.filter((field) => {
    if (UNCOMPARED.includes(field.type) || field.name === "messageTypeCode") return false;
    // A part of a 64-bit value: the call code in RCX, the IOPL in RFLAGS.
    if (field.size === 8 && field.type !== "hex64") return !wholes.has(field.byte);
    // A number whose bits have names of their own.
    return field.type !== "uint" || !spelledOut.has(`${field.byte} ${field.name}`);
  });
}

const UNCOMPARED: readonly Field["type"][] = ["position", "constant", "name", "flags"];

function comparedField(field: Field, ignored: Int32Array): ComparedField {
  const { first: firstBit, count } = bitsOf(field);
  const words = new Int32Array(RECORD_WORDS);
  markField(words, field);
  let first = firstBit >> 5;
  let end = (firstBit + count + 31) >> 5;
  for (let word = first; word < end; word++) words[word]! &= ~ignored[word]!;
  while (first < end && words[first] === 0) first++;
  while (first < end && words[end - 1] === 0) end--;
  return { field, span: spanOf(field), bits: words.slice(first, end), first, end };
}

function reservedBits(shape: Shape, ignored: Int32Array): Int32Array {
  const bits = new Int32Array(RECORD_WORDS);
  for (const check of shape.checks) if (check.check === "reserved") markBits(bits, check.byte, check.mask);
  return bits.map((word, at) => word & ~ignored[at]!);
}

/** Registers, addresses and their like; RFLAGS and the sender are no numbers that an address could be in. */
function markPairs(pairs: Uint8Array, compared: readonly ComparedField[]): void {
  pairs.fill(NO_PAIR);
  for (const { field, first, end } of compared) {
    if (!mayHoldAddress(field)) continue;
    for (let word = first; word < end; word++) pairs[word] = word & ~1;
  }
}

/** Whether a field is one or several whole numbers of 64 bits that can be addresses. */
export function mayHoldAddress(field: Field): boolean {
  if (field.path === "rflags" || field.path === "sender") return false;
  return (
    field.type === "hex64" || field.type === "hex128" || (field.type === "array" && field.plain === true)
  );
}
