/**
 * pcap: a file header of 24 bytes, then packets, each behind a header of 16 (draft-ietf-opsawg-pcap). There is no
 * way to find the next packet where a length is damaged.
 */
import { hex, plural } from "../base/text.ts";
import type { MessageOut, MessageParser } from "./message-source.ts";
import { isUserLink, LONGEST_MESSAGE, Packets, passedPacketsNote } from "./packet.ts";
import { Window } from "./window.ts";

const FILE_HEADER_BYTES = 24;
const PACKET_HEADER_BYTES = 16;

/** Magic numbers, as read in the order of the file: parts of a second in its times. */
const PARTS_BY_MAGIC = new Map([
  [0xa1b2c3d4, 1e6],
  [0xa1b23c4d, 1e9],
]);

/** Bytes of a packet, whatever the file promises, past which its length is damaged: libpcap's own limit. */
const MAX_PACKET_BYTES = 262144;

/** Whether a file begins with the magic number of a pcap, in either byte order. */
export function isPcap(head: Uint8Array): boolean {
  return head.length >= 4 && orderOf(head) !== undefined;
}

/** Reads one pcap. */
export class PcapParser implements MessageParser {
  readonly #window = new Window();
  #little = true;
  #begun = false;
  #stopped = false;
  #parts = 1e6;
  #linkType = 0;
  #maxPacketBytes = MAX_PACKET_BYTES;
  readonly #packets = new Packets();

  feed(bytes: Uint8Array, from: number, to: number, out: MessageOut): void {
    if (this.#stopped) return;
    this.#window.feed(bytes, from, to);
    while (!this.#stopped && this.#step(out));
  }

  end(out: MessageOut): void {
    if (!this.#stopped) this.#end(out);
    this.#packets.end(out);
  }

  passedOverNote(count: number): string {
    return passedPacketsNote(count);
  }

  #end(out: MessageOut): void {
    const { have, owed, offset } = this.#window;
    if (!this.#begun)
      out.trouble(`the file header is cut short: ${have} of ${FILE_HEADER_BYTES} bytes (offset 0x0)`);
    else if (owed > 0)
      out.trouble(
        `the input ends ${plural(owed, "byte")} before the end of packet ${this.#packets.count} (offset ${hex(offset)})`,
      );
    else if (have > 0) this.#lastPacket(out);
  }

  /** Takes one more thing off the window; false where more bytes are needed. */
  #step(out: MessageOut): boolean {
    const window = this.#window;
    if (window.owed > 0) return false;
    if (!this.#begun) return window.have >= FILE_HEADER_BYTES && this.#begin(out);
    if (window.have < PACKET_HEADER_BYTES) return false;
    const length = window.view.getUint32(window.at + 8, this.#little);
    if (length > this.#maxPacketBytes) {
      out.trouble(
        `packet ${this.#packets.count + 1} has a damaged length, ${length} bytes (offset ${hex(window.offset)}); nothing after it can be read`,
      );
      this.#stopped = true;
      return false;
    }
    const needed = isUserLink(this.#linkType) ? Math.min(length, LONGEST_MESSAGE) : 0;
    if (window.have < PACKET_HEADER_BYTES + needed) return false;
    this.#packets.count++;
    this.#packet(length, length, out);
    return window.skip(PACKET_HEADER_BYTES + length);
  }

  #begin(out: MessageOut): boolean {
    const { bytes, at, view } = this.#window;
    this.#little = orderOf(bytes.subarray(at)) !== "big";
    this.#parts = PARTS_BY_MAGIC.get(view.getUint32(at, this.#little)) ?? 1e6;
    const major = view.getUint16(at + 4, this.#little);
    const minor = view.getUint16(at + 6, this.#little);
    if (major !== 2 || minor > 4)
      out.trouble(`is pcap of version ${major}.${minor}, read as version 2.4 (offset 0x4)`);
    // A writer that knows no limit writes 0 or a large number here.
    this.#maxPacketBytes = Math.max(
      MAX_PACKET_BYTES,
      Math.min(view.getUint32(at + 16, this.#little), 1 << 27),
    );
    this.#linkType = view.getUint32(at + 20, this.#little) & 0xffff;
    this.#begun = true;
    return this.#window.skip(FILE_HEADER_BYTES);
  }

  /** Hands out the packet at the window's place, of which `there` bytes have come. */
  #packet(length: number, there: number, out: MessageOut): void {
    const { view, bytes, at, offset } = this.#window;
    if (!isUserLink(this.#linkType)) return this.#packets.passOver();
    const seconds = view.getUint32(at, this.#little);
    const parts = view.getUint32(at + 4, this.#little);
    const whole = Math.floor(parts / this.#parts);
    this.#packets.add(
      {
        number: this.#packets.count,
        offset,
        bytes,
        start: at + PACKET_HEADER_BYTES,
        dataOffset: offset + PACKET_HEADER_BYTES,
        captured: length,
        there,
        original: view.getUint32(at + 12, this.#little),
        seconds: seconds + whole,
        nanoseconds: (parts - whole * this.#parts) * (1e9 / this.#parts),
      },
      out,
    );
  }

  #lastPacket(out: MessageOut): void {
    const { have, offset, view, at } = this.#window;
    this.#packets.count++;
    if (have < PACKET_HEADER_BYTES)
      return out.trouble(
        `the header of packet ${this.#packets.count} is cut short: ${have} of ${PACKET_HEADER_BYTES} bytes (offset ${hex(offset)})`,
      );
    this.#packet(view.getUint32(at + 8, this.#little), have - PACKET_HEADER_BYTES, out);
  }
}

function orderOf(head: Uint8Array): "little" | "big" | undefined {
  const view = new DataView(head.buffer, head.byteOffset, 4);
  if (PARTS_BY_MAGIC.has(view.getUint32(0, true))) return "little";
  return PARTS_BY_MAGIC.has(view.getUint32(0, false)) ? "big" : undefined;
}
