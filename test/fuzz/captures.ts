/** Captures for fuzzing: messages in every container, plain or packed, damaged or not, in pieces. */
import { readFileSync } from "node:fs";
import * as zlib from "node:zlib";
import fc from "fast-check";
import { type OracleRecord, oracleDecode } from "../oracle/decode.ts";
import {
  createRng,
  type Rng,
  randomBelow,
  randomHeader,
  randomMessage,
  randomPick,
} from "../oracle/random.ts";
import {
  interfaceBlock,
  makeBlock,
  makePcap,
  oldPacketBlock,
  packetBlock,
  sectionBlock,
  simpleBlock,
  type TestPacket,
} from "../packet-files.ts";
import { TEXTS } from "../texts.ts";
import { NAMES } from "./names.ts";

export type Abi = "hvhdk" | "hvimapi";

/** A container: how messages are put into it. Where its records have one size, `stride` and `at` say which. */
interface Container {
  /** Options that name it, instead of having it recognised. */
  options: readonly string[];
  stride?: number;
  at?: number;
  isText?: true;
  make(messages: readonly Uint8Array[], rng: Rng, abi: Abi): Uint8Array;
}

const PAGE = 4096;

export const CONTAINERS: Readonly<Record<string, Container>> = {
  message: records("message", 256, 0),
  header: {
    options: ["--input", "header"],
    stride: 40,
    make: (messages, rng, abi) => Buffer.concat(messages.map(() => randomHeader(rng, abi))),
  },
  "intercept-page": records("intercept-page", PAGE, 0),
  "sim-page": {
    options: ["--input", "sim-page"],
    stride: 256,
    make(messages, rng) {
      const slots = messages.flatMap((message) => [
        ...Array(randomBelow(rng, 4)).fill(new Uint8Array(256)),
        message,
      ]);
      while (slots.length % 16 > 0) slots.push(new Uint8Array(256));
      return Buffer.concat(slots);
    },
  },
  "hcl-run": records("hcl-run", PAGE, 0x10),
  "vp-assist": {
    ...records("vp-assist", PAGE, 0x70),
    make(messages, rng) {
      const bytes = Buffer.from(records("vp-assist", PAGE, 0x70).make(messages, rng, "hvhdk"));
      for (let at = 0; at < bytes.length; at += PAGE)
        bytes.writeUInt32LE(randomPick(rng, [3, 3, 3, 1]), at + 8);
      return bytes;
    },
  },
  sidecar: records("sidecar", PAGE, 0x410),
  vid: records("vid", 288, 0x20),
  "records of 384 bytes": {
    ...records(undefined, 384, 100),
    options: ["--record-size", "384", "--message-offset", "100"],
  },
  pcap: {
    options: ["--input", "pcap"],
    make: (messages, rng) =>
      makePcap(
        messages.map((message) => packetOf(message, rng)),
        {
          order: randomPick(rng, ["little", "big"]),
          nanoseconds: randomBelow(rng, 2) === 0,
          linkType: randomPick(rng, [147, 147, 150, 162, 1]),
        },
      ),
  },
  pcapng: { options: ["--input", "pcapng"], make: pcapng },
  jsonl: {
    options: ["--input", "jsonl"],
    make(messages, rng, abi) {
      const found = decodedByOracle(messages, abi);
      for (const record of randomBelow(rng, 3) === 0 ? found : [])
        record.time = new Date(randomPick(rng, [0, 1e12, -1e12, 8e14]) + rng()).toISOString();
      const space = randomPick(rng, [0, 0, 1]);
      const text = randomPick(rng, [
        found.map((record) => `${JSON.stringify(record, null, space)}\n`).join(""),
        JSON.stringify(found, null, space),
      ]);
      return Buffer.from(text);
    },
  },
  text: {
    options: ["--input", "text"],
    isText: true,
    make(messages, rng) {
      const text = randomPick(rng, Object.values(TEXTS))(messages);
      const ended = randomBelow(rng, 6) === 0 ? text.replaceAll("\n", "\r\n") : text;
      return randomBelow(rng, 8) === 0 ? Buffer.from(`\ufeff${ended}`, "utf16le") : Buffer.from(ended);
    },
  },
};

function records(name: string | undefined, stride: number, at: number): Container {
  return {
    options: name === undefined ? [] : ["--input", name],
    stride,
    at,
    make: (messages) =>
      Buffer.concat(
        messages.map((message) => {
          const record = new Uint8Array(stride);
          record.set(message.subarray(0, stride - at), at);
          return record;
        }),
      ),
  };
}

/** The records of messages, without the empty slots. */
export function decodedByOracle(messages: readonly Uint8Array[], abi: Abi): OracleRecord[] {
  return messages.flatMap((bytes, index) => {
    const record = oracleDecode(bytes, { abi, input: "message", index, offset: index * 256, names: NAMES });
    return record === null ? [] : [record];
  });
}

