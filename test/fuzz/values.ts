/** Three ways to one value: the JSON that hvmsg prints, the fields read one at a time, and the oracle. */
import {
  Classifier,
  makeBatch,
  readProblems,
  readValue,
  type Shape,
  Shapes,
} from "../../src/record/index.ts";
import { oracleDecode } from "../oracle/decode.ts";
import { createRng, randomHeader, randomMessage } from "../oracle/random.ts";
import type { Abi } from "./captures.ts";
import { NAMES } from "./names.ts";
import { obey } from "./rules.ts";

/** Compares random records of one seed in all three ways; throws where any two differ. Gives how many there were. */
export async function compareValues(
  abi: Abi,
  framing: "message" | "header",
  seed: number,
  count: number,
): Promise<number> {
  const rng = createRng(seed);
  const make = framing === "message" ? randomMessage : randomHeader;
  const inputs = Array.from({ length: count }, () => make(rng, abi));
  const stride = framing === "message" ? 256 : 40;
  const oracle = inputs.flatMap((bytes, index) => {
    const record = oracleDecode(bytes, { abi, input: framing, index, offset: index * stride, names: NAMES });
    return record === null ? [] : [JSON.stringify(record)];
  });
  const argv = ["decode", "--json", "--input", framing, "--abi", abi];
  const ran = await obey(argv, { stdin: [Buffer.concat(inputs)], size: count * stride });
  same("JSON", ran.stdout.split("\n").slice(0, -1), oracle);
  same("fields", readSingly(inputs, abi, framing), oracle);
  return count;
}

function same(what: string, found: readonly string[], oracle: readonly string[]): void {
  for (const [place, expected] of oracle.entries())
    if (found[place] !== expected) throw new Error(`${what}: ${found[place]}\noracle: ${expected}`);
  if (found.length !== oracle.length)
    throw new Error(`${what}: ${found.length} records, not ${oracle.length}`);
}

/** The records as JSON, of fields that are read one at a time. */
function readSingly(inputs: readonly Uint8Array[], abi: Abi, framing: "message" | "header"): string[] {
  const batch = makeBatch(inputs.length);
  const stride = framing === "message" ? 256 : 40;
  const at = framing === "message" ? 0 : 16;
  batch.count = inputs.length;
  for (const [record, bytes] of inputs.entries()) {
    batch.bytes.set(bytes, record * 256 + at);
    batch.offsets[record] = record * stride;
    batch.available[record] = at + stride;
  }
  const shapes = new Shapes();
  new Classifier(shapes, abi, framing).classify(batch);
  return Array.from(batch.picked.subarray(0, batch.pickedCount), (record) => {
    const shape = shapes.list[batch.shapes[record] as number] as Shape;
    const read: Record<string, unknown> = {};
    for (const field of shape.fields) {
      const value = readValue(batch, record, field);
      if (value !== undefined) setAt(read, field.path.split("."), value);
    }
    const problems = readProblems(batch, record, shape);
    return JSON.stringify(problems.length > 0 ? { ...read, problems } : read);
  });
}

function setAt(into: Record<string, unknown>, [name = "", ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    into[name] = value;
    return;
  }
  into[name] ??= {};
  setAt(into[name] as Record<string, unknown>, rest, value);
}
