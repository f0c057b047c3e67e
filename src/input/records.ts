import { hex, plural } from "../base/text.ts";
import type { Abi } from "../messages/index.ts";
import { BATCH_RECORDS, type Batch, type Framing, makeBatch, type Reporter } from "../record/index.ts";
import type { ByteReader } from "./bytes.ts";
import type { OpenedSource } from "./container.ts";
import { LEAST_BYTES, messageBytes, PLACE_IN_BATCH, STRUCTURE_BYTES } from "./framing.ts";
import { readU32 } from "./looks-like.ts";

/** Blocks without a message after which timers and signals get a turn. */
const TURN_BLOCKS = 64;

/** How records of one size follow each other. */
export interface Framed {
  framing: Framing;
  /** Bytes from one record to the next. */
  recordSize: number;
  /** Where the message (or header) begins in a record. */
  messageOffset: number;
  /** Messages that fill a record, one after another; absent: one. */
  slots?: number;
  /** Where a record tells whether it holds a message: the u32 at `offset` is then `value`. */
  holds?: { offset: number; value: number; what: string };
}

/**
 * Records of one size, one after another. Whole 256-byte messages are read straight into the batch; anything
 * else is copied there. A last record that is cut short is handed out with what there is of it, and reported.
 */
export class RecordSource implements OpenedSource {
  readonly name: string;
  readonly framing: Framing;
  abi: Abi = "hvhdk";
  readonly #framed: Framed;
  readonly #reader: ByteReader;
  readonly #reporter: Reporter;
  readonly #batch: Batch;
  readonly #block: Uint8Array;
  /** Bytes from one message to the next: a record, or one of its slots. */
  readonly #stride: number;
  readonly #structureBytes: number;
  /** Bytes in the block: those of the records of the last batch, and those after. */
  #used = 0;
  #have = 0;
  #index = 0;
  #offset = 0;
  #wanted = 1;
  #ended = false;
  #concluded = false;
  /** Records that held no message. */
  #without = 0;
  #held: Batch | undefined;

