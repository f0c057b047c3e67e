import {
  type Check,
  type Field,
  type FieldType,
  type Item,
  type LaidOut,
  layOut,
  type Phrase,
  sizeOf,
  u32,
} from "../layout/index.ts";
import {
  ABIS,
  type Abi,
  INTERCEPT_HEADER_BYTES,
  interceptHeader,
  MAX_PAYLOAD_BYTES,
  MESSAGE_BYTES,
  MESSAGE_HEADER_BYTES,
  MESSAGE_TYPE_NAMES,
  MESSAGE_TYPES,
  type MessageType,
  messageHeader,
  type Payload,
  RAW_PAYLOAD,
} from "../messages/index.ts";
import type { Batch } from "./batch.ts";

/** What the bytes of a record are: a whole HV_MESSAGE, or the 40-byte intercept header by itself. */
export type Framing = "message" | "header";

/**
 * All that is known of a record before its values are read: records of one message type, payload size and ABI
 * have the same fields at the same places. Outputs and filters compile once a shape.
 */
export interface Shape {
  /** Dense number from 1 on; 0 is an empty slot. */
  id: number;
  abi: Abi;
  framing: Framing;
  /** The message type's row; undefined for an unknown code and for bare headers. */
  type: MessageType | undefined;
  /** `payload.kind`; "" for bare headers. */
  kind: string;
  /** Fields that are present, in the order of the record. */
  fields: readonly Field[];
  byPath: ReadonlyMap<string, Field>;
  checks: readonly Check[];
  /** Problems that all records of the shape have; an unknown type's is told with the record. */
  problems: readonly string[];
  phrase: Phrase;
}

/** Shape id of an empty slot: HvMessageTypeNone. */
export const EMPTY_SHAPE = 0;

const CACHE_SLOTS = 1024;

/** The shapes met so far, in one registry for the whole run, so that ids are unique across files. */
export class Shapes {
  readonly list: (Shape | undefined)[] = [undefined];
  readonly #byKey = new Map<string, Shape>();

  /** The shape of a record from its type code, its payloadSize byte, and the bytes that are there. */
  find(abi: Abi, framing: Framing, code: number, payloadSize: number, available: number): Shape {
    const type = framing === "message" ? MESSAGE_TYPE_BY_CODE.get(code) : undefined;
    const key = `${abi} ${framing} ${type?.code ?? "unknown"} ${payloadSize} ${available}`;
    let shape = this.#byKey.get(key);
    if (shape === undefined) {
      const made =
        framing === "header" ? headerShape(abi, available) : messageShape(abi, type, payloadSize, available);
      shape = { ...made, id: this.list.length };
      this.list.push(shape);
      this.#byKey.set(key, shape);
    }
    return shape;
  }
}

const MESSAGE_TYPE_BY_CODE = new Map(MESSAGE_TYPES.map((type) => [type.code, type]));

/** Sets `batch.shapes` for the records of one source: a type code and a payload size tell the shape. */
export class Classifier {
  readonly #shapes: Shapes;
  readonly #abi: Abi;
  readonly #framing: Framing;
  readonly #codes = new Uint32Array(CACHE_SLOTS);
  readonly #sizes = new Int32Array(CACHE_SLOTS).fill(-1);
  readonly #ids = new Int32Array(CACHE_SLOTS);

  constructor(shapes: Shapes, abi: Abi, framing: Framing) {
    this.#shapes = shapes;
    this.#abi = abi;
    this.#framing = framing;
  }

  /** Classifies every record and picks those that are not empty slots; returns how many are empty. */
  classify(batch: Batch): number {
    if (this.#framing === "header") return this.#classifyHeaders(batch);
    const { words, shapes, available, picked, count } = batch;
    const codes = this.#codes;
    const sizes = this.#sizes;
    const ids = this.#ids;
    let kept = 0;
    for (let record = 0, word = 0; record < count; record++, word += 64) {
      const code = words[word]!;
      if (code === 0) {
        shapes[record] = EMPTY_SHAPE;
        continue;
      }
      const size = words[word + 1]! & 0xff;
      const slot = (code ^ (code >>> 12) ^ (size << 2)) & (CACHE_SLOTS - 1);
      if (codes[slot] === code && sizes[slot] === size && available[record] === MESSAGE_BYTES) {
        shapes[record] = ids[slot]!;
      } else {
        const id = this.#shapes.find(this.#abi, "message", code, size, available[record]!).id;
        shapes[record] = id;
        if (available[record] === MESSAGE_BYTES) {
          codes[slot] = code;
          sizes[slot] = size;
          ids[slot] = id;
        }
      }
      picked[kept++] = record;
    }
    batch.pickedCount = kept;
    return count - kept;
  }

  #classifyHeaders(batch: Batch): number {
    for (let record = 0; record < batch.count; record++) {
      batch.shapes[record] = this.#shapes.find(this.#abi, "header", 0, 0, batch.available[record]!).id;
      batch.picked[record] = record;
    }
    batch.pickedCount = batch.count;
    return 0;
  }
}