/** A message as a packet: whole, or only as far as its payload reaches, or cut. */
function packetOf(message: Uint8Array, rng: Rng): TestPacket {
  const needed = 16 + Math.min(240, message[4] as number);
  const length = randomPick(rng, [256, 256, 256, needed, needed, randomBelow(rng, 257)]);
  const bytes = message.subarray(0, length);
  return { bytes, time: BigInt(rng()) * BigInt(randomPick(rng, [1, 1000, 1_000_000])) };
}

function pcapng(messages: readonly Uint8Array[], rng: Rng): Uint8Array {
  const order = randomPick(rng, ["little", "big"] as const);
  const begin = () => [
    sectionBlock(order),
    interfaceBlock({
      order,
      linkType: randomPick(rng, [147, 147, 162, 1]),
      ...(randomBelow(rng, 2) === 0 ? { resolution: randomPick(rng, [6, 9, 0x94, 0xff, 30]) } : {}),
      ...(randomBelow(rng, 4) === 0 ? { offset: BigInt(rng()) << BigInt(randomBelow(rng, 32)) } : {}),
    }),
  ];
  const block = (message: Uint8Array) => {
    const packet = packetOf(message, rng);
    return randomPick(rng, [
      () => packetBlock(packet, order, randomPick(rng, [0, 0, 20])),
      () => packetBlock(packet, order),
      () => simpleBlock(packet.bytes, order),
      () => oldPacketBlock(packet, order),
    ])();
  };
  const odd = () => [
    makeBlock(randomPick(rng, [4, 5, 0x777]), [new Uint8Array(randomBelow(rng, 100))], order),
  ];
  const between = () => randomPick(rng, [() => [], () => [], odd, begin])();
  return Buffer.concat([...begin(), ...messages.flatMap((message) => [...between(), block(message)])]);
}

// ----------------------------------------------------------------------------------------------------
// What is done to the bytes

const DAMAGES = ["bit", "cut", "drop", "double", "move", "noise", "number", "insert"] as const;

/** A thing done to bytes: where (a share of their length, or bytes from the start), how far it reaches, with what. */
interface Damage {
  kind: (typeof DAMAGES)[number];
  where: number;
  length: number;
  seed: number;
}

/** Numbers that lengths, counts and codes do badly with. */
const NUMBERS = [0, 1, 15, 255, 256, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff];

/** Bytes that mean something to a reader of text, a terminal, JSON or a packet file. */
const PIECES = [
  "\n",
  "\r\n",
  "\0",
  "\x1b]0;title\x07",
  "\x1b[2J",
  "*\n",
  "0x",
  "{",
  "}",
  "[",
  "]",
  '"',
  "\\",
  "\\u0000",
  ",",
  "\ufeff",
  "\u202e",
  "\x9b31m",
  "00000000: ",
  "ffffffffffffffff: ",
  "\\x",
  "[12.3] ",
  "\n\n\n",
  "/*",
  "//",
  "'",
  "999999999999999999999999",
  "-1",
  "1e999",
  "\xff\xfe",
  "\x0a\x0d\x0d\x0a",
  "\x1f\x8b\x08\x00",
  "\x28\xb5\x2f\xfd",
];

function damaged(bytes: Uint8Array, { kind, where, length, seed }: Damage): Uint8Array {
  const rng = createRng(seed);
  const at =
    where < 2000 ? Math.min(bytes.length, where >> 1) : Math.floor((bytes.length * (where - 2000)) / 8001);
  const part = bytes.subarray(at, at + length);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at + length)];
  const changed = Uint8Array.from(bytes);
  switch (kind) {
    case "bit":
      if (at < bytes.length) changed[at] = (bytes[at] as number) ^ (1 << randomBelow(rng, 8));
      return changed;
    case "cut":
      return before;
    case "drop":
      return Buffer.concat([before, after]);
    case "double":
      return Buffer.concat([before, part, part, after]);
    case "move": {
      const to = randomBelow(rng, bytes.length + 1);
      changed.set(part.subarray(0, bytes.length - to), to);
      return changed;
    }
    case "noise":
      for (let place = at; place < Math.min(bytes.length, at + length); place++)
        changed[place] = rng() & 0xff;
      return changed;
    case "number": {
      const place = at & ~randomPick(rng, [0, 3, 15]);
      if (place + 4 > bytes.length) return changed;
      new DataView(changed.buffer).setUint32(place, randomPick(rng, NUMBERS), randomBelow(rng, 3) > 0);
      return changed;
    }
    case "insert":
      return Buffer.concat([
        before,
        Buffer.from(randomPick(rng, PIECES), randomPick(rng, ["utf8", "latin1"])),
        bytes.subarray(at),
      ]);
  }
}

