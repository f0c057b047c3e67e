/**
 * Compressed inputs, read through: gzip, and zstd where the running Node has it. Others are named, with the
 * command that unpacks them. node:zlib is loaded only when it is needed.
 */
import { HvmsgError } from "../base/errors.ts";
import type { ByteReader } from "./bytes.ts";
import { CHUNK_BYTES, type Decompressor, Unpacker, type Unpacking } from "./unpacker.ts";

/** Bytes from which a compression is told. */
export const MAGIC_BYTES = 6;

/** A compression: a row of COMPRESSIONS. */
interface Compression {
  name: string;
  isIt(head: Uint8Array): boolean;
  /** What unpacks it to a pipe. */
  command: string;
  /** The function of node:zlib that makes its decompressor; not every Node has each. */
  zlib?: "createGunzip" | "createZstdDecompress";
  probe?: NonNullable<Unpacking["probe"]>;
}

/** A frame of one raw block: magic, one byte of content size, the block's size and that it is the last (RFC 8878). */
const ZSTD_PROBE = Buffer.from("hvmsg");
const ZSTD_PROBE_FRAME = Buffer.concat([
  Buffer.of(0x28, 0xb5, 0x2f, 0xfd, 0x20, ZSTD_PROBE.length, (ZSTD_PROBE.length << 3) | 1, 0, 0),
  ZSTD_PROBE,
]);

const COMPRESSIONS: readonly Compression[] = [
  {
    name: "gzip",
    // Deflate, and none of the flags that are reserved (RFC 1952).
    isIt: (head) => begins(head, 0x1f, 0x8b, 8) && (head[3] ?? 0) < 0x20,
    command: "gzip -dc",
    zlib: "createGunzip",
  },
  {
    name: "zstd",
    // A frame, or a frame to be skipped, with which pzstd begins (RFC 8878).
    isIt: (head) =>
      begins(head, 0x28, 0xb5, 0x2f, 0xfd) ||
      ((head[0] ?? 0) >> 4 === 5 && begins(head.subarray(1), 0x2a, 0x4d, 0x18)),
    command: "zstd -dc",
    zlib: "createZstdDecompress",
    probe: { packed: ZSTD_PROBE_FRAME, unpacked: ZSTD_PROBE },
  },
  {
    name: "bzip2",
    isIt: (head) => begins(head, 0x42, 0x5a, 0x68) && /[1-9]/.test(String.fromCharCode(head[3] ?? 0)),
    command: "bzip2 -dc",
  },
  { name: "xz", isIt: (head) => begins(head, 0xfd, 0x37, 0x7a, 0x58, 0x5a, 0), command: "xz -dc" },
];

/**
 * The bytes of an input, unpacked where `head` (its first `MAGIC_BYTES`, which the reader gives too) says that it
 * is compressed. Damage is told to `trouble` after what could be read. Throws an HvmsgError for a compression that
 * cannot be read here.
 */
export async function unpacked(
  head: Uint8Array,
  reader: ByteReader,
  trouble: (what: string) => void,
): Promise<{ reader: ByteReader; compression?: string }> {
  const found = COMPRESSIONS.find((compression) => compression.isIt(head));
  if (!found) return { reader };
  const make = found.zlib && (await makerOf(found.zlib));
  if (!make) {
    const why = found.zlib ? `, which Node ${process.version} cannot read` : "";
    throw new HvmsgError(
      "input",
      `is compressed with ${found.name}${why}`,
      `unpack it into a pipe: ${found.command} FILE | hvmsg ...`,
    );
  }
  const { name, isIt, probe } = found;
  const open = () => make({ chunkSize: CHUNK_BYTES });
  const unpacking = { name, isIt, open, ...(probe ? { probe } : {}) };
  return { reader: new Unpacker(unpacking, reader, trouble), compression: found.name };
}

function begins(head: Uint8Array, ...magic: number[]): boolean {
  return magic.every((byte, place) => head[place] === byte);
}

async function makerOf(name: string): Promise<((options: object) => Decompressor) | undefined> {
  const zlib = (await import("node:zlib")) as unknown as Record<string, unknown>;
  return zlib[name] as ((options: object) => Decompressor) | undefined;
}
