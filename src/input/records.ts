import { hex } from "../base/text.ts";
import type { Abi } from "../messages/index.ts";
import {
  BATCH_RECORDS,
  type Batch,
  type Framing,
  makeBatch,
  type Reporter,
  type Source,
} from "../record/index.ts";
import type { ByteReader } from "./bytes.ts";

/** How records of one size follow each other. */
export interface Framed {
  framing: Framing;
  /** Bytes from one record to the next. */
  recordSize: number;
  /** Where the message (or header) begins in a record. */
  messageOffset: number;
}

/** Bytes that belong to the structure of each framing. */
const STRUCTURE_BYTES: Record<Framing, number> = { message: 256, header: 40 };

/** Bytes of a structure without which nothing of it can be shown. */
const LEAST_BYTES: Record<Framing, number> = { message: 16, header: 4 };

/** A bare header stands in a batch where it stands in a message. */
const PLACE_IN_BATCH: Record<Framing, number> = { message: 0, header: 16 };

/**
 * Records of one size, one after another. Whole 256-byte messages are read straight into the batch; anything
 * else is copied there. A last record that is cut short is handed out with what there is of it, and reported.
 */
export class RecordSource implements Source {
  readonly name: string;
  readonly framing: Framing;
  abi: Abi = "hvhdk";
  readonly #framed: Framed;
  readonly #reader: ByteReader;
  readonly #reporter: Reporter;
  readonly #batch: Batch;
  readonly #block: Uint8Array;
  readonly #structureBytes: number;
  /** Bytes in the block: those of the records of the last batch, and those after. */
  #used = 0;
  #have = 0;
  #index = 0;
  #offset = 0;
  #wanted = 1;
  #ended = false;
  #held: Batch | undefined;

  constructor(name: string, reader: ByteReader, framed: Framed, reporter: Reporter) {
    this.name = name;
    this.framing = framed.framing;
    this.#framed = framed;
    this.#reader = reader;
    this.#reporter = reporter;
    this.#batch = makeBatch();
    this.#structureBytes = Math.min(
      STRUCTURE_BYTES[framed.framing],
      framed.recordSize - framed.messageOffset,
    );
    const direct = framed.framing === "message" && framed.recordSize === 256;
    const records = Math.max(1, Math.min(BATCH_RECORDS, Math.floor((1 << 20) / framed.recordSize)));
    this.#block = direct ? this.#batch.bytes : new Uint8Array(records * framed.recordSize);
  }

  next(): Batch | null | Promise<Batch | null> {
    const held = this.#held;
    if (held) {
      this.#held = undefined;
      return held;
    }
    this.#block.copyWithin(0, this.#used, this.#have);
    this.#have -= this.#used;
    this.#used = 0;
    return this.#fill();
  }

  close(): void {
    this.#reader.close();
  }

  /** Waits for `records` whole records or the end, and gives them out again later: to look at them first. */
  async hold(records: number): Promise<Batch | null> {
    this.#wanted = Math.min(records, Math.floor(this.#block.length / this.#framed.recordSize));
    const batch = await this.next();
    this.#wanted = 1;
    if (batch) this.#held = batch;
    return batch;
  }

  /** Whole records that have arrived and wait in the block. */
  get arrived(): number {
    return Math.floor(this.#have / this.#framed.recordSize);
  }

  #fill(): Batch | null | Promise<Batch | null> {
    const { recordSize } = this.#framed;
    while (this.#have < this.#wanted * recordSize && !this.#ended) {
      const got = this.#reader.read(this.#block, this.#have, this.#block.length - this.#have);
      if (typeof got !== "number") return got.then((count) => this.#took(count) ?? this.#fill());
      this.#took(got);
    }
    return this.#hand();
  }

  #took(count: number): undefined {
    if (count === 0) this.#ended = true;
    this.#have += count;
  }

  /** Makes a batch of the whole records in the block; at the end, of the cut one after them too. */
  #hand(): Batch | null {
    const { recordSize, messageOffset, framing } = this.#framed;
    const batch = this.#batch;
    const whole = Math.floor(this.#have / recordSize);
    batch.count = whole;
    batch.firstIndex = this.#index;
    batch.available.fill(PLACE_IN_BATCH[framing] + this.#structureBytes, 0, whole);
    for (let record = 0; record < whole; record++)
      batch.offsets[record] = this.#offset + record * recordSize + messageOffset;
    if (this.#block !== batch.bytes) for (let record = 0; record < whole; record++) this.#copy(record);
    this.#used = whole * recordSize;
    this.#index += whole;
    this.#offset += this.#used;
    const left = this.#have - this.#used;
    if (this.#ended && left > 0 && whole < batch.available.length) this.#cut(left);
    return batch.count === 0 ? null : batch;
  }

  #copy(record: number): void {
    const { recordSize, messageOffset, framing } = this.#framed;
    const from = record * recordSize + messageOffset;
    this.#place(record, from, this.#structureBytes);
    // A record that has room for the message's payload, if not for all 240 bytes, lacks nothing.
    const { bytes, available } = this.#batch;
    if (
      framing === "message" &&
      16 + Math.min(240, bytes[record * 256 + 4] as number) <= this.#structureBytes
    )
      available[record] = 256;
  }

  /** Puts `length` bytes of the block in a record's place, zeros after them. */
  #place(record: number, from: number, length: number): void {
    const { bytes } = this.#batch;
    const at = record * 256 + PLACE_IN_BATCH[this.#framed.framing];
    if (this.#block === bytes) bytes.fill(0, at + length, at + 256);
    else {
      bytes.fill(0, record * 256, record * 256 + 256);
      bytes.set(this.#block.subarray(from, from + length), at);
    }
  }

  /** Hands out the bytes after the last whole record as a record that is cut short, where they tell anything. */
  #cut(left: number): void {
    const { recordSize, messageOffset, framing } = this.#framed;
    const batch = this.#batch;
    const record = batch.count;
    const length = Math.min(left - messageOffset, this.#structureBytes);
    const offset = this.#offset;
    const where = `(offset ${hex(offset)}, record ${this.#index})`;
    this.#reporter.trouble(
      this.name,
      `the last record is cut short: ${left} of ${recordSize} bytes ${where}`,
    );
    if (length >= LEAST_BYTES[framing]) {
      this.#place(record, this.#used + messageOffset, length);
      batch.available[record] = PLACE_IN_BATCH[framing] + length;
      batch.offsets[record] = offset + messageOffset;
      batch.count++;
    }
    this.#used += left;
    this.#offset += left;
    this.#index++;
  }
}