  constructor(name: string, reader: ByteReader, framed: Framed, reporter: Reporter) {
    this.name = name;
    this.framing = framed.framing;
    this.#framed = framed;
    this.#reader = reader;
    this.#reporter = reporter;
    this.#batch = makeBatch();
    this.#stride = framed.recordSize / (framed.slots ?? 1);
    this.#structureBytes = Math.min(STRUCTURE_BYTES[framed.framing], this.#stride - framed.messageOffset);
    const direct = framed.framing === "message" && this.#stride === 256;
    const records = Math.max(1, Math.min(BATCH_RECORDS, Math.floor((1 << 20) / this.#stride)));
    this.#block = direct ? this.#batch.bytes : new Uint8Array(records * this.#stride);
  }

  next(): Batch | null | Promise<Batch | null> {
    const held = this.#held;
    if (held) {
      this.#held = undefined;
      return held;
    }
    this.#drop();
    return this.#fill();
  }

  close(): void {
    this.#reader.close();
  }

  async hold(records: number): Promise<Batch | null> {
    this.#wanted = Math.min(records, Math.floor(this.#block.length / this.#stride));
    const batch = await this.next();
    this.#wanted = 1;
    if (batch) this.#held = batch;
    return batch;
  }

  #fill(): Batch | null | Promise<Batch | null> {
    for (let blocks = 1; ; blocks++) {
      while (this.#have < this.#wanted * this.#stride && !this.#ended) {
        const got = this.#reader.read(this.#block, this.#have, this.#block.length - this.#have);
        if (typeof got !== "number") return got.then((count) => this.#took(count) ?? this.#fill());
        this.#took(got);
      }
      this.#hand();
      if (this.#batch.count > 0) return this.#batch;
      if (this.#ended && this.#have === this.#used) return null;
      // None of the records holds a message.
      this.#drop();
      if (blocks > TURN_BLOCKS) return new Promise(setImmediate).then(() => this.#fill());
    }
  }

  #took(count: number): undefined {
    if (count === 0) this.#ended = true;
    this.#have += count;
  }

  /** Makes room for more by dropping the records of the last batch. */
  #drop(): void {
    this.#block.copyWithin(0, this.#used, this.#have);
    this.#have -= this.#used;
    this.#used = 0;
  }

  /** Makes a batch of the whole records in the block; at the end, after the last of them, of the cut one. */
  #hand(): void {
    const { messageOffset, framing, holds } = this.#framed;
    const batch = this.#batch;
    const stride = this.#stride;
    const whole = Math.floor(this.#have / stride);
    batch.count = whole;
    batch.firstIndex = this.#index;
    batch.available.fill(PLACE_IN_BATCH[framing] + this.#structureBytes, 0, whole);
    for (let record = 0; record < whole; record++)
      batch.offsets[record] = this.#offset + record * stride + messageOffset;
    if (holds) this.#copyHolding(whole);
    else if (this.#block !== batch.bytes)
      for (let record = 0; record < whole; record++) this.#copy(record, record);
    this.#used = whole * stride;
    this.#index += batch.count;
    this.#offset += this.#used;
    const left = this.#have - this.#used;
    if (!this.#ended) return;
    // Not with the whole ones: its trouble is told where somebody reads as far.
    if (left > 0 && whole === 0) this.#cut(left);
    if (this.#have === this.#used) this.#conclude();
  }

  /** Copies the records that hold a message; the others are no records, and only counted. */
  #copyHolding(whole: number): void {
    const batch = this.#batch;
    batch.count = 0;
    for (let from = 0; from < whole; from++) {
      if (!this.#holdsMessage(from * this.#stride)) continue;
      batch.offsets[batch.count] = batch.offsets[from] as number;
      this.#copy(batch.count++, from);
    }
  }

  #holdsMessage(at: number): boolean {
    const { holds } = this.#framed;
    if (!holds || readU32(this.#block, at + holds.offset) === holds.value) return true;
    this.#without++;
    return false;
  }

  #copy(record: number, from: number): void {
    const { messageOffset, framing } = this.#framed;
    this.#place(record, from * this.#stride + messageOffset, this.#structureBytes);
    // A record that has room for the message's payload, if not for all 240 bytes, lacks nothing.
    const { bytes, available } = this.#batch;
    if (framing === "message" && messageBytes(bytes, record * 256) <= this.#structureBytes)
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
    const { messageOffset, framing, holds } = this.#framed;
    const batch = this.#batch;
    const record = batch.count;
    const length = Math.min(left - messageOffset, this.#structureBytes);
    const offset = this.#offset;
    const where = `(offset ${hex(offset)}, record ${this.#index})`;
    this.#reporter.trouble(
      this.name,
      `the last record is cut short: ${left} of ${this.#stride} bytes ${where}`,
    );
    const tells = length >= LEAST_BYTES[framing] && (!holds || this.#holdsMessage(this.#used));
    if (tells) {
      this.#place(record, this.#used + messageOffset, length);
      batch.available[record] = PLACE_IN_BATCH[framing] + length;
      batch.offsets[record] = offset + messageOffset;
      batch.count++;
    }
    this.#used += left;
    this.#offset += left;
    this.#index++;
  }

  /** Says, once the whole input is read, what else was amiss. */
  #conclude(): void {
    if (this.#concluded) return;
    this.#concluded = true;
    const { holds, recordSize, slots } = this.#framed;
    if (holds && this.#without > 0)
      this.#reporter.note(
        `${this.name}: ${plural(this.#without, holds.what)} held no message (the u32 at ${hex(holds.offset)} is not ${holds.value})`,
      );
    const over = this.#offset % recordSize;
    if (slots !== undefined && over > 0 && over % this.#stride === 0)
      this.#reporter.trouble(
        this.name,
        `the last page is cut short: ${over} of ${recordSize} bytes (offset ${hex(this.#offset - over)})`,
      );
  }
}