type Unnumbered = Omit<Shape, "id">;

/** A bare header stands where it stands in a message, behind 16 unused bytes; `available` counts those too. */
function headerShape(abi: Abi, available: number): Unnumbered {
  const { fields, checks } = layOutInOrder(interceptHeader(abi), MESSAGE_HEADER_BYTES, "");
  const bytes = available - MESSAGE_HEADER_BYTES;
  const cut = bytes < INTERCEPT_HEADER_BYTES;
  const problems = cut ? [`record cut short: ${bytes} of ${INTERCEPT_HEADER_BYTES} bytes`] : [];
  const about = { abi, framing: "header", type: undefined, kind: "", phrase: [], problems } as const;
  return present(about, [...POSITION_FIELDS, ...fields], checks, available);
}

function messageShape(
  abi: Abi,
  type: MessageType | undefined,
  payloadSize: number,
  available: number,
): Unnumbered {
  const wanted = Math.min(payloadSize, MAX_PAYLOAD_BYTES);
  const size = Math.min(wanted, available - MESSAGE_HEADER_BYTES);
  const payload = payloadOf(abi, type, wanted);
  const { kind, phrase } = payload;
  const problems: string[] = [];
  if (available < MESSAGE_BYTES) problems.push(`record cut short: ${available} of ${MESSAGE_BYTES} bytes`);
  if (payloadSize > MAX_PAYLOAD_BYTES)
    problems.push(`payloadSize ${payloadSize} exceeds ${MAX_PAYLOAD_BYTES}`);
  if (wanted < payload.size) problems.push(`payloadSize ${wanted} is less than ${kind}'s ${payload.size}`);

  const { beginning, items } = layOutPayload(abi, payload);
  const fields = [
    ...POSITION_FIELDS,
    ...[MESSAGE_TYPE_FIELD, ...HEAD.fields].map((field) => withConstant(field, type, payloadSize)),
    ...beginning.fields,
    kindField(kind),
    ...items.fields,
    ...restField(payload, size),
  ];
  const checks = [...HEAD.checks, ...beginning.checks, ...items.checks];
  const about = { abi, framing: "message", type, kind, phrase, problems } as const;
  return present(about, fields, checks, MESSAGE_HEADER_BYTES + size);
}

/** The payload's layout for a type and the bytes that a message has; undocumented and unknown ones are raw. */
function payloadOf(abi: Abi, type: MessageType | undefined, size: number): Payload {
  const payload = type?.payload[abi] ?? RAW_PAYLOAD;
  return size < INTERCEPT_HEADER_BYTES && payload.withoutHeader ? payload.withoutHeader : payload;
}

const HEAD = layOutInOrder(messageHeader, 0, "");

/** A payload as it is laid out in a message: what it begins with, and the rest, whose paths are `payload.…`. */
interface LaidOutPayload {
  beginning: LaidOut;
  items: LaidOut;
}

const LAID_OUT: Record<Abi, Map<Payload, LaidOutPayload>> = { hvhdk: new Map(), hvimapi: new Map() };

const BEGINNINGS: Record<Abi, Map<Payload["begins"], LaidOut>> = { hvhdk: new Map(), hvimapi: new Map() };

/** Lays out a payload, once: random data has it in a shape for every payloadSize. */
export function layOutPayload(abi: Abi, payload: Payload): LaidOutPayload {
  let laidOut = LAID_OUT[abi].get(payload);
  if (laidOut === undefined) {
    const beginning = layOutBeginning(abi, payload.begins);
    const items = layOutInOrder(payload.items, MESSAGE_HEADER_BYTES + beginning.size, "payload.");
    laidOut = { beginning, items };
    LAID_OUT[abi].set(payload, laidOut);
  }
  return laidOut;
}

/** Lays out what payloads begin with, once for all that begin the same. */
function layOutBeginning(abi: Abi, begins: Payload["begins"]): LaidOut {
  const known = BEGINNINGS[abi].get(begins);
  if (known) return known;
  const items = { header: interceptHeader(abi), vpIndex: [VP_INDEX_ITEM], nothing: [] }[begins];
  const beginning = layOutInOrder(items, MESSAGE_HEADER_BYTES, "");
  BEGINNINGS[abi].set(begins, beginning);
  return beginning;
}

