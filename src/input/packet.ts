/** What pcap and pcapng share: a message or a bare header a packet, in the link types that are free for users. */
import { hex, plural } from "../base/text.ts";
import type { Framing } from "../record/index.ts";
import { messageBytes } from "./framing.ts";
import { isBareHeader } from "./looks-like.ts";
import type { MessageOut } from "./message-source.ts";

/** Bytes of a message at most and at least. */
export const LONGEST_MESSAGE = 256;
const SHORTEST_MESSAGE = 16;
/** Bytes of a bare header. */
const HEADER_BYTES = 40;

/** LINKTYPE_USER0 to LINKTYPE_USER15, https://www.tcpdump.org/linktypes.html. */
export function isUserLink(linkType: number): boolean {
  return linkType >= 147 && linkType <= 162;
}

/** The note about packets of other link types. */
export function passedPacketsNote(count: number): string {
  const were = count === 1 ? "is" : "are";
  return `${plural(count, "packet")} ${were} passed over: of another link type than USER0 to USER15 (147 to 162), which hold messages`;
}

/** A packet, and how much of it there is. */
export interface Packet {
  /** Counted from 1, as Wireshark does. */
  number: number;
  /** Where it begins in the input, with the header before its data. */
  offset: number;
  /** Its data, as far as a message goes, are at bytes[start..]. */
  bytes: Uint8Array;
  start: number;
  dataOffset: number;
  /** Bytes of data that the file says it has, that there are (fewer at the end of a cut input), that there were on capture. */
  captured: number;
  there: number;
  original: number;
  /** Seconds since 1970 (NaN: no time) and nanoseconds. */
  seconds: number;
  nanoseconds: number;
}

/** The packets of one input. */
export class Packets {
  /** Those that have come, which number them. */
  count = 0;
  #passedOver = 0;
  /** Whether they hold messages or bare headers; the first that is handed out tells, as it tells the source. */
  #framing: Framing | undefined;

  /** Takes a packet of another link type. */
  passOver(): void {
    this.#passedOver++;
  }

  /** Hands out what a packet holds and reports what is wrong with it. */
  add(packet: Packet, out: MessageOut): void {
    const { bytes, start, dataOffset, there, seconds, nanoseconds } = packet;
    const bare = there === HEADER_BYTES && isBareHeader(bytes, start);
    if (there >= SHORTEST_MESSAGE) this.#framing ??= bare ? "header" : "message";
    const other = bare !== (this.#framing === "header") ? otherFraming(packet, this.#framing) : undefined;
    const trouble = other ?? packetTrouble(packet, this.#framing);
    if (trouble !== undefined)
      out.trouble(`packet ${packet.number} ${trouble} (offset ${hex(packet.offset)})`);
    if (there < SHORTEST_MESSAGE || other !== undefined) return;
    const length = Math.min(there, LONGEST_MESSAGE);
    out.message(bytes, start, length, dataOffset, seconds, nanoseconds, trouble !== undefined);
  }

  /** Tells what was passed over: where that is every packet, nobody wanted it. */
  end(out: MessageOut): void {
    if (this.#passedOver === 0) return;
    if (this.#passedOver < this.count) return out.passedOver(this.#passedOver);
    out.trouble(
      `${plural(this.count, "packet")}, none of link type USER0 to USER15 (147 to 162), which hold messages - editcap -T user0 sets it`,
    );
  }
}

/** Why a packet cannot be read among those of a framing; undefined: it can. */
function otherFraming({ captured, original }: Packet, framing: Framing | undefined): string | undefined {
  if (framing === "message") return "is a bare header among whole messages, and left out";
  // What is left of a header that was cut cannot be told from other bytes.
  if (framing === "header" && captured >= HEADER_BYTES && original > HEADER_BYTES)
    return `has ${captured} bytes, where the first is a bare header of ${HEADER_BYTES}: it is left out`;
  return undefined;
}

function packetTrouble(packet: Packet, framing: Framing | undefined): string | undefined {
  const { bytes, start, captured, there, original } = packet;
  if (there < captured) return `is cut short: ${there} of ${captured} bytes`;
  if (captured > original) return `has ${captured} bytes, and says that it had ${original}`;
  const enough = captured >= SHORTEST_MESSAGE;
  const needed = framing === "header" ? HEADER_BYTES : enough ? messageBytes(bytes, start) : SHORTEST_MESSAGE;
  if (captured < needed && captured < original) return `was cut on capture: ${captured} of ${original} bytes`;
  if (!enough) return `holds no message: ${captured} of at least ${SHORTEST_MESSAGE} bytes`;
  if (original > LONGEST_MESSAGE)
    return `is longer than a message: ${original} bytes, of which the first ${LONGEST_MESSAGE} are read`;
  return captured < needed ? `is shorter than its ${framing}: ${captured} of ${needed} bytes` : undefined;
}
