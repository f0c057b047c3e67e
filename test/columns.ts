import type { Field } from "../src/layout/index.ts";
import { type Batch, fieldCatalog, makeBatch, type Source } from "../src/record/index.ts";

/** A JSON record with its members by path, as columns have them; lists as they are. */
export function flatten(
  record: object,
  into = new Map<string, unknown>(),
  prefix = "",
): Map<string, unknown> {
  for (const [name, value] of Object.entries(record)) {
    const path = `${prefix}${name}`;
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      flatten(value, into, `${path}.`);
    else into.set(path, value);
  }
  return into;
}

/** A list or value of the JSON record as csv and parquet have it as text. */
export function columnText(value: unknown, path: string): string {
  if (!Array.isArray(value)) return String(value);
  if (path === "problems") return value.join("; ");
  return value.some((each) => typeof each === "object") ? JSON.stringify(value) : value.join(" ");
}

/** The columns where no fields are asked for and one file is read. */
export function allColumns(): string[] {
  return [...fieldCatalog().keys(), "problems"].filter((path) => path !== "file");
}

export function typeOf(path: string): Field["type"] | undefined {
  return fieldCatalog().get(path)?.field.type;
}

/** A source of which a test makes the batches itself. */
export function sourceNamed(name: string): Source {
  return { name, abi: "hvhdk", framing: "message", next: () => null, close() {} };
}

/** A batch of messages, all picked, with their times: seconds and nanoseconds, or none. */
export function batchOf(
  messages: readonly Uint8Array[],
  times: readonly (readonly [number, number] | undefined)[] = [],
): Batch {
  const batch = makeBatch(messages.length);
  batch.count = messages.length;
  batch.pickedCount = messages.length;
  for (const [record, bytes] of messages.entries()) {
    batch.bytes.set(bytes, record * 256);
    batch.offsets[record] = record * 256;
    batch.available[record] = 256;
    batch.picked[record] = record;
    const time = times[record];
    if (!time) continue;
    batch.timeSeconds[record] = time[0];
    batch.timeNanoseconds[record] = time[1];
  }
  return batch;
}
