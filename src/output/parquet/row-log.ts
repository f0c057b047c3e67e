import { type Batch, makeBatch } from "../../record/index.ts";
import type { RowGroup } from "./row-group.ts";

/**
 * A record that is kept: its 256 bytes, then as float64 its index, offset and seconds, as int32 its nanoseconds, shape and
 * file, and nothing.
 */
const MESSAGE_BYTES = 256;
export const KEPT_BYTES = 296;
const DOUBLES = KEPT_BYTES / 8;
const INTS = KEPT_BYTES / 4;
const DOUBLES_AT = MESSAGE_BYTES / 8;
const INTS_AT = MESSAGE_BYTES / 4 + 6;

const LEAST_ROWS = 8;

/** Records that wait for a row group, one after another. */
export class RowLog {
  /** How many are kept. */
  rows = 0;
  #bytes: Uint8Array = new Uint8Array(0);
  #doubles: Float64Array = new Float64Array(0);
  #ints: Int32Array = new Int32Array(0);

  /** Keeps a record of a batch; `file` is the number of the input that it is from. */
  add(batch: Batch, record: number, file: number): void {
    if ((this.rows + 1) * KEPT_BYTES > this.#bytes.length) this.#grow();
    const from = record * MESSAGE_BYTES;
    this.#bytes.set(batch.bytes.subarray(from, from + MESSAGE_BYTES), this.rows * KEPT_BYTES);
    const double = this.rows * DOUBLES + DOUBLES_AT;
    this.#doubles[double] = batch.firstIndex + record;
    this.#doubles[double + 1] = batch.offsets[record]!;
    this.#doubles[double + 2] = batch.timeSeconds[record]!;
    const int = this.rows * INTS + INTS_AT;
    this.#ints[int] = batch.timeNanoseconds[record]!;
    this.#ints[int + 1] = batch.shapes[record]!;
    this.#ints[int + 2] = file;
    this.rows++;
  }

  /** The bytes of all of them, borrowed. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.rows * KEPT_BYTES);
  }

  /** Forgets them, and gives their memory back. */
  clear(): void {
    this.rows = 0;
    this.#use(new Uint8Array(0));
  }

  #grow(): void {
    const larger = new Uint8Array(Math.max(LEAST_ROWS, this.rows * 2) * KEPT_BYTES);
    larger.set(this.bytes);
    this.#use(larger);
  }

  #use(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#doubles = new Float64Array(bytes.buffer);
    this.#ints = new Int32Array(bytes.buffer);
  }
}

/** Adds kept records to row groups. */
export class Replay {
  readonly #batch = makeBatch();
  readonly #indexes = new Float64Array(this.#batch.available.length);

  constructor() {
    for (let record = 0; record < this.#batch.picked.length; record++) this.#batch.picked[record] = record;
  }

  /** Adds the records in `bytes`, for which the group has room; `files` names the inputs. */
  add(bytes: Uint8Array, files: readonly string[], group: RowGroup): void {
    const rows = bytes.length / KEPT_BYTES;
    const doubles = new Float64Array(bytes.buffer, bytes.byteOffset, rows * DOUBLES);
    const ints = new Int32Array(bytes.buffer, bytes.byteOffset, rows * INTS);
    const batch = this.#batch;
    let file = -1;
    let count = 0;
    const hand = () => {
      batch.pickedCount = count;
      group.setFile(files[file] ?? "");
      group.add(batch, 0, this.#indexes);
      count = 0;
    };
    for (let row = 0; row < rows; row++) {
      const int = row * INTS + INTS_AT;
      const full = count === this.#indexes.length || ints[int + 2] !== file;
      if (full && count > 0) hand();
      file = ints[int + 2]!;
      const from = row * KEPT_BYTES;
      batch.bytes.set(bytes.subarray(from, from + MESSAGE_BYTES), count * MESSAGE_BYTES);
      const double = row * DOUBLES + DOUBLES_AT;
      this.#indexes[count] = doubles[double]!;
      batch.offsets[count] = doubles[double + 1]!;
      batch.timeSeconds[count] = doubles[double + 2]!;
      batch.timeNanoseconds[count] = ints[int]!;
      batch.shapes[count] = ints[int + 1]!;
      count++;
    }
    if (count > 0) hand();
  }
}
