/** The first messages of a capture, in the containers in which captures come. */

const MESSAGE_BYTES = 256;
const MESSAGES = 6;

/** File name -> bytes, from the 256-byte messages of a capture. */
export function containerSamples(capture: Uint8Array): Map<string, Uint8Array> {
  const messages = Array.from({ length: MESSAGES }, (_, place) =>
    capture.subarray(place * MESSAGE_BYTES, (place + 1) * MESSAGE_BYTES),
  );
  return new Map([
    ["capture.pcapng", pcapng(messages)],
    ["hcl-run.bin", hclRun(messages)],
  ]);
}

/** 2026-01-02T03:04:05Z, and what lies between two messages. */
const FIRST_NS = 1767323045_000000000n;
const STEP_NS = 12_345n;

/** LINKTYPE_USER0, and nanoseconds as if_tsresol has them. */
const USER0 = 147;
const NANOSECONDS = 9;

function pcapng(messages: readonly Uint8Array[]): Uint8Array {
  const section = [u32(0x1a2b3c4d), u16(1), u16(0), u64(0xffffffffffffffffn)];
  const resolution = [u16(9), u16(1), Uint8Array.of(NANOSECONDS, 0, 0, 0), u16(0), u16(0)];
  const network = [u16(USER0), u16(0), u32(0), ...resolution];
  const packets = messages.map((message, place) => {
    const time = FIRST_NS + BigInt(place) * STEP_NS;
    const high = u32(Number(time >> 32n));
    const low = u32(Number(time & 0xffffffffn));
    return block(6, [u32(0), high, low, u32(message.length), u32(message.length), message]);
  });
  return Buffer.concat([block(0x0a0d0d0a, section), block(1, network), ...packets]);
}

function block(type: number, parts: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat(parts);
  return Buffer.concat([u32(type), u32(body.length + 12), body, u32(body.length + 12)]);
}

/** OpenHCL's hcl_run pages: the message stands at 0x10. */
function hclRun(messages: readonly Uint8Array[]): Uint8Array {
  const PAGE_BYTES = 4096;
  const pages = new Uint8Array(messages.length * PAGE_BYTES);
  for (const [place, message] of messages.entries()) pages.set(message, place * PAGE_BYTES + 0x10);
  return pages;
}

function u16(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, value >> 8);
}

function u32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: bigint): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}