// ----------------------------------------------------------------------------------------------------
// Whole captures

const WRAPS = ["none", "gzip", "zstd"] as const;

/** All that a capture is made from; it shrinks by itself. */
export interface Recipe {
  abi: Abi;
  container: string;
  seed: number;
  /** Messages. */
  count: number;
  real: boolean;
  wrap: (typeof WRAPS)[number];
  /** Damage under and over the compression. */
  damages: Damage[];
  outerDamages: Damage[];
  pieces: number;
}

const damage: fc.Arbitrary<Damage> = fc.record({
  kind: fc.constantFrom(...DAMAGES),
  where: fc.nat(10_000),
  length: fc.oneof(fc.nat(16), fc.nat(300), fc.nat(5000)),
  seed: fc.noShrink(fc.nat()),
});

/** Recipes for captures in one of `names`, by default any container. */
export function recipes(names: readonly string[] = Object.keys(CONTAINERS)): fc.Arbitrary<Recipe> {
  return fc.record({
    abi: fc.constantFrom<Abi>("hvhdk", "hvimapi"),
    container: fc.constantFrom(...names),
    seed: fc.noShrink(fc.nat()),
    count: fc.oneof(
      { weight: 30, arbitrary: fc.nat(12) },
      { weight: 1, arbitrary: fc.integer({ min: 300, max: 700 }) },
    ),
    real: fc.boolean(),
    wrap: fc.oneof({ weight: 6, arbitrary: fc.constant("none" as const) }, fc.constantFrom(...WRAPS)),
    damages: fc.array(damage, { maxLength: 4 }),
    outerDamages: fc.oneof(
      { weight: 3, arbitrary: fc.constant<Damage[]>([]) },
      fc.array(damage, { maxLength: 2 }),
    ),
    pieces: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 600 }), fc.constant(1 << 20)),
  });
}

/** A capture and what is known of it. */
export interface Capture {
  bytes: Uint8Array;
  /** The same before it was damaged, or packed. */
  plain: Uint8Array;
  /** Bytes, from the first, that are as they were. */
  sound: number;
  /** Options that say what it is. */
  options: readonly string[];
  stride: number | undefined;
  at: number;
  isText: boolean;
  /** Whether it is packed, and whether what is packed can be unpacked without loss. */
  packed: boolean;
  packedDamage: boolean;
}

const boot = readFileSync("samples/linux-boot.bin");
const zstdCompress = (zlib as unknown as Record<string, ((bytes: Uint8Array) => Buffer) | undefined>)
  .zstdCompressSync;

export function makeCapture(recipe: Recipe): Capture {
  const { abi, container, count, real, damages, wrap } = recipe;
  const rng = createRng(recipe.seed);
  const about = CONTAINERS[container] as Container;
  const messages = Array.from({ length: count }, () =>
    real && abi === "hvhdk" ? bootMessage(rng) : randomMessage(rng, abi),
  );
  const plain = about.make(messages, rng, abi);
  const inner = damages.reduce(damaged, plain);
  const outer = packed(inner, wrap);
  const isPacked = outer !== inner;
  const outerDamages = isPacked ? recipe.outerDamages : [];
  return {
    bytes: outerDamages.reduce(damaged, outer),
    plain,
    sound: sameBytes(plain, inner),
    options: [...about.options, "--abi", abi],
    stride: about.stride,
    at: about.at ?? 0,
    isText: about.isText === true,
    packed: isPacked,
    packedDamage: outerDamages.length > 0,
  };
}

function bootMessage(rng: Rng): Uint8Array {
  const at = 256 * randomBelow(rng, boot.length / 256);
  return boot.subarray(at, at + 256);
}

function packed(bytes: Uint8Array, wrap: Recipe["wrap"]): Uint8Array {
  if (wrap === "gzip") return zlib.gzipSync(bytes, { level: 1 });
  return wrap === "zstd" && zstdCompress ? zstdCompress(bytes) : bytes;
}

function sameBytes(one: Uint8Array, other: Uint8Array): number {
  const most = Math.min(one.length, other.length);
  for (let at = 0; at < most; at++) if (one[at] !== other[at]) return at;
  return most;
}

/** Bytes in pieces of up to `most`. */
export function inPieces(bytes: Uint8Array, most: number): Uint8Array[] {
  const rng = createRng(most);
  const pieces: Uint8Array[] = [];
  // One byte at a time is for small inputs.
  const length = Math.max(most, bytes.length >> 12);
  for (let at = 0; at < bytes.length; ) {
    const to = at + 1 + randomBelow(rng, length);
    pieces.push(bytes.subarray(at, to));
    at = to;
  }
  return pieces;
}
