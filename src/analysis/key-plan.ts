import { type Field, RFLAGS_BITS } from "../layout/index.ts";
import type { IdentityField } from "../messages/index.ts";
import { RECORD_WORDS, type Shape, type Shapes } from "../record/index.ts";
import { grown } from "./grown.ts";
import { markField, placeOf } from "./words.ts";

/** What makes the key of a shape's records: fields, of wide ones the lowest `width` bits. */
export type KeyFields = (shape: Shape) => readonly IdentityField[];

/** Instructions that read a key, with their operands; each appends words to it. */
export const END = 0;
export const BITS = 1; // word, shift, mask
export const ACCESS = 2; // word, shift: the access type as hvhdk has it, made a mask as hvimapi has it
export const CONSTANT = 3; // value
export const RIP = 4; // word: two words, without the load offset
const SPAN = 5; // byte, most, stride, word, shift, mask: the valid bytes

/** Words of a key at most: every field of the largest record, under all its names. */
export const MAX_KEY_WORDS = 512;

/** Message type, access type, RIP, and what identifies the payload. */
export function defaultKey(shape: Shape): readonly IdentityField[] {
  return [...eventKey(shape), { path: "rip", width: 64 }];
}

/** The same without the RIP: which events are alike wherever the code was loaded. */
export function eventKey(shape: Shape): readonly IdentityField[] {
  const identity = shape.type?.payload[shape.abi].identity ?? [];
  return [{ path: "messageTypeCode", width: 32 }, { path: "interceptAccessType", width: 8 }, ...identity];
}

/** The key that a user names by paths. */
export function keyOfPaths(paths: readonly string[]): KeyFields {
  const fields = paths.map((path) => ({ path, width: 128 }));
  return () => fields;
}

/** How the keys of records are read, compiled once a shape. */
export class KeyPlan {
  /** Where the instructions of each shape begin in `code`. */
  starts = new Int32Array(64);
  code = new Int32Array(1024);
  readonly #shapes: Shapes;
  readonly #fields: KeyFields;
  #compiled = 1;
  #length = 0;

  constructor(shapes: Shapes, fields: KeyFields) {
    this.#shapes = shapes;
    this.#fields = fields;
  }

  /** Compiles the shapes that were met since. */
  update(): void {
    const { list } = this.#shapes;
    if (list.length > this.starts.length) this.starts = grown(this.starts, list.length);
    for (; this.#compiled < list.length; this.#compiled++) {
      this.starts[this.#compiled] = this.#length;
      this.#compile(list[this.#compiled] as Shape);
    }
  }

  #compile(shape: Shape): void {
    const present = this.#fields(shape).filter(({ path }) => shape.byPath.has(path));
    // A message without a field is no event of those that have it, whatever its value.
    this.#emit(CONSTANT, textHash(present.map(({ path }) => path).join()));
    for (const { path, width } of present) this.#compileField(shape.byPath.get(path) as Field, width);
    this.#emit(END);
  }

  #compileField(field: Field, width: number): void {
    const { word, shift, mask } = placeOf(field);
    if (field.path === "rip") this.#emit(RIP, word);
    else if (field.type === "constant") this.#emit(CONSTANT, textHash(String(field.constant)));
    else if (field.type === "access" && !field.masked) this.#emit(ACCESS, word, shift);
    else if (field.count) this.#compileSpan(field, field.count);
    else if (field.type === "flags") this.#emit(BITS, word, 0, FLAGS_MASK);
    else if (field.width > 0 && Math.min(width, field.width) <= 32) this.#emit(BITS, word, shift, mask);
    else this.#compileWords(field);
  }

  #compileSpan(field: Field, count: Field): void {
    const { word, shift, mask } = placeOf(count);
    this.#emit(SPAN, field.byte, field.length ?? 0, field.stride ?? 1, word, shift, mask);
  }

  #compileWords(field: Field): void {
    const bits = new Int32Array(RECORD_WORDS);
    markField(bits, field);
    bits.forEach((mask, word) => {
      if (mask !== 0) this.#emit(BITS, word, 0, mask);
    });
  }

  #emit(...instruction: number[]): void {
    if (this.#length + instruction.length > this.code.length) this.code = grown(this.code, 0);
    this.code.set(instruction, this.#length);
    this.#length += instruction.length;
  }
}

const FLAGS_MASK = RFLAGS_BITS.reduce((mask, [bit]) => mask | (1 << bit), 0);

/** FNV-1a. */
function textHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}
