import { type Batch, RECORD_WORDS, readProblems, readValue, type Value } from "../record/index.ts";
import { type ComparedField, type ComparePlan, mayHoldAddress, type ShapePlan } from "./compare-plan.ts";
import type { Slide } from "./slide.ts";
import { spanDiffers } from "./span.ts";
import { signedWords } from "./words.ts";

/** A field with another value; undefined where a message does not have it. `problems` is no field of the bytes. */
export interface Change {
  readonly path: string;
  readonly a: ComparedField | undefined;
  readonly b: ComparedField | undefined;
}

/** The fields in which two messages differ, in the order of the record; and how many the slide explains. */
interface Changes {
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
  const changes = a.plan === b.plan ? changesOfShape(a, b) : changesByName(a, b);
  const left = slide ? changes.filter((change) => !isSlid(a, b, change, slide)) : changes;
  const slid = changes.filter((change) => change.path !== "rip" && !left.includes(change)).length;
  if (reservedDiffer(a, b)) left.push({ path: "problems", a: undefined, b: undefined });
  return { changes: left, slid };
}

/** Fields of one shape differ where their bits do. */
function changesOfShape(a: Seen, b: Seen): Change[] {
  const changes: Change[] = [];
  for (const field of a.plan.list) {
    let differs = false;
    if (field.span) differs = spanDiffers(field.span, a.words, 0, b.words, 0);
    else
      for (let word = field.first; word < field.end && !differs; word++)
        differs = ((a.words[word]! ^ b.words[word]!) & field.bits[word - field.first]!) !== 0;
    if (differs) changes.push({ path: field.field.path, a: field, b: field });
  }
  return changes;
}

/** Fields of two shapes differ where what they say does, and where only one of the messages has them. */
function changesByName(a: Seen, b: Seen): Change[] {
  const paths = new Set([...a.plan.fields.keys(), ...b.plan.fields.keys()]);
  const changes = Array.from(paths, (path) => ({
    path,
    a: a.plan.fields.get(path),
    b: b.plan.fields.get(path),
  }));
  return changes.filter(({ a: inA, b: inB }) => {
    // What one generation of the structures lacks is no difference of the messages.
    if (!inA || !inB) return a.plan.shape.abi === b.plan.shape.abi;
    return textOf(a, inA) !== textOf(b, inB);
  });
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
  return { batch, words: signedWords(batch), plan: plan.of(batch.shapes[0]!) };
}

function textOf({ batch }: Seen, { field }: ComparedField): string {
  return JSON.stringify(readValue(batch, 0, field));
}

/** Whether every 64-bit number in a field that differs does so by the slide. */
function isSlid(a: Seen, b: Seen, { a: inA, b: inB }: Change, slide: Slide): boolean {
  if (!inA || !inB || !mayHoldAddress(inA.field) || inA.field.size !== inB.field.size) return false;
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
