const MESSAGE_BYTES = 256;
const BLOCK_BYTES = MESSAGE_BYTES + 32;
const FIRST_NS = 1767323045_000000000n;

/** A pcapng with nanosecond times, a message a packet, a microsecond apart. */
export function toPcapng(capture: Buffer): Buffer {
  const count = capture.length / MESSAGE_BYTES;
  const head = Buffer.from(
    "0a0d0d0a1c0000004d3c2b1a01000000ffffffffffffffff1c000000" +
      "0100000020000000930000000000000009000100090000000000000020000000",
    "hex",
  );
  const blocks = Buffer.alloc(count * BLOCK_BYTES);
  for (let message = 0; message < count; message++) {
    const at = message * BLOCK_BYTES;
    const time = FIRST_NS + BigInt(message) * 1000n;
    const words = [
      6,
      BLOCK_BYTES,
      0,
      Number(time >> 32n),
      Number(time & 0xffffffffn),
      MESSAGE_BYTES,
      MESSAGE_BYTES,
    ];
    for (const [place, word] of words.entries()) blocks.writeUInt32LE(word, at + place * 4);
    capture.copy(blocks, at + 28, message * MESSAGE_BYTES, (message + 1) * MESSAGE_BYTES);
    blocks.writeUInt32LE(BLOCK_BYTES, at + BLOCK_BYTES - 4);
  }
  return Buffer.concat([head, blocks]);
}
