import type { Field } from "../layout/index.ts";
import { RECORD_WORDS, type Shape, type Shapes } from "../record/index.ts";
import { grown } from "./grown.ts";
import { ripWords } from "./slide.ts";
import { type Span, spanOf } from "./span.ts";
import { markBits, markField } from "./words.ts";

/** What of a shape's records is compared, field by field. */
export interface ShapePlan {
  readonly shape: Shape;
  /** Fields that differ on their own account: no names, no parts of a value that is compared whole. */
  readonly fields: ReadonlyMap<string, ComparedField>;
  /** Fields with a count, whose bytes are not in the mask. */
  readonly spans: readonly Span[];
  /** Reserved bits that count. */
  readonly reserved: Int32Array;
}

export interface ComparedField {
  readonly field: Field;
  /** Words that hold it, first and after the last, and its bits in them that count. */
  readonly first: number;
  readonly end: number;
  readonly bits: Int32Array;
  readonly span: Span | undefined;
}

/** Where the 64-bit number that a word belongs to begins; none. */
export const NO_PAIR = 0xff;

/** Which bits count, a mask a shape, compiled when the shape is first met. */
export class ComparePlan {
  /** By shape and word: the bits that are compared. */
  masks = new Int32Array(32 * RECORD_WORDS);
  /** By shape: the last word with such bits, and whether it has spans. */
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
    const reserved = this.#ignored.has("problems")
      ? new Int32Array(RECORD_WORDS)
      : reservedBits(shape, ignored);
    const wanted = shape.fields.filter((field) => isCompared(field, shape) && !this.#ignored.has(field.path));
    const compared = wanted.map((field) => comparedField(field, ignored)).filter(hasBits);
    const spans = compared.flatMap(({ span }) => (span ? [span] : []));
    const mask = this.masks.subarray(shape.id * RECORD_WORDS, (shape.id + 1) * RECORD_WORDS);
    mask.set(reserved);
    for (const { bits, span } of compared)
      if (!span) for (const [at, word] of bits.entries()) mask[at]! |= word;
    this.lastWords[shape.id] = mask.findLastIndex((bits) => bits !== 0);
    this.spanCounts[shape.id] = spans.length;
    markPairs(this.pairs.subarray(shape.id * RECORD_WORDS, (shape.id + 1) * RECORD_WORDS), compared);
    const fields = new Map(compared.map((each) => [each.field.path, each]));
    return { shape, fields, spans, reserved };
  }

  #ignoredBits(shape: Shape): Int32Array {
    const bits = new Int32Array(RECORD_WORDS);
    for (const path of this.#ignored) {
      const field = shape.byPath.get(path);
      if (field) markField(bits, field, true);
    }
    return bits;
  }
}

/** Where a record stands and what it is called by are no differences; nor are parts of what is compared whole. */
function isCompared(field: Field, shape: Shape): boolean {
  if (field.type === "position" || field.type === "constant" || field.type === "name") return false;
  if (field.type === "flags" || field.name === "messageTypeCode") return false;
  // A part of a 64-bit value: the call code in RCX, the IOPL in RFLAGS.
  if (field.size === 8 && field.type !== "hex64") return !shape.fields.some((other) => isWhole(other, field));
  // A number whose bits have names of their own.
  return (
    field.type !== "uint" ||
    !shape.fields.some((other) => other.byte === field.byte && other.container === field.name)
  );
}

/** Whether a field is the whole 64-bit value that another is a part of. */
function isWhole(other: Field, part: Field): boolean {
  return other.byte === part.byte && other.type === "hex64" && other.width === 64;
}

function comparedField(field: Field, ignored: Int32Array): ComparedField {
  const bits = new Int32Array(RECORD_WORDS);
  markField(bits, field, true);
  for (const [at, word] of ignored.entries()) bits[at]! &= ~word;
  const first = bits.findIndex((word) => word !== 0);
  const end = bits.findLastIndex((word) => word !== 0) + 1;
  return { field, first, end, bits, span: spanOf(field) };
}

function hasBits({ first }: ComparedField): boolean {
  return first >= 0;
}

function reservedBits(shape: Shape, ignored: Int32Array): Int32Array {
  const bits = new Int32Array(RECORD_WORDS);
  for (const check of shape.checks)
    if (check.check === "reserved") markBits(bits, check.byte, check.mask, true);
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
