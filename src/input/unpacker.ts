import type { Transform } from "node:stream";
import { hex } from "../base/text.ts";
import type { ByteReader } from "./bytes.ts";

/** A stream of node:zlib; `bytesWritten` is how much of what was written to it was used. */
export type Decompressor = Transform & { readonly bytesWritten: number };

/** How one compression is unpacked. */
export interface Unpacking {
  name: string;
  /** Whether bytes begin what a new decompressor can read. */
  isIt(head: Uint8Array): boolean;
  open(): Decompressor;
  /**
   * For a decompressor that is silent where the data are cut short: packed bytes, and what comes of them only where
   * everything before them was whole.
   */
  probe?: { packed: Uint8Array; unpacked: Uint8Array };
}

/** Bytes that are unpacked at once, and that come of them at once: where they are damaged, as many are lost. */
const SLICE_BYTES = 8 * 1024;
export const CHUNK_BYTES = 16 * 1024;
/** Bytes at the end of a file that are unpacked last, so that a wrong checksum there costs nothing before it. */
const CHECKSUM_BYTES = 8;

/** Writes slices of the packed bytes to a decompressor, and gives out what comes of each. */
export class Unpacker implements ByteReader {
  readonly #unpacking: Unpacking;
  readonly #reader: ByteReader;
  readonly #trouble: (what: string) => void;
  /** What was read and not written to the stream yet: `#held` bytes. */
  readonly #slice = new Uint8Array(SLICE_BYTES + CHECKSUM_BYTES);
  #held = 0;
  readonly #chunks: Uint8Array[] = [];
  #stream: Decompressor;
  /** Offset in the packed file of what the stream began with, and bytes that were written to it. */
  #streamStart = 0;
  #streamBytes = 0;
  #streamEnded = false;
  #error: Error | undefined;
  #resume = () => {};
  #ended = false;

  constructor(unpacking: Unpacking, reader: ByteReader, trouble: (what: string) => void) {
    this.#unpacking = unpacking;
    this.#reader = reader;
    this.#trouble = trouble;
    this.#stream = this.#open();
  }

  read(into: Uint8Array, at: number, length: number): number | Promise<number> {
    const ready = this.#chunks.length > 0 || this.#ended;
    return ready ? this.#take(into, at, length) : this.#wait(into, at, length);
  }

  close(): void {
    this.#stream.destroy();
    this.#reader.close();
  }

  #open(): Decompressor {
    const stream = this.#unpacking.open();
    stream.on("data", (chunk: Uint8Array) => this.#chunks.push(chunk));
    stream.on("error", (error) => {
      this.#error = error;
      this.#resume();
    });
    stream.on("end", () => {
      this.#streamEnded = true;
      this.#resume();
    });
    return stream;
  }

  async #wait(into: Uint8Array, at: number, length: number): Promise<number> {
    while (this.#chunks.length === 0 && !this.#ended) await this.#unpack();
    return this.#take(into, at, length);
  }

  #take(into: Uint8Array, at: number, length: number): number {
    const chunk = this.#chunks[0];
    if (!chunk) return 0;
    const part = chunk.subarray(0, length);
    into.set(part, at);
    if (part.length === chunk.length) this.#chunks.shift();
    else this.#chunks[0] = chunk.subarray(part.length);
    return part.length;
  }

  /** Unpacks one slice, or what was held back at the end. */
  async #unpack(): Promise<void> {
    const room = this.#slice.length - this.#held;
    const got = room === 0 ? 0 : await this.#reader.read(this.#slice, this.#held, room);
    const last = got === 0 && room > 0;
    this.#held += got;
    const ready = last ? this.#held : Math.max(0, this.#held - CHECKSUM_BYTES);
    if (ready > 0) await this.#write(this.#slice.subarray(0, ready));
    if (last && !this.#streamEnded) await this.#finish();
    if (this.#error) this.#fail(this.#error);
    this.#use(ready - Math.max(0, this.#streamBytes - this.#stream.bytesWritten));
    if (this.#streamEnded) await this.#follow();
    this.#ended = this.#streamEnded || this.#error !== undefined;
  }

  /** Keeps its promise when the bytes are used up, or the stream has had enough or failed. */
  async #write(bytes: Uint8Array): Promise<void> {
    this.#streamBytes += bytes.length;
    await new Promise<void>((resolve) => {
      this.#resume = resolve;
      this.#stream.write(bytes, () => resolve());
    });
    // What was unpacked may reach the listener in a later turn.
    await new Promise(setImmediate);
  }

  /** Tells the stream that there is no more; it ends, or fails where it lacks something. */
  async #finish(): Promise<void> {
    if (this.#error) return;
    if (this.#unpacking.probe && !(await this.#isWhole(this.#unpacking.probe))) {
      this.#error = new Error("unexpected end of file");
      return;
    }
    await new Promise<void>((resolve) => {
      this.#resume = resolve;
      this.#stream.end();
    });
    await new Promise(setImmediate);
  }

  async #isWhole({ packed, unpacked }: NonNullable<Unpacking["probe"]>): Promise<boolean> {
    const before = this.#chunks.length;
    await this.#write(packed);
    this.#streamBytes -= packed.length;
    return Buffer.concat(this.#chunks.splice(before)).equals(unpacked);
  }

  #use(count: number): void {
    this.#slice.copyWithin(0, count, this.#held);
    this.#held -= count;
  }

  #fail(error: Error): void {
    const short = error.message.includes("end of file");
    const what = short ? "cut short" : `damaged (${error.message})`;
    const offset = hex(this.#streamStart + this.#streamBytes);
    this.#trouble(
      `its ${this.#unpacking.name} data are ${what} (offset ${offset} of the packed file, or before)`,
    );
  }

  /** Goes on after the end of the stream: with another one, or past padding. */
  async #follow(): Promise<void> {
    const end = this.#streamStart + this.#stream.bytesWritten;
    if (!this.#unpacking.isIt(this.#slice.subarray(0, this.#held))) return this.#passRest(end);
    this.#stream = this.#open();
    this.#streamStart = end;
    this.#streamBytes = 0;
    this.#streamEnded = false;
  }

  /** Zeros are padding; anything else is a loss. */
  async #passRest(end: number): Promise<void> {
    let rest = this.#slice.subarray(0, this.#held);
    let unread = false;
    while (rest.length > 0) {
      unread ||= rest.some((byte) => byte !== 0);
      await new Promise(setImmediate);
      rest = this.#slice.subarray(0, await this.#reader.read(this.#slice, 0, SLICE_BYTES));
    }
    if (!unread) return;
    const what = `what follows its ${this.#unpacking.name} data was not read`;
    this.#trouble(`${what} (offset ${hex(end)} of the packed file)`);
  }
}
