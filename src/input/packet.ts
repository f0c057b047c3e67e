/** What pcap and pcapng share: a message a packet, in the link types that are free for users. */
import { hex, plural } from "../base/text.ts";
import { messageBytes } from "./framing.ts";
import type { MessageOut } from "./message-source.ts";

/** Bytes of a message at most and at least. */
export const LONGEST_MESSAGE = 256;
const SHORTEST_MESSAGE = 16;

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

/** Hands out the message of a packet and reports what is wrong with it. */
export function addPacket(packet: Packet, out: MessageOut): void {
  const { bytes, start, dataOffset, there, seconds, nanoseconds } = packet;
  const trouble = packetTrouble(packet);
  if (trouble !== undefined) out.trouble(`packet ${packet.number} ${trouble} (offset ${hex(packet.offset)})`);
  if (there < SHORTEST_MESSAGE) return;
  const length = Math.min(there, LONGEST_MESSAGE);
  out.message(bytes, start, length, dataOffset, seconds, nanoseconds, trouble !== undefined);
}

function packetTrouble({ bytes, start, captured, there, original }: Packet): string | undefined {
  if (there < captured) return `is cut short: ${there} of ${captured} bytes`;
  if (captured < original) return `was cut on capture: ${captured} of ${original} bytes`;
  if (captured > original) return `has ${captured} bytes, and says that it had ${original}`;
  if (captured < SHORTEST_MESSAGE)
    return `holds no message: ${captured} of at least ${SHORTEST_MESSAGE} bytes`;
  if (captured > LONGEST_MESSAGE)
    return `is longer than a message: ${captured} bytes, of which the first ${LONGEST_MESSAGE} are read`;
  const needed = messageBytes(bytes, start);
  return captured < needed ? `is shorter than its message: ${captured} of ${needed} bytes` : undefined;
}
