import { type Batch, RECORD_WORDS, readProblems, readValue, type Value } from "../record/index.ts";
import { type ComparedField, type ComparePlan, mayHoldAddress, type ShapePlan } from "./compare-plan.ts";
import type { Slide } from "./slide.ts";
import { spanDiffers } from "./span.ts";

/** A field with another value; undefined where a message does not have it. `problems` is no field of the bytes. */
export interface Change {
  readonly path: string;
  readonly a: ComparedField | undefined;
  readonly b: ComparedField | undefined;
}

/** The fields in which two messages differ, in the order of the record; and how many the slide explains. */
export interface Changes {
  readonly changes: Change[];
  readonly slid: number;
}

/** A record with its plan: the only one of a batch. */
interface Seen {
  readonly batch: Batch;
  readonly words: Int32Array;
  readonly plan: ShapePlan;
}

/** Lists what differs between two borrowed records. */
export function listChanges(
  batchA: Batch,
  batchB: Batch,
  plan: ComparePlan,
  slide: Slide | undefined,
): Changes {
  const [a, b] = [see(batchA, plan), see(batchB, plan)];
  const changes: Change[] = [];
  let slid = 0;
  for (const path of pathsOf(a.plan, b.plan)) {
    const [inA, inB] = [a.plan.fields.get(path), b.plan.fields.get(path)];
    const change = { path, a: inA, b: inB };
    if (inA === undefined || inB === undefined) {
      // What one generation of the structures lacks is no difference of the messages.
      if (a.plan.shape.abi === b.plan.shape.abi) changes.push(change);
    } else if (differ(a, inA, b, inB)) {
      if (slide && isSlid(a, inA, b, inB, slide)) slid += path === "rip" ? 0 : 1;
      else changes.push(change);
    }
  }
  if (reservedDiffer(a, b)) changes.push({ path: "problems", a: undefined, b: undefined });
  return { changes, slid };
}

/** Both values of a change as the JSON record has them; null where a message does not have the field. */
export function valuesOf(
  change: Change,
  a: Batch,
  b: Batch,
  plan: ComparePlan,
): [Value | null, Value | null] {
  return [fieldValue(change.path, change.a, see(a, plan)), fieldValue(change.path, change.b, see(b, plan))];
}

function fieldValue(path: string, field: ComparedField | undefined, { batch, plan }: Seen): Value | null {
  if (path === "problems") return readProblems(batch, 0, plan.shape);
  return field ? (readValue(batch, 0, field.field) ?? null) : null;
}

function see(batch: Batch, plan: ComparePlan): Seen {
  return { batch, words: new Int32Array(batch.words.buffer), plan: plan.of(batch.shapes[0]!) };
}

/** The compared fields of both shapes: those of A, then those that only B has. */
function pathsOf(a: ShapePlan, b: ShapePlan): Iterable<string> {
  if (a === b) return a.fields.keys();
  return new Set([...a.fields.keys(), ...b.fields.keys()]);
}

/** Fields of one shape differ where their bits do; of two, where what they say does. */
function differ(a: Seen, inA: ComparedField, b: Seen, inB: ComparedField): boolean {
  if (inA !== inB) return textOf(a, inA) !== textOf(b, inB);
  if (inA.span) return spanDiffers(inA.span, a.words, 0, b.words, 0);
  for (let word = inA.first; word < inA.end; word++)
    if ((a.words[word]! ^ b.words[word]!) & inA.bits[word - inA.first]!) return true;
  return false;
}

function textOf({ batch }: Seen, { field }: ComparedField): string {
  return JSON.stringify(readValue(batch, 0, field));
}

/** Whether every 64-bit number in a field that differs does so by the slide. */
function isSlid(a: Seen, inA: ComparedField, b: Seen, inB: ComparedField, slide: Slide): boolean {
  if (!mayHoldAddress(inA.field) || inA.field.size !== inB.field.size) return false;
  for (let word = 0; word < inA.field.size / 4; word += 2) {
    const [atA, atB] = [inA.field.byte / 4 + word, inB.field.byte / 4 + word];
    const same = a.words[atA] === b.words[atB] && a.words[atA + 1] === b.words[atB + 1];
    if (!same && !differBy(slide, a.words, atA, b.words, atB)) return false;
  }
  return true;
}

/** Whether the 64 bits of B are those of A and the slide. */
export function differBy(slide: Slide, a: Int32Array, atA: number, b: Int32Array, atB: number): boolean {
  const low = (a[atA]! >>> 0) + slide.low;
  const high = a[atA + 1]! + slide.high + (low > 0xffffffff ? 1 : 0);
  return (low | 0) === b[atB]! && (high | 0) === b[atB + 1]!;
}

/** Reserved bits that both shapes have, and have set otherwise: the records' problems differ. */
function reservedDiffer(a: Seen, b: Seen): boolean {
  if (a.plan.shape.abi !== b.plan.shape.abi || a.plan.shape.kind !== b.plan.shape.kind) return false;
  for (let word = 0; word < RECORD_WORDS; word++) {
    const bits = a.plan.reserved[word]! & b.plan.reserved[word]!;
    if ((a.words[word]! ^ b.words[word]!) & bits) return true;
  }
  return false;
}
