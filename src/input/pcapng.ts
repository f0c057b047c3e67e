/**
 * pcapng: blocks behind their type and length, with the length again at the end (draft-ietf-opsawg-pcapng). A
 * section header says the byte order of what follows; interfaces say link type and clock of their packets.
 */
import { hex, plural } from "../base/text.ts";
import type { MessageOut, MessageParser } from "./message-source.ts";
import { isUserLink, LONGEST_MESSAGE, Packets, passedPacketsNote } from "./packet.ts";
import { Clock } from "./pcapng-clock.ts";
import { Window } from "./window.ts";

const SECTION = 0x0a0d0d0a;
const INTERFACE = 1;
const OLD_PACKET = 2;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

/** Fewest bytes of each block that is read, and of any other: type, length, length. */
const LEAST_BLOCK_BYTES = new Map([
  [SECTION, 28],
  [INTERFACE, 20],
  [OLD_PACKET, 32],
  [SIMPLE_PACKET, 16],
  [ENHANCED_PACKET, 32],
]);
const LEAST_OTHER_BYTES = 12;

/** Bytes of a section header that are looked at, with those before them. */
const SECTION_BYTES = 16;

/** Bytes of an interface description before its options. */
const INTERFACE_BYTES = 16;
/** Bytes of an interface description past which its length is damaged: it is read as a whole. */
const MAX_INTERFACE_BYTES = 1 << 20;

/** Where the data of a packet begin in its block. */
const DATA_AT = new Map([
  [OLD_PACKET, 28],
  [SIMPLE_PACKET, 12],
  [ENHANCED_PACKET, 28],
]);

/**
 * Blocks that hold no packets: names, statistics, journal entries, secrets, events, what is custom (0xbad), and processes
 * (Apple's).
 */
const OTHER_BLOCKS = new Set([4, 5, 9, 10, 11, 0xbad, 0x40000bad, 0x80000001]);

const OPTION_END = 0;
const OPTION_RESOLUTION = 9;
const OPTION_OFFSET = 14;
const OPTION_SIZES = new Map([
  [OPTION_RESOLUTION, 1],
  [OPTION_OFFSET, 8],
]);

interface Interface {
  linkType: number;
  /** Bytes of a packet that are kept; 0: all. */
  snapLength: number;
  clock: Clock;
}

/** Whether a file begins with the section header of a pcapng. */
export function isPcapng(head: Uint8Array): boolean {
  return (
    head.length >= 12 &&
    new DataView(head.buffer, head.byteOffset).getUint32(0) === SECTION &&
    orderOf(head) !== undefined
  );
}

