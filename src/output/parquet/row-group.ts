/** The rows that are gathered until they are written as one row group. */
import { setProduct } from "../../base/wide.ts";
import type { Field } from "../../layout/index.ts";
import type { Batch, Shape, Shapes } from "../../record/index.ts";
import { readProblems, readValue } from "../../record/index.ts";
import { compileProblems } from "../compile.ts";
import { plainValue } from "../plain-value.ts";
import { TextProgram } from "../text-program.ts";
import { type Column, NANOSECONDS_COLUMN } from "./columns.ts";
import {
  type Gather,
  gatherBytes,
  gatherCoded,
  gatherHex,
  gatherNumber,
  gatherText,
  gatherWide,
  type Lot,
} from "./gather.ts";
import {
  type CodedStore,
  clearStore,
  codeOf,
  makeStore,
  type NumberStore,
  type Store,
  type WideStore,
} from "./stores.ts";

const NO_ROWS = new Int32Array(0);

/** Rows, column by column. */
export class RowGroup {
  readonly columns: readonly Column[];
  readonly capacity: number;
  readonly stores: readonly Store[];
  /** Rows that are gathered. */
  rows = 0;
  /** Shape of each row. */
  readonly rowShapes: Int32Array;
  /** Shapes that occur, in the order of their first row. */
  shapesSeen: number[] = [];
  /** 1 for the rows with a time, and how many have none. */
  readonly timed: Uint8Array;
  withoutTime = 0;

  readonly #shapes: Shapes;
  readonly #gathers: (readonly Gather[] | undefined)[] = [];
  /** What stands for the whole group: a store, by the path of its column. */
  readonly #byPath: ReadonlyMap<string, Store>;
  readonly #checks = new TextProgram();
  #checked = 1;
  #file = "";
  /** Records of the batch, sorted by shape. */
  #records = NO_ROWS;
  #rows = NO_ROWS;
  #counts = new Int32Array(64);

  constructor(shapes: Shapes, columns: readonly Column[], capacity: number) {
    this.#shapes = shapes;
    this.columns = columns;
    this.capacity = capacity;
    this.stores = columns.map((column) => makeStore(column, capacity));
    this.#byPath = new Map(columns.map((column, place) => [column.path, this.stores[place] as Store]));
    this.rowShapes = new Int32Array(capacity);
    this.timed = new Uint8Array(capacity);
  }

  /** The name of the input that the next records are from. */
  setFile(name: string): void {
    this.#file = name;
  }

  /** Whether the records of a shape have a column; those that no field stands for are told by their stores. */
  has(column: Column, shape: number): boolean {
    if (column.path === "problems" || column.path === NANOSECONDS_COLUMN) return true;
    return (this.#shapes.list[shape] as Shape).byPath.has(column.path);
  }

  /**
   * Adds picked records from position `from` on, as far as there is room; returns the position it got to. `indexes` are
   * their record numbers, where those do not follow each other.
   */
  add(batch: Batch, from: number, indexes?: Float64Array): number {
    const to = Math.min(batch.pickedCount, from + this.capacity - this.rows);
    this.#addPositions(batch, from, to, indexes);
    this.#addTimes(batch, from, to);
    this.#addProblems(batch, from, to);
    this.#addFields(batch, from, to);
    this.rows += to - from;
    return to;
  }

  /** Forgets the rows. */
  clear(): void {
    this.rows = 0;
    this.withoutTime = 0;
    this.shapesSeen = [];
    for (const store of this.stores) clearStore(store);
  }

  #addPositions(batch: Batch, from: number, to: number, indexes: Float64Array | undefined): void {
    const index = this.#byPath.get("index") as WideStore | undefined;
    const offset = this.#byPath.get("offset") as WideStore | undefined;
    const file = this.#byPath.get("file") as CodedStore | undefined;
    const code = file && codeOf(file, this.#file);
    for (let place = from, row = this.rows; place < to; place++, row++) {
      const record = batch.picked[place]!;
      if (index) setWhole(index.values, row * 2, indexes ? indexes[record]! : batch.firstIndex + record);
      if (offset) setWhole(offset.values, row * 2, batch.offsets[record]!);
      if (file) file.values[row] = code!;
    }
  }

  #addTimes(batch: Batch, from: number, to: number): void {
    const time = this.#byPath.get("time") as WideStore | undefined;
    const nanoseconds = this.#byPath.get(NANOSECONDS_COLUMN) as NumberStore | undefined;
    if (!time || !nanoseconds) return;
    for (let place = from, row = this.rows; place < to; place++, row++) {
      const record = batch.picked[place]!;
      const seconds = batch.timeSeconds[record]!;
      const timed = !Number.isNaN(seconds);
      this.timed[row] = timed ? 1 : 0;
      if (!timed) this.withoutTime++;
      else {
        const fraction = batch.timeNanoseconds[record]!;
        setProduct(time.values, row * 2, seconds, 1e6, Math.floor(fraction / 1000));
        nanoseconds.values[row] = fraction;
      }
    }
  }

