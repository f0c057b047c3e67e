import type { Container } from "./container.ts";
import { findMessages, isHeader, isKnownMessage, isMessage, readU32 } from "./looks-like.ts";
import { MessageSource } from "./message-source.ts";
import { isPcap, PcapParser } from "./pcap.ts";
import { isPcapng, PcapngParser } from "./pcapng.ts";
import { type Framed, RecordSource } from "./records.ts";
import { recogniseJsonLines, recogniseText } from "./text-head.ts";

/** Bytes at the start of the input from which it is recognised: 256 messages. */
export const HEAD_BYTES = 64 * 1024;

const PAGE_BYTES = 4096;

/** Every container, a row each, in the order of the help. In what is recognised, no two overlap. */
export const CONTAINERS: readonly Container[] = [
  fixed("message", "256-byte messages, one after another", framed(256, 0), isMessages),
  fixed("header", "40-byte intercept headers, one after another", framed(40, 0, "header"), isHeaders),
  fixed(
    "intercept-page",
    "4096-byte pages, a message at the start of each",
    framed(PAGE_BYTES, 0),
    (head) =>
      // Pages with nothing behind the message are read the same as 256-byte messages.
      isRecords(head, framed(PAGE_BYTES, 0)) && !isMessages(head),
  ),
  fixed(
    "sim-page",
    "SynIC message pages: 16 slots of 256 bytes, many of them empty",
    { ...framed(PAGE_BYTES, 0), slots: 16 },
    // Read the same as 256-byte messages, as which it is recognised.
    () => false,
  ),
  fixed("hcl-run", "hcl_run pages of OpenHCL: 4096 bytes, a message at 0x10", framed(PAGE_BYTES, 0x10)),
  fixed("vp-assist", "VP assist pages: 4096 bytes, a message at 0x70 where the entry reason is 3", {
    ...framed(PAGE_BYTES, 0x70),
    // HvVtlEntryIntercept: the page was entered with a message.
    holds: { offset: 8, value: 3, what: "VP assist page" },
  }),
  fixed(
    "sidecar",
    "sidecar command pages of OpenHCL: 4096 bytes, a message at 0x410",
    framed(PAGE_BYTES, 0x410),
  ),
  fixed("vid", "message slots of the Windows VID: 288 bytes, a message at 0x20", framed(288, 0x20)),
  {
    name: "pcap",
    about: "a message a packet, of the link types USER0 to USER15 (147 to 162)",
    recognise: isPcap,
    open: (name, reader, reporter) => new MessageSource(name, reader, new PcapParser(), "first", reporter),
  },
  {
    name: "pcapng",
    about: "a message a packet, as in pcap, of any sections and interfaces",
    recognise: isPcapng,
    open: (name, reader, reporter) => new MessageSource(name, reader, new PcapngParser(), "first", reporter),
  },
  {
    name: "jsonl",
    about: "JSON records of hvmsg itself, one after another or in an array",
    recognise: recogniseJsonLines,
    open: async (name, reader, reporter) =>
      (await import("./json-lines.ts")).openJsonLines(name, reader, reporter),
  },
  {
    name: "text",
    about: "hex dumps and lists of bytes, of tools, logs, debuggers and source code",
    recognise: recogniseText,
    open: async (name, reader, reporter) => {
      const { textParser } = await import("./text.ts");
      return new MessageSource(name, reader, textParser(), "first", reporter);
    },
  },
];

/** A container of records of one size; it is recognised by the messages at their place, unless told otherwise. */
function fixed(
  name: string,
  about: string,
  records: Framed,
  recognise: Container["recognise"] = (head) => isRecords(head, records),
): Container {
  const open: Container["open"] = (input, reader, reporter) =>
    new RecordSource(input, reader, records, reporter);
  return { name, about, recognise, open };
}

function framed(recordSize: number, messageOffset: number, framing: Framed["framing"] = "message"): Framed {
  return { framing, recordSize, messageOffset };
}

/** What `isMessages` said last: two containers ask it, and it looks at every fourth byte. */
let looked: { head: Uint8Array; found: boolean } | undefined;

function isMessages(head: Uint8Array): boolean {
  if (looked?.head !== head) looked = { head, found: looksLikeMessages(head) };
  return looked.found;
}

/** Most of the records begin as a message may, and most of the messages that there are, if any, stand there. */
function looksLikeMessages(head: Uint8Array): boolean {
  if (shareOf(head, 256, 24, isMessage) < 0.5) return false;
  const found = findMessages(head);
  if (found.length === 0) return !isHeaders(head);
  return found.filter((at) => at % 256 === 0).length >= found.length / 2;
}

function isHeaders(head: Uint8Array): boolean {
  return shareOf(head, 40, 40, isHeader) >= 0.75;
}

/** Three of four records have a message or an empty slot at its place, one of four a message. */
function isRecords(head: Uint8Array, { recordSize, messageOffset, holds }: Framed): boolean {
  let records = 0;
  let messages = 0;
  let empty = 0;
  for (let at = 0; at + messageOffset + 16 <= head.length; at += recordSize) {
    if (holds && readU32(head, at + holds.offset) !== holds.value) continue;
    records++;
    if (isKnownMessage(head, at + messageOffset)) messages++;
    else if (readU32(head, at + messageOffset) === 0) empty++;
  }
  return messages > 0 && messages >= records / 4 && messages + empty >= (records * 3) / 4;
}

/** The share of the whole records that pass a test; where there is none, the cut one counts if it has `least` bytes. */
function shareOf(
  head: Uint8Array,
  size: number,
  least: number,
  test: (bytes: Uint8Array, at: number) => boolean,
): number {
  const records = Math.floor(head.length / size);
  if (records === 0) return head.length >= least && test(head, 0) ? 1 : 0;
  let passed = 0;
  for (let record = 0; record < records; record++) if (test(head, record * size)) passed++;
  return passed / records;
}
