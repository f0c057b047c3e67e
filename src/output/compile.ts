/** Steps that the compiled formats share: where a field's bits are, phrases, and the checks for problems. */
import type { Check, Field, Phrase } from "../layout/index.ts";
import { isUnknown, readProblems, type Shape } from "../record/index.ts";
import { PART_KEYS } from "./instructions.ts";
import type { Label } from "./text-assembler.ts";
import type { TextProgram } from "./text-program.ts";

/** Where at most 32 bits are: word of the record, shift and mask within it. */
export interface Place {
  word: number;
  shift: number;
  mask: number;
}

/** The place of `width` bits from bit `shift` of a field on; by default the field, or its lowest 32 bits. */
export function placeOf(field: Field, shift = 0, width = Math.min(32, field.width)): Place {
  const bit = (field.byte & 3) * 8 + field.shift + shift;
  return { word: (field.byte >> 2) + (bit >> 5), shift: bit & 31, mask: maskOf(width) };
}

/** `width` one bits, as the unsigned number. */
function maskOf(width: number): number {
  return width >= 32 ? 0xffffffff : 2 ** width - 1;
}

/**
 * Compiles fields, or other things (undefined), one after another: each by `compile`, after `lead`, which writes what
 * parts it from the one before. Steady fields that stand together become a steady part, without the first one's
 * `lead`: that depends on what came before.
 */
export function compileFields(
  program: TextProgram,
  fields: readonly (Field | undefined)[],
  lead: (position: number) => void,
  compile: (position: number) => void,
): void {
  for (let next = 0; next < fields.length; ) {
    const first = next;
    const end = first + Math.max(1, steadyRun(fields, first));
    lead(first);
    const run = () => {
      for (; next < end; next++) {
        if (next > first) lead(next);
        compile(next);
      }
    };
    if (end - first > 1) program.steady(run);
    else run();
  }
}

/**
 * How many steady fields stand together from one on, told by no more words than a steady part may have. None where
 * that one is a name: where there is none the part would begin with nothing, and a comma that it takes back could be
 * another's.
 */
function steadyRun(fields: readonly (Field | undefined)[], first: number): number {
  const words = new Set<number>();
  let end = first;
  if (fields[first]?.type === "name") return 0;
  for (; fields[end]?.steady; end++) {
    for (const word of wordsOf(fields[end] as Field)) words.add(word);
    if (words.size > PART_KEYS) break;
  }
  return end - first;
}

function wordsOf({ byte, shift, width }: Field): number[] {
  const bit = byte * 8 + shift;
  const first = bit >> 5;
  return Array.from({ length: ((bit + width - 1) >> 5) - first + 1 }, (_, word) => first + word);
}

/** A key for what a format renders of a field; under the other ABI a field may have other values. */
export function valueKey(format: string, shape: Shape, field: Field): string {
  return field.type === "bool" ? `${format} bool` : `${format} ${shape.abi} ${field.path}`;
}

/** Compiles a phrase; parts about fields that the shape does not have say nothing. */
export function compilePhrase(program: TextProgram, shape: Shape, phrase: Phrase): void {
  for (const part of phrase) {
    if (typeof part === "string") {
      program.text(part);
      continue;
    }
    if (part.part === "whenAccess") {
      const access = shape.byPath.get("interceptAccessType");
      if (!access) continue;
      const number = ["read", "write", "execute"].indexOf(part.access);
      const { word, shift } = placeOf(access);
      const wanted = access.masked ? 1 << number : number;
      branch(program, shape, { word, shift, mask: access.masked ? wanted : 0xff }, wanted, part);
      continue;
    }
    const field = shape.byPath.get(part.field);
    if (!field) continue;
    switch (part.part) {
      case "hex": {
        const high = part.highHalf === undefined ? undefined : shape.byPath.get(part.highHalf);
        const { word, shift, mask } = placeOf(field, 0, Math.min(part.width, field.width, 32));
        const wide = part.width === 64 && field.width > 32;
        program.hex(word, shift, mask, high ? high.byte >> 2 : wide ? word + 1 : -1);
        break;
      }
      case "decimal": {
        const { word, shift, mask } = placeOf(field);
        program.decimal(word, shift, mask);
        break;
      }
      case "words": {
        const { word, shift, mask } = placeOf(
          field,
          part.shift,
          Math.min(part.width, field.width - part.shift),
        );
        const masked = field.masked === true;
        program.value(wordsKey(part, masked), word, shift, mask, (raw) => part.words(raw, masked));
        break;
      }
      case "bytes":
        program.bytes(
          field.byte,
          Math.min(part.most, field.length ?? 0),
          field.count && placeOf(field.count),
        );
        break;
      case "when": {
        const place = placeOf(field, part.shift, Math.min(part.width, field.width - part.shift));
        branch(program, shape, place, part.is, part);
        break;
      }
    }
  }
}

function branch(
  program: TextProgram,
  shape: Shape,
  place: Place,
  value: number,
  part: { then: Phrase; otherwise: Phrase },
): void {
  const otherwise = program.unless(place.word, place.shift, place.mask, value);
  compilePhrase(program, shape, part.then);
  if (part.otherwise.length === 0) {
    program.here(otherwise);
    return;
  }
  const end: Label = program.jump();
  program.here(otherwise);
  compilePhrase(program, shape, part.otherwise);
  program.here(end);
}

/** A key a part, so that the shapes that share a phrase share what was rendered. */
const WORDS_KEYS = new WeakMap<object, number>();
let wordsKeys = 0;

function wordsKey(part: object, masked: boolean): string {
  let key = WORDS_KEYS.get(part);
  if (key === undefined) {
    key = wordsKeys++;
    WORDS_KEYS.set(part, key);
  }
  return `part ${key} ${masked}`;
}

/**
 * Compiles the checks of a shape, and the text (from `render`) for a record that fails one. Reserved bits of one
 * word are tested at once.
 */
export function compileProblems(
  program: TextProgram,
  shape: Shape,
  render: (problems: string[]) => string,
): void {
  if (shape.problems.length > 0 || (shape.framing === "message" && shape.type === undefined)) program.odd();
  const reserved = new Map<number, number>();
  for (const check of shape.checks) {
    if (check.check === "reserved") collectReserved(check, reserved);
    else compileCheck(program, check);
  }
  program.reserved(reserved);
  program.problems((batch, record) => {
    const problems = readProblems(batch, record, shape);
    return problems.length === 0 ? "" : render(problems);
  });
}

function compileCheck(program: TextProgram, check: Exclude<Check, { check: "reserved" }>): void {
  const { word, shift, mask } = placeOf(check.field);
  if (check.check === "exceeds") return program.exceeds(word, shift, mask, check.max);
  let listed = 0;
  for (let value = 0; value < 32; value++) if (!isUnknown(check.field, value)) listed |= 1 << value;
  program.unlisted(word, shift, mask, listed);
}

function collectReserved(check: Extract<Check, { check: "reserved" }>, into: Map<number, number>): void {
  const mask = check.mask << BigInt((check.byte & 3) * 8);
  for (let part = 0; part < check.size + (check.byte & 3); part += 4) {
    const word = (check.byte >> 2) + part / 4;
    const bits = Number((mask >> BigInt(part * 8)) & 0xffffffffn);
    if (bits !== 0) into.set(word, ((into.get(word) ?? 0) | bits) >>> 0);
  }
}
