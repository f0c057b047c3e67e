import { INTERCEPT_HEADER_BYTES, MESSAGE_BYTES, MESSAGE_HEADER_BYTES } from "../messages/index.ts";
import { BATCH_RECORDS, type Batch, type Sink, type Source } from "../record/index.ts";
import type { Destination } from "./format.ts";

/**
 * The records as they are: whole 256-byte messages, bit for bit, whatever container they came in, or whole 40-byte
 * headers. One that was cut short is filled up with zeros.
 */
export class RawSink implements Sink {
  readonly #destination: Destination;
  #out = new Uint8Array(BATCH_RECORDS * MESSAGE_BYTES);
  #start = 0;
  #length: number = MESSAGE_BYTES;

  constructor(destination: Destination) {
    this.#destination = destination;
  }

  begin({ framing }: Source): void {
    this.#start = framing === "header" ? MESSAGE_HEADER_BYTES : 0;
    this.#length = framing === "header" ? INTERCEPT_HEADER_BYTES : MESSAGE_BYTES;
  }

  write({ bytes, picked, pickedCount }: Batch): void | Promise<void> {
    if (pickedCount * MESSAGE_BYTES > this.#out.length)
      this.#out = new Uint8Array(pickedCount * MESSAGE_BYTES);
    let at = 0;
    for (let i = 0; i < pickedCount; i++) {
      const from = (picked[i] as number) * MESSAGE_BYTES + this.#start;
      this.#out.set(bytes.subarray(from, from + this.#length), at);
      at += this.#length;
    }
    if (at > 0) return this.#destination.write(this.#out.subarray(0, at));
  }

  flush(): void {}

  end(): void {}
}