  /** Problems are rare: compiled checks find the records that have some. */
  #addProblems(batch: Batch, from: number, to: number): void {
    const store = this.#byPath.get("problems") as CodedStore | undefined;
    if (!store) return;
    const { list } = this.#shapes;
    for (; this.#checked < list.length; this.#checked++) this.#compileChecks(list[this.#checked] as Shape);
    store.values.fill(-1, this.rows, this.rows + to - from);
    store.without += to - from;
    if (!this.#anyOdd(batch, from)) return;
    for (let place = from, row = this.rows; place < to; place++, row++) {
      const record = batch.picked[place]!;
      const shape = list[batch.shapes[record]!] as Shape;
      const problems = readProblems(batch, record, shape);
      if (problems.length === 0) continue;
      store.values[row] = codeOf(store, problems.join("; "));
      store.without--;
    }
  }

  #compileChecks(shape: Shape): void {
    this.#checks.begin(shape.id);
    compileProblems(this.#checks, shape, () => "!");
    this.#checks.end();
  }

  #anyOdd(batch: Batch, from: number): boolean {
    const checks = this.#checks;
    checks.length = 0;
    for (let place = from; place < batch.pickedCount && checks.length === 0; )
      place = checks.run(batch, place);
    return checks.length > 0;
  }

  /** Sorts the records by shape, and lets each shape's gathers copy their fields. */
  #addFields(batch: Batch, from: number, to: number): void {
    const { picked, shapes } = batch;
    const seen = this.#sort(batch, from, to);
    for (let place = from, row = this.rows; place < to; place++, row++)
      this.rowShapes[row] = shapes[picked[place]!]!;
    let first = 0;
    for (const [shape, count] of seen) {
      const lot: Lot = {
        batch,
        records: this.#records.subarray(first, first + count),
        rows: this.#rows.subarray(first, first + count),
        count,
      };
      this.#gathers[shape] ??= this.#makeGathers(this.#shapes.list[shape] as Shape);
      for (const gather of this.#gathers[shape]) gather(lot);
      first += count;
    }
  }

  /** Puts records and rows in the order of their shapes; gives the shapes, and how many records each has. */
  #sort({ picked, shapes }: Batch, from: number, to: number): [shape: number, count: number][] {
    const known = this.#shapes.list.length;
    if (this.#counts.length < known) this.#counts = new Int32Array(known * 2);
    if (this.#records.length < to - from) {
      this.#records = new Int32Array(to - from);
      this.#rows = new Int32Array(to - from);
    }
    const counts = this.#counts;
    const order: number[] = [];
    for (let place = from; place < to; place++) {
      const shape = shapes[picked[place]!]!;
      if (counts[shape]!++ === 0) order.push(shape);
    }
    const seen = order.map((shape): [number, number] => [shape, counts[shape]!]);
    let next = 0;
    for (const [shape, count] of seen) {
      if (!this.shapesSeen.includes(shape)) this.shapesSeen.push(shape);
      counts[shape] = next;
      next += count;
    }
    for (let place = from, row = this.rows; place < to; place++, row++) {
      const record = picked[place]!;
      const at = counts[shapes[record]!]!++;
      this.#records[at] = record;
      this.#rows[at] = row;
    }
    for (const shape of order) counts[shape] = 0;
    return seen;
  }

  #makeGathers(shape: Shape): Gather[] {
    return this.columns.flatMap((column, place) => {
      const field = shape.byPath.get(column.path);
      if (field === undefined || field.type === "position") return [];
      return [makeGather(this.stores[place] as Store, shape, field)];
    });
  }
}

function makeGather(store: Store, shape: Shape, field: Field): Gather {
  switch (store.kind) {
    case "boolean":
    case "number":
      return gatherNumber(store, field);
    case "wide":
      return gatherWide(store, field);
    case "bytes":
      return field.type === "bytes" ? gatherBytes(store, field) : gatherHex(store, field);
    case "coded":
      return BY_BITS.has(field.type) ? gatherCoded(store, shape, field) : gatherText(store, textOf(field));
  }
}

/** Types whose text follows from at most 32 bits. */
const BY_BITS = new Set(["enum", "access", "messageType", "name", "flags", "constant"]);

function textOf(field: Field) {
  return (batch: Batch, record: number): string | undefined => {
    const value = readValue(batch, record, field);
    return value === undefined ? undefined : plainValue(value);
  };
}

/** A whole number from 0 to 2^53 as two halves. */
function setWhole(values: Uint32Array, at: number, value: number): void {
  values[at] = value;
  values[at + 1] = value / 4294967296;
}