/** Lays out items, with their checks in the order of the bits that they look at. */
function layOutInOrder(items: readonly Item[], start: number, prefix: string): LaidOut {
  const laidOut = layOut(items, start, prefix);
  laidOut.checks.sort((a, b) => firstBit(a) - firstBit(b));
  return laidOut;
}

/** The same field, with its value where it is what makes the shape. */
function withConstant(field: Field, type: MessageType | undefined, payloadSize: number): Field {
  if (field.path === "payloadSize") return { ...field, constant: payloadSize };
  if (type && field.path === "messageType") return { ...field, constant: type.name };
  if (type && field.path === "messageTypeCode") return { ...field, constant: type.code };
  return field;
}

/** Leaves out what lies, or begins, past `end` (bytes from the start of the message). */
function present(
  about: Omit<Unnumbered, "fields" | "byPath" | "checks">,
  all: Field[],
  allChecks: Check[],
  end: number,
): Unnumbered {
  const inside = (each: { byte: number; size: number }) => each.byte + each.size <= end;
  const fields = all.flatMap((field): Field[] => {
    if (field.length === undefined) return inside(field) ? [field] : [];
    if ((field.byte >= end && field.length > 0) || (field.count && !inside(field.count))) return [];
    const fit = Math.floor((end - field.byte) / (field.stride ?? 1));
    return [{ ...field, length: Math.min(field.length, fit) }];
  });
  const byPath = new Map(fields.map((field) => [field.path, field]));
  const checks = allChecks.filter(inside);
  return { ...about, fields, byPath, checks };
}

/** Where what a check looks at begins, in bits from the start of the message. */
function firstBit(check: Check): number {
  if (check.check !== "reserved") return check.byte * 8 + check.field.shift;
  return check.byte * 8 + (check.mask & -check.mask).toString(2).length - 1;
}

function derivedField(path: string, type: FieldType, doc: string, extras: Partial<Field> = {}): Field {
  const name = path.slice(path.lastIndexOf(".") + 1);
  return { path, name, type, byte: 0, size: 0, shift: 0, width: 0, doc, ...extras };
}

/** Where the record stands; not in its bytes. `file` and `time` are there only where the input has them. */
const POSITION_FIELDS: readonly Field[] = [
  derivedField("file", "position", "file that the record was read from, where there are several"),
  derivedField("index", "position", "record number in its file, from 0, empty slots included"),
  derivedField("offset", "position", "byte offset of the record in its file"),
  derivedField("time", "position", "when it was captured, in UTC; where the input has times"),
];

const MESSAGE_TYPE_FIELD: Field = derivedField("messageType", "messageType", "name of the message type", {
  size: 4,
  width: 32,
  values: MESSAGE_TYPE_NAMES,
});

const VP_INDEX_ITEM: Item = u32("vpIndex", "virtual processor that the message is about");

function kindField(kind: string): Field {
  return derivedField("payload.kind", "constant", "layout of the payload", { constant: kind });
}

/** The bytes of the message that no layout covers. */
function restField(payload: Payload, size: number): Field[] {
  const length = size - payload.largestSize;
  const undecoded = payload.kind !== "raw";
  if (undecoded && length <= 0) return [];
  const path = undecoded ? "payload.undecodedBytes" : "payload.bytes";
  const doc = undecoded
    ? "bytes of the payload past its known layout"
    : "the payload, whose layout is not public";
  const byte = MESSAGE_HEADER_BYTES + payload.largestSize;
  return [derivedField(path, "bytes", doc, { byte, size: length, length })];
}

// The table does not load where the items of a structure do not add up to its documented size.
checkSize("the message header", sizeOf(messageHeader), MESSAGE_HEADER_BYTES);
for (const abi of ABIS) {
  checkSize(`the intercept header (${abi})`, sizeOf(interceptHeader(abi)), INTERCEPT_HEADER_BYTES);
  for (const { payload } of MESSAGE_TYPES)
    for (const { kind, begins, items, largestSize } of [
      payload[abi],
      payload[abi].withoutHeader ?? [],
    ].flat()) {
      const beginning = { header: INTERCEPT_HEADER_BYTES, vpIndex: sizeOf([VP_INDEX_ITEM]), nothing: 0 }[
        begins
      ];
      checkSize(`${kind} (${abi})`, beginning + sizeOf(items), largestSize);
    }
}

function checkSize(what: string, size: number, declared: number): void {
  if (size !== declared) throw new Error(`${what} takes ${size} bytes, declared are ${declared}`);
}
