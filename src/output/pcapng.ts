/**
 * pcapng (draft-ietf-opsawg-pcapng): a section header that says what the file is, an interface of link type USER0, and a
 * packet a message, whose data are the message's bytes. A message with a time is an enhanced packet, counted in
 * nanoseconds; one without is a simple packet, which has no time, so that none is made up.
 */
import { HvmsgError } from "../base/errors.ts";
import { setProduct } from "../base/wide.ts";
import { MESSAGE_BYTES } from "../messages/index.ts";
import { BATCH_RECORDS, type Batch, type Sink, type Source } from "../record/index.ts";
import type { Destination } from "./format.ts";

/** LINKTYPE_USER0, https://www.tcpdump.org/linktypes.html. */
const USER0 = 147;

const SECTION = 0x0a0d0d0a;
const INTERFACE = 1;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;

const OPTION_COMMENT = 1;
const OPTION_APPLICATION = 4;
const OPTION_DESCRIPTION = 3;
const OPTION_RESOLUTION = 9;
const OPTION_OFFSET = 14;

const COMMENT = "Hyper-V intercept messages: each packet is one HV_MESSAGE, 256 bytes (LINKTYPE_USER0)";

const NANOSECONDS = 9;

/** Seconds that one interface counts: 2^33, 272 years, whose nanoseconds fit in 64 bits. */
const WINDOW_SECONDS = 2 ** 33;

/** Bytes of a packet's block besides its data. */
const SIMPLE_BYTES = 16;
const ENHANCED_BYTES = 32;

/** Room for blocks that are no packets. */
const SPARE_BYTES = 4096;

/** Writes pcapng. */
export class PcapngSink implements Sink {
  readonly #destination: Destination;
  #out = new Uint8Array(0);
  #view = new DataView(this.#out.buffer);
  #at = 0;
  #begun = false;
  /** Interface of each window of time: window 0 begins in 1970. */
  readonly #interfaces = new Map<number, number>();
  /** The half words of a time stamp. */
  readonly #stamp = new Uint32Array(2);

  constructor(destination: Destination) {
    this.#destination = destination;
    this.#makeRoom(BATCH_RECORDS);
  }

  /** Throws an HvmsgError for bare headers: whoever reads a packet takes it for a message. */
  begin({ name, framing }: Source): void {
    if (framing === "header")
      throw new HvmsgError(
        "output",
        `${name}: holds bare headers, and a packet of pcapng is a whole message`,
        "-f raw keeps them as they are",
      );
  }

  write(batch: Batch): void | Promise<void> {
    this.#makeRoom(batch.pickedCount);
    this.#head();
    for (let place = 0; place < batch.pickedCount; place++)
      this.#packet(batch, batch.picked[place] as number);
    return this.#hand();
  }

  flush(): void {}

  end(): void | Promise<void> {
    this.#head();
    return this.#hand();
  }

  #makeRoom(packets: number): void {
    const needed = packets * (ENHANCED_BYTES + MESSAGE_BYTES) + SPARE_BYTES;
    if (needed <= this.#out.length) return;
    this.#out = new Uint8Array(needed);
    this.#view = new DataView(this.#out.buffer);
  }

  #hand(): void | Promise<void> {
    const length = this.#at;
    this.#at = 0;
    if (length > 0) return this.#destination.write(this.#out.subarray(0, length));
  }

  #head(): void {
    if (this.#begun) return;
    this.#begun = true;
    const fixed = Buffer.alloc(16);
    fixed.writeUInt32LE(0x1a2b3c4d, 0); // byte order magic
    fixed.writeUInt16LE(1, 4); // version 1.0
    fixed.fill(0xff, 8); // length of the section: not told
    this.#block(SECTION, [fixed, ...options([OPTION_COMMENT, COMMENT], [OPTION_APPLICATION, "hvmsg"])]);
    this.#interfaceOf(0);
  }

  /** Number of the interface that counts the times of a window; describes it where it is new. */
  #interfaceOf(window: number): number {
    let number = this.#interfaces.get(window);
    if (number !== undefined) return number;
    number = this.#interfaces.size;
    this.#interfaces.set(window, number);
    const fixed = Buffer.alloc(8);
    fixed.writeUInt16LE(USER0, 0);
    fixed.writeUInt32LE(MESSAGE_BYTES, 4);
    const offset = Buffer.alloc(8);
    offset.writeBigInt64LE(BigInt(window) * BigInt(WINDOW_SECONDS));
    const clock: Option[] = [[OPTION_RESOLUTION, Uint8Array.of(NANOSECONDS)]];
    if (window !== 0) clock.push([OPTION_OFFSET, offset]);
    this.#block(INTERFACE, [fixed, ...options([OPTION_DESCRIPTION, "Hyper-V intercepts"], ...clock)]);
    return number;
  }

  #block(type: number, parts: readonly Uint8Array[]): void {
    const body = Buffer.concat(parts);
    const end = this.#at + 12 + body.length;
    this.#view.setUint32(this.#at, type, true);
    this.#view.setUint32(this.#at + 4, 12 + body.length, true);
    this.#out.set(body, this.#at + 8);
    this.#view.setUint32(end - 4, 12 + body.length, true);
    this.#at = end;
  }

  #packet(batch: Batch, record: number): void {
    const view = this.#view;
    const seconds = batch.timeSeconds[record] as number;
    const timed = !Number.isNaN(seconds);
    const from = record * MESSAGE_BYTES;
    // Of a message that was cut short, what there is.
    const length = batch.available[record] as number;
    const padded = (length + 3) & ~3;
    const whole = padded + (timed ? ENHANCED_BYTES : SIMPLE_BYTES);
    const number = timed ? this.#interfaceOf(Math.floor(seconds / WINDOW_SECONDS)) : 0;
    const at = this.#at;
    view.setUint32(at, timed ? ENHANCED_PACKET : SIMPLE_PACKET, true);
    view.setUint32(at + 4, whole, true);
    if (timed) {
      const inWindow = seconds - Math.floor(seconds / WINDOW_SECONDS) * WINDOW_SECONDS;
      setProduct(this.#stamp, 0, inWindow, 1e9, batch.timeNanoseconds[record] as number);
      view.setUint32(at + 8, number, true);
      view.setUint32(at + 12, this.#stamp[1] as number, true);
      view.setUint32(at + 16, this.#stamp[0] as number, true);
      view.setUint32(at + 20, length, true);
      view.setUint32(at + 24, MESSAGE_BYTES, true);
    } else view.setUint32(at + 8, length, true);
    const dataAt = at + (timed ? 28 : 12);
    this.#out.set(batch.bytes.subarray(from, from + length), dataAt);
    this.#out.fill(0, dataAt + length, dataAt + padded);
    view.setUint32(at + whole - 4, whole, true);
    this.#at = at + whole;
  }
}

type Option = readonly [code: number, value: string | Uint8Array];

/** Options, and what ends them: code, length, value, filled up to four bytes. */
function options(...list: Option[]): Uint8Array[] {
  const written = list.map(([code, value]) => {
    const bytes = Buffer.from(value as Uint8Array);
    const option = Buffer.alloc(4 + ((bytes.length + 3) & ~3));
    option.writeUInt16LE(code, 0);
    option.writeUInt16LE(bytes.length, 2);
    option.set(bytes, 4);
    return option;
  });
  return [...written, Buffer.alloc(4)];
}