/** Reads one pcapng. */
export class PcapngParser implements MessageParser {
  readonly #window = new Window();
  #little = true;
  #begun = false;
  #stopped = false;
  #interfaces: Interface[] = [];
  readonly #packets = new Packets();
  #unknownBlocks = 0;
  /** The block that is being left: its length, which stands at its end again, and its offset; 0: none. */
  #open = 0;
  #openOffset = 0;

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
    const blocks = this.#unknownBlocks;
    const packets = count - blocks;
    return [
      ...(packets > 0 ? [passedPacketsNote(packets)] : []),
      ...(blocks > 0
        ? [`${plural(blocks, "block")} of unknown type ${blocks === 1 ? "is" : "are"} passed over`]
        : []),
    ].join("; ");
  }

  #end(out: MessageOut): void {
    const { have, owed, offset } = this.#window;
    if (this.#open > 0) {
      const missing = owed + 4 - have;
      out.trouble(
        `the input ends ${plural(missing, "byte")} before the end of the block at offset ${hex(this.#openOffset)}`,
      );
    } else if (have > 0) {
      out.trouble(`the last block is cut short: ${plural(have, "byte")} (offset ${hex(offset)})`);
      this.#lastPacket(out);
    }
  }

  /** Takes one more thing off the window; false where more bytes are needed. */
  #step(out: MessageOut): boolean {
    const window = this.#window;
    if (window.owed > 0) return false;
    if (this.#open > 0) return window.have >= 4 && this.#leaveBlock(out);
    if (window.have < LEAST_OTHER_BYTES) return false;
    const type = this.#u32(0);
    if (type === SECTION && !this.#orderSection(out)) return false;
    if (!this.#begun) return this.#stop("begins with no section header of pcapng", out);
    const length = this.#u32(4);
    if (isDamaged(type, length))
      return this.#stop(`a block says that it has ${length} bytes, which cannot be`, out);
    if (window.have < this.#neededBytes(type, length)) return false;
    this.#readBlock(type, length, out);
    if (this.#stopped) return false;
    this.#open = length;
    this.#openOffset = window.offset;
    return window.skip(length - 4);
  }

  /** Compares the length at a block's end with the one at its beginning. */
  #leaveBlock(out: MessageOut): boolean {
    const again = this.#u32(0);
    if (again !== this.#open)
      return this.#stop(
        `the block at offset ${hex(this.#openOffset)} says ${this.#open} bytes at its beginning and ${again} at its end`,
        out,
      );
    this.#open = 0;
    return this.#window.skip(4);
  }

  #orderSection(out: MessageOut): boolean {
    const { bytes, at } = this.#window;
    const order = orderOf(bytes.subarray(at));
    if (order === undefined) return this.#stop("a section header has no byte order magic", out);
    this.#little = order === "little";
    this.#begun = true;
    return true;
  }

  /** Bytes of a block that have to be there before it is read. */
  #neededBytes(type: number, length: number): number {
    switch (type) {
      case SECTION:
        return SECTION_BYTES;
      case INTERFACE:
        return length;
      default: {
        const dataAt = DATA_AT.get(type);
        return dataAt === undefined ? LEAST_OTHER_BYTES : Math.min(length - 4, dataAt + LONGEST_MESSAGE);
      }
    }
  }

  #readBlock(type: number, length: number, out: MessageOut): void {
    switch (type) {
      case SECTION:
        this.#interfaces = [];
        if (this.#u16(12) !== 1)
          this.#stop(`a section is of pcapng version ${this.#u16(12)}.${this.#u16(14)}, not 1`, out);
        break;
      case INTERFACE:
        this.#interfaces.push(this.#readInterface(length, out));
        break;
      default:
        if (DATA_AT.has(type)) {
          this.#packets.count++;
          this.#readPacket(type, length, length - 4, out);
        } else if (!OTHER_BLOCKS.has(type)) {
          this.#unknownBlocks++;
          out.passedOver(1);
        }
    }
  }

  #readInterface(length: number, out: MessageOut): Interface {
    let resolution: number | undefined;
    let offset: bigint | undefined;
    let at = INTERFACE_BYTES;
    for (const end = length - 4; at + 4 <= end && this.#u16(at) !== OPTION_END; ) {
      const code = this.#u16(at);
      const size = this.#u16(at + 2);
      const place = this.#window.at + at + 4;
      const right = at + 4 + size <= end && (OPTION_SIZES.get(code) ?? size) === size;
      if (!right) {
        const where = `offset ${hex(this.#window.offset + at)}`;
        out.trouble(`interface ${this.#interfaces.length} has an option ${code} of ${size} bytes (${where})`);
        break;
      }
      if (code === OPTION_RESOLUTION) resolution = this.#window.bytes[place];
      if (code === OPTION_OFFSET) offset = this.#window.view.getBigInt64(place, this.#little);
      at += 4 + padded(size);
    }
    return { linkType: this.#u16(8), snapLength: this.#u32(12), clock: new Clock(resolution, offset) };
  }

  /** Hands out the packet of a block of which the first `there` bytes have come, its last length apart. */
  #readPacket(type: number, length: number, there: number, out: MessageOut): void {
    const { offset, bytes, at } = this.#window;
    const number = this.#packets.count;
    const simple = type === SIMPLE_PACKET;
    const id = simple ? 0 : type === OLD_PACKET ? this.#u16(8) : this.#u32(8);
    const from = this.#interfaces[id];
    if (!from)
      return out.trouble(
        `packet ${number} is of interface ${id}, which is not described (offset ${hex(offset)})`,
      );
    if (!isUserLink(from.linkType)) return this.#packets.passOver();
    const dataAt = DATA_AT.get(type) as number;
    const original = this.#u32(simple ? 8 : 24);
    const room = length - 4 - dataAt;
    const captured = simple ? simpleBytes(original, from.snapLength, room) : this.#u32(20);
    if (!simple) from.clock.read(this.#u32(12), this.#u32(16));
    this.#packets.add(
      {
        number,
        offset,
        bytes,
        start: at + dataAt,
        dataOffset: offset + dataAt,
        captured,
        there: Math.min(captured, there - dataAt),
        original,
        seconds: simple ? Number.NaN : from.clock.seconds,
        nanoseconds: simple ? 0 : from.clock.nanoseconds,
      },
      out,
    );
  }

  /** Hands out what there is of a packet whose block is cut short. */
  #lastPacket(out: MessageOut): void {
    const { have } = this.#window;
    const dataAt = have < LEAST_OTHER_BYTES ? undefined : DATA_AT.get(this.#u32(0));
    if (!this.#begun || dataAt === undefined || have < dataAt) return;
    this.#packets.count++;
    this.#readPacket(this.#u32(0), this.#u32(4), have, out);
  }

  /** Reports what makes the rest unreadable, at the window's place; always false. */
  #stop(what: string, out: MessageOut): false {
    out.trouble(`${what} (offset ${hex(this.#window.offset)}); nothing after it can be read`);
    this.#stopped = true;
    return false;
  }

  #u16(at: number): number {
    return this.#window.view.getUint16(this.#window.at + at, this.#little);
  }

  #u32(at: number): number {
    return this.#window.view.getUint32(this.#window.at + at, this.#little);
  }
}

function isDamaged(type: number, length: number): boolean {
  const least = LEAST_BLOCK_BYTES.get(type) ?? LEAST_OTHER_BYTES;
  return length < least || length % 4 !== 0 || (type === INTERFACE && length > MAX_INTERFACE_BYTES);
}

/** A simple packet does not say how many of its bytes were kept. */
function simpleBytes(original: number, snapLength: number, room: number): number {
  const kept = snapLength === 0 ? original : Math.min(original, snapLength);
  return kept <= room ? kept : room;
}

function padded(size: number): number {
  return (size + 3) & ~3;
}

function orderOf(block: Uint8Array): "little" | "big" | undefined {
  const view = new DataView(block.buffer, block.byteOffset, 12);
  if (view.getUint32(8, true) === BYTE_ORDER_MAGIC) return "little";
  return view.getUint32(8, false) === BYTE_ORDER_MAGIC ? "big" : undefined;
}
