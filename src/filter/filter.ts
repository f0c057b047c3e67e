import type { Field } from "../layout/index.ts";
import {
  BATCH_RECORDS,
  type Batch,
  type Select,
  type Shape,
  type Shapes,
  type Source,
} from "../record/index.ts";
import {
  type Column,
  type RangeTable,
  testMask,
  testRange32,
  testRanges32,
  testRanges64,
} from "./kernels.ts";
import type { Node, Range } from "./node.ts";

/** Sets `out[i]` for the i-th of `count` records at `places`. */
type Evaluate = (batch: Batch, places: Int32Array, count: number, out: Uint8Array) => void;

/**
 * A filter, compiled: a tree of loops over batches. Tests that are joined by AND at the top run one after another,
 * each over what the ones before it left.
 */
export class Filter implements Select {
  readonly #shapes: Shapes;
  readonly #conjuncts: Evaluate[];
  /** Told about every shape before a record of it is tested. */
  readonly #binders: ((shape: Shape) => void)[] = [];
  #bound = 1;
  #capacity = BATCH_RECORDS;
  #marks = new Uint8Array(BATCH_RECORDS);
  #spares: Uint8Array[] = [];
  #sourceName = "";

  constructor(shapes: Shapes, node: Node) {
    this.#shapes = shapes;
    this.#conjuncts = (node.node === "and" ? node.parts : [node]).map((part) => this.#compile(part));
  }

  begin(source: Source): void {
    this.#sourceName = source.name;
  }

  select(batch: Batch): void {
    const { list } = this.#shapes;
    for (; this.#bound < list.length; this.#bound++)
      for (const bind of this.#binders) bind(list[this.#bound] as Shape);
    if (batch.picked.length > this.#capacity) this.#grow(batch.picked.length);
    const { picked } = batch;
    const marks = this.#marks;
    for (const evaluate of this.#conjuncts) {
      evaluate(batch, picked, batch.pickedCount, marks);
      let kept = 0;
      for (let i = 0; i < batch.pickedCount; i++) {
        picked[kept] = picked[i]!;
        kept += marks[i]!;
      }
      batch.pickedCount = kept;
    }
  }

  #grow(capacity: number): void {
    this.#capacity = capacity;
    this.#marks = new Uint8Array(capacity);
    this.#spares = [];
  }

  #compile(node: Node): Evaluate {
    switch (node.node) {
      case "and":
      case "or":
        return this.#join(
          node.node,
          node.parts.map((part) => this.#compile(part)),
        );
      case "not": {
        const part = this.#compile(node.part);
        return (batch, places, count, out) => {
          part(batch, places, count, out);
          for (let i = 0; i < count; i++) out[i] = 1 - out[i]!;
        };
      }
      case "bits":
        return this.#bits(node);
      case "shape": {
        const holds: number[] = [0];
        this.#binders.push((shape) => {
          holds[shape.id] = node.holds(shape) ? 1 : 0;
        });
        return (batch, places, count, out) => {
          for (let i = 0; i < count; i++) out[i] = holds[batch.shapes[places[i]!]!]!;
        };
      }
      case "position":
        return position(node.name, node.ranges);
      case "file":
        return (_batch, _places, count, out) => {
          out.fill(node.holds(this.#sourceName) ? 1 : 0, 0, count);
        };
      case "record":
        return (batch, places, count, out) => {
          for (let i = 0; i < count; i++) {
            const record = places[i]!;
            const shape = this.#shapes.list[batch.shapes[record]!] as Shape;
            out[i] = node.holds(batch, record, shape) ? 1 : 0;
          }
        };
    }
  }

  #join(how: "and" | "or", parts: Evaluate[]): Evaluate {
    return (batch, places, count, out) => {
      out.fill(how === "and" ? 1 : 0, 0, count);
      const marks = this.#spares.pop() ?? new Uint8Array(this.#capacity);
      for (const part of parts) {
        part(batch, places, count, marks);
        if (how === "and") for (let i = 0; i < count; i++) out[i] = out[i]! & marks[i]!;
        else for (let i = 0; i < count; i++) out[i] = out[i]! | marks[i]!;
      }
      this.#spares.push(marks);
    };
  }

  #bits({ path, test, applies }: Extract<Node, { node: "bits" }>): Evaluate {
    const column: Column = {
      words: new Int32Array(64),
      shifts: new Int32Array(64),
      masks: new Uint32Array(64),
    };
    let wide = false;
    this.#binders.push((shape) => {
      const field = shape.byPath.get(path);
      const has = field !== undefined && applies?.(field) !== false;
      if (has && field.width > 32) wide = true;
      setColumn(column, shape.id, has ? field : undefined);
    });
    if ("mask" in test) {
      const low = Number(test.mask & 0xffffffffn);
      const high = Number(test.mask >> 32n);
      return (batch, places, count, out) =>
        testMask(batch, places, count, column, low, high, test.set ? 1 : 0, out);
    }
    const table = rangeTable(test.ranges);
    const { firstLow, lastLow } = table;
    return (batch, places, count, out) => {
      if (wide) testRanges64(batch, places, count, column, table, out);
      else if (table.count === 1) testRange32(batch, places, count, column, firstLow[0]!, lastLow[0]!, out);
      else testRanges32(batch, places, count, column, table, out);
    };
  }
}

function setColumn(column: Column, shape: number, field: Field | undefined): void {
  if (shape >= column.words.length) {
    for (const name of ["words", "shifts", "masks"] as const) {
      const larger = new (column[name].constructor as new (length: number) => never)(shape * 2);
      (larger as Int32Array).set(column[name]);
      column[name] = larger;
    }
  }
  if (!field) {
    column.words[shape] = -1;
    return;
  }
  const bit = (field.byte & 3) * 8 + field.shift;
  column.words[shape] = (field.byte >> 2) + (bit >> 5);
  column.shifts[shape] = bit & 31;
  column.masks[shape] = field.width >= 32 ? 0xffffffff : 2 ** field.width - 1;
}

function rangeTable(ranges: readonly Range[]): RangeTable {
  const halves = (end: 0 | 1, shift: bigint) =>
    Uint32Array.from(ranges, (range) => Number((range[end] >> shift) & 0xffffffffn));
  return {
    count: ranges.length,
    firstHigh: halves(0, 32n),
    firstLow: halves(0, 0n),
    lastHigh: halves(1, 32n),
    lastLow: halves(1, 0n),
  };
}

function position(name: "index" | "offset", ranges: readonly Range[]): Evaluate {
  const firsts = Float64Array.from(ranges, ([first]) => Number(first));
  const lasts = Float64Array.from(ranges, ([, last]) => Number(last));
  return (batch, places, count, out) => {
    for (let i = 0; i < count; i++) {
      const record = places[i]!;
      const value = name === "index" ? batch.firstIndex + record : batch.offsets[record]!;
      out[i] = 0;
      for (let range = 0; range < firsts.length; range++)
        if (value >= firsts[range]! && value <= lasts[range]!) out[i] = 1;
    }
  };
}
