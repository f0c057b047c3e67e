import { hex } from "../base/text.ts";
import { type Batch, FIRST_SECOND, type Framing, LAST_SECOND, makeBatch } from "../record/index.ts";
import { messageBytes, PLACE_IN_BATCH, STRUCTURE_BYTES } from "./framing.ts";
import { isBareHeader } from "./looks-like.ts";

/** A batch that is filled a message at a time, and grows where it has to. */
export class MessageBatch {
  count = 0;
  #framing: Framing | "first";
  readonly #trouble: (what: string) => void;
  #batch = makeBatch();

  constructor(framing: Framing | "first", trouble: (what: string) => void) {
    this.#framing = framing;
    this.#trouble = trouble;
  }

  get framing(): Framing {
    return this.#framing === "first" ? "message" : this.#framing;
  }

  /** Forgets the messages that were taken. */
  clear(): void {
    this.#batch.firstIndex += this.count;
    this.count = 0;
  }

  /** The batch with what was added; null where that is nothing. */
  take(): Batch | null {
    this.#batch.count = this.count;
    return this.count === 0 ? null : this.#batch;
  }

  /** Adds a message; see `MessageOut.message`. */
  add(
    bytes: Uint8Array,
    start: number,
    length: number,
    offset: number,
    seconds = Number.NaN,
    nanoseconds = 0,
    told = false,
  ): void {
    if (this.#framing === "first")
      this.#framing = length === 40 && isBareHeader(bytes, start) ? "header" : "message";
    const framing = this.#framing;
    if (this.count === this.#batch.available.length) this.#grow();
    const batch = this.#batch;
    const record = this.count++;
    const there = Math.min(length, STRUCTURE_BYTES[framing]);
    const at = record * 256 + PLACE_IN_BATCH[framing];
    batch.bytes.set(bytes.subarray(start, start + there), at);
    batch.bytes.fill(0, at + there, record * 256 + 256);
    batch.offsets[record] = offset;
    this.#setTime(record, seconds, nanoseconds);
    const needed = framing === "header" ? 40 : messageBytes(batch.bytes, record * 256);
    if (there < needed && !told)
      this.#trouble(`the ${framing} is cut short: ${there} of ${needed} bytes ${this.#where(record)}`);
    // Bytes past the payload are no part of the message: without them it lacks nothing.
    batch.available[record] =
      framing === "message" && there >= needed ? 256 : PLACE_IN_BATCH[framing] + there;
  }

  #setTime(record: number, seconds: number, nanoseconds: number): void {
    const batch = this.#batch;
    const known = seconds >= FIRST_SECOND && seconds <= LAST_SECOND;
    if (!known && !Number.isNaN(seconds))
      this.#trouble(
        `its time, ${seconds} seconds from 1970, is in no year from 0 to 9999 ${this.#where(record)}`,
      );
    batch.timeSeconds[record] = known ? seconds : Number.NaN;
    batch.timeNanoseconds[record] = nanoseconds;
  }

  #where(record: number): string {
    const { offsets, firstIndex } = this.#batch;
    return `(offset ${hex(offsets[record] as number)}, record ${firstIndex + record})`;
  }

  #grow(): void {
    const old = this.#batch;
    const larger = makeBatch(old.available.length * 2);
    larger.firstIndex = old.firstIndex;
    for (const part of ["bytes", "offsets", "available", "timeSeconds", "timeNanoseconds"] as const)
      larger[part].set(old[part]);
    this.#batch = larger;
  }
}
