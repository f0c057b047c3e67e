/** Pages, pcap, pcapng and compressed inputs: the same records as the plain messages, and every loss reported. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { encodeException, encodeHeader40, encodeIoPort, encodeMemory, encodeMsr } from "./oracle/encode.ts";
import { createRng, type Rng, randomBelow, randomPick } from "./oracle/random.ts";
import {
  interfaceBlock,
  makeBlock,
  makePcap,
  makePcapng,
  oldPacketBlock,
  packetBlock,
  sectionBlock,
  simpleBlock,
} from "./packet-files.ts";
import { jsonLines, type Ran, run } from "./run.ts";
import { hasProgram, shell } from "./shell.ts";

type Json = Record<string, unknown>;

const folder = mkdtempSync(join(tmpdir(), "hvmsg-containers-"));

/** Messages of several kinds and sizes; all 256 bytes. */
const MESSAGES = [
  encodeIoPort({ abi: "hvhdk", vpIndex: 1, portNumber: 0x3f8, rip: 0xffffffff81001234n, rflags: 0x246n }),
  encodeMsr({ abi: "hvhdk", vpIndex: 2, msrNumber: 0x1b, rflags: 2n }),
  encodeMemory({ abi: "hvhdk", vpIndex: 0, guestPhysicalAddress: 0xfee000b0n, rflags: 0x10202n }),
  encodeException({ abi: "hvhdk", vpIndex: 3, exceptionVector: 14, rip: 0x1000n, rflags: 0x10246n }),
  encodeMsr({ abi: "hvhdk", vpIndex: 7, msrNumber: 0x40000000, rflags: 0x202n }),
];
const BINARY = Buffer.concat(MESSAGES);

const header = (vpIndex: number) => encodeHeader40({ abi: "hvhdk", vpIndex, rflags: 0x246n, rip: 0x1000n });

async function decode(bytes: Uint8Array, ...argv: string[]): Promise<Ran> {
  return run(["decode", "--json", "--abi", "hvhdk", ...argv], { stdin: [bytes] });
}

/** Records without what tells where they stood. */
function bare(text: string): Json[] {
  return jsonLines(text).map(({ index, offset, time, ...rest }) => rest);
}

function times(text: string): unknown[] {
  return jsonLines(text).map((record) => record.time);
}

let expected: Json[];
beforeAll(async () => {
  expected = bare((await decode(BINARY)).stdout);
  expect(expected).toHaveLength(MESSAGES.length);
});

/** Expects the same records, without a word and with status 0. */
async function expectSame(bytes: Uint8Array, ...argv: string[]): Promise<Ran> {
  const ran = await decode(bytes, ...argv);
  expect(ran.stderr).toBe("");
  expect(bare(ran.stdout)).toEqual(expected);
  expect(ran.status).toBe(0);
  return ran;
}

/** Records of `size` bytes with a message at `at`; `fill` is what else is in them. */
function pages(size: number, at: number, fill = 0, messages: readonly Uint8Array[] = MESSAGES): Buffer {
  return Buffer.concat(
    messages.map((message) => {
      const page = Buffer.alloc(size, fill);
      page.set(message, at);
      return page;
    }),
  );
}

function assistPages(reasons: readonly number[]): Buffer {
  const bytes = pages(4096, 0x70);
  for (const [page, reason] of reasons.entries()) bytes.writeUInt32LE(reason, page * 4096 + 8);
  return bytes;
}

function simPages(): Buffer {
  const bytes = Buffer.alloc(2 * 4096);
  for (const [place, message] of MESSAGES.entries()) bytes.set(message, [0, 2, 15, 16, 21][place]! * 256);
  return bytes;
}

/** Every container: its bytes for MESSAGES, and where the first message stands. */
const CONTAINERS: Record<string, { bytes: Buffer; first: number }> = {
  message: { bytes: BINARY, first: 0 },
  "intercept-page": { bytes: pages(4096, 0, 0xa5), first: 0 },
  "hcl-run": { bytes: pages(4096, 0x10), first: 0x10 },
  "vp-assist": { bytes: assistPages([3, 3, 3, 3, 3]), first: 0x70 },
  sidecar: { bytes: pages(4096, 0x410), first: 0x410 },
  vid: { bytes: pages(288, 0x20, 0x11), first: 0x20 },
  pcap: { bytes: makePcap(MESSAGES.map((bytes) => ({ bytes }))), first: 40 },
  pcapng: { bytes: makePcapng(MESSAGES.map((bytes) => ({ bytes }))), first: 28 + 32 + 28 },
};

describe("every container", () => {
  for (const [name, { bytes, first }] of Object.entries(CONTAINERS)) {
    it(`${name}: recognised and by name`, async () => {
      const found = await decode(bytes, "--verbose");
      expect(found.stderr).toMatch(new RegExp(`^hvmsg: note: -: recognised as ${name}: .*\\n$`));
      expect(bare(found.stdout)).toEqual(expected);
      const named = await expectSame(bytes, "--input", name);
      expect(jsonLines(named.stdout)[0]).toMatchObject({ index: 0, offset: first });
      expect((await decode(bytes)).stdout).toBe(named.stdout);
    });

    it(`${name}: one byte at a time, and in gzip`, async () => {
      const whole = await decode(bytes);
      const stdin = Array.from(bytes, (byte) => Uint8Array.of(byte));
      expect(await run(["decode", "--json", "--abi", "hvhdk"], { stdin })).toEqual(whole);
      const packed = gzipSync(bytes);
      const slow = Array.from(packed, (byte) => Uint8Array.of(byte));
      expect(await decode(packed)).toEqual(whole);
      expect(await run(["decode", "--json", "--abi", "hvhdk"], { stdin: slow })).toEqual(whole);
    });

    it(`${name}: cut anywhere`, async () => {
      for (let cut = 1; cut < 40; cut++) {
        const length = Math.round((bytes.length * cut) / 40) + (cut % 3) - 1;
        const ran = await decode(bytes.subarray(0, length), "--input", name);
        const records = bare(ran.stdout);
        const before = MESSAGES.filter((_, place) => ends(name, place) <= length).length;
        expect(records.slice(0, before)).toEqual(expected.slice(0, before));
        const lost = before < MESSAGES.length && length !== starts(name, before);
        if (lost)
          expect([length, ran.status, ran.stderr]).toEqual([
            length,
            2,
            expect.stringMatching(/cut short|before the end/),
          ]);
      }
    });
  }
});

/** Where the container's part for a message ends, and where it begins. */
function ends(name: string, place: number): number {
  return starts(name, place) + sizes(name).each;
}

function starts(name: string, place: number): number {
  return sizes(name).head + place * sizes(name).each;
}

function sizes(name: string): { head: number; each: number } {
  const each = { message: 256, vid: 288, pcap: 272, pcapng: 288 }[name] ?? 4096;
  return { head: { pcap: 24, pcapng: 60 }[name] ?? 0, each };
}

describe("pages", () => {
  it("sim-page: empty slots are skipped, and read the same as messages", async () => {
    const named = await decode(simPages(), "--input", "sim-page");
    const found = await decode(simPages());
    expect(bare(named.stdout)).toEqual(expected);
    expect(jsonLines(named.stdout).map((record) => record.index)).toEqual([0, 2, 15, 16, 21]);
    expect(found).toEqual(named);
    expect(named.stderr).toBe("hvmsg: note: 27 empty slots (message type 0) were skipped\n");
  });

  it("sim-page: a page that is cut short is reported", async () => {
    const ran = await decode(simPages().subarray(0, 4096 + 512), "--input", "sim-page");
    expect(ran.stderr).toContain("-: the last page is cut short: 512 of 4096 bytes (offset 0x1000)");
    expect(ran.status).toBe(2);
    const twice = await decode(simPages().subarray(0, 4096 + 300), "--input", "sim-page");
    expect(twice.stderr.match(/cut short/g)).toHaveLength(1);
  });

  it("vp-assist: pages that were not entered with a message are counted", async () => {
    const ran = await decode(assistPages([1, 3, 0, 3, 2]));
    expect(bare(ran.stdout)).toEqual([expected[1], expected[3]]);
    expect(jsonLines(ran.stdout).map((record) => record.offset)).toEqual([0x1070, 0x3070]);
    expect(ran.stderr).toBe("hvmsg: note: -: 3 VP assist pages held no message (the u32 at 0x8 is not 3)\n");
    const none = await decode(assistPages([1, 1, 1, 1, 1]), "--input", "vp-assist");
    expect(none.stdout).toBe("");
    expect(none.stderr).toContain("5 VP assist pages held no message");
  });

  it("more pages than a block holds, most without a message", async () => {
    const many = Buffer.concat(Array.from({ length: 200 }, () => assistPages([1, 2, 3, 0, 1])));
    const ran = await decode(many, "--input", "vp-assist");
    expect(jsonLines(ran.stdout)).toHaveLength(200);
    expect(ran.stderr).toContain("800 VP assist pages");
  });
});

describe("recognition", () => {
  it("says what it saw where nothing fits", async () => {
    const odd = pages(1000, 0x30, 0x77);
    const ran = await decode(odd);
    expect(ran.stderr).toMatch(/not recognised: it begins with 7777.*the first type code .* offset 0x30/);
    expect(ran.stderr).toMatch(/--input message\|.*--record-size and --message-offset/);
    expect(ran.status).toBe(2);
    await expectSame(odd, "--record-size", "1000", "--message-offset", "48");
  });

  it("depends on the first 64 KiB alone", async () => {
    const long = Buffer.concat([pages(4096, 0x10, 0, Array(16).fill(MESSAGES[0])), Buffer.alloc(9000, 0xee)]);
    const ran = await decode(long, "--verbose");
    expect(ran.stderr).toContain("recognised as hcl-run");
  });

  it("a packet capture that is read as something else is told", async () => {
    for (const name of ["pcap", "pcapng"]) {
      const { bytes } = CONTAINERS[name] as { bytes: Buffer };
      const ran = await decode(bytes, "--input", "header");
      expect(ran.stderr).toContain(
        `hvmsg: note: -: begins as a ${name}, and is read as --input header says\n`,
      );
    }
  });

  it("--verbose tells of gzip, and nothing where --input is given", async () => {
    expect((await decode(gzipSync(BINARY), "--verbose")).stderr).toContain(
      "recognised as gzip, and in it message",
    );
    expect((await decode(BINARY, "--verbose", "--input", "message")).stderr).toBe("");
  });
});

const SECOND = 1767323045n;
const STAMP = "2026-01-02T03:04:05";

describe("pcap", () => {
  for (const order of ["little", "big"] as const) {
    for (const nanoseconds of [false, true]) {
      it(`${order}-endian, ${nanoseconds ? "nano" : "micro"}seconds`, async () => {
        const units = nanoseconds ? 1_000_000_000n : 1_000_000n;
        const packets = MESSAGES.map((bytes, place) => ({ bytes, time: SECOND * units + BigInt(place * 7) }));
        const ran = await expectSame(makePcap(packets, { order, nanoseconds, linkType: 150 }));
        expect(times(ran.stdout)).toEqual(
          [0, 7, 14, 21, 28].map((parts) =>
            nanoseconds
              ? `${STAMP}.${String(parts).padStart(9, "0")}Z`
              : `${STAMP}.${String(parts).padStart(6, "0")}000Z`,
          ),
        );
      });
    }
  }

  it("seconds up to 2106, and a fraction of more than a second", async () => {
    const bytes = makePcap([{ bytes: MESSAGES[0]!, time: 0xffffffffn * 1_000_000n + 999_999n }]);
    expect(times((await decode(bytes)).stdout)).toEqual(["2106-02-07T06:28:15.999999000Z"]);
    bytes.writeUInt32LE(2_500_001, 24 + 4);
    bytes.writeUInt32LE(100, 24);
    expect(times((await decode(bytes)).stdout)).toEqual(["1970-01-01T00:01:42.500001000Z"]);
  });

  it("another link type is passed over and counted", async () => {
    const other = interfaceBlock({ linkType: 1 });
    const ours = MESSAGES.map((bytes) => packetBlock({ bytes, interface: 1 }));
    const passed = MESSAGES.slice(2).map((bytes) => packetBlock({ bytes }));
    const ran = await decode(
      Buffer.concat([sectionBlock(), other, interfaceBlock(), ...passed, ...ours, passed[0]!]),
    );
    expect(bare(ran.stdout)).toEqual(expected);
    expect(ran.stderr).toMatch(
      /^hvmsg: note: -: 4 packets are passed over: of another link type than USER0 to USER15/,
    );
    expect(ran.status).toBe(0);
  });

  it("nothing but packets of another link type is trouble, no packets are not", async () => {
    const packets = MESSAGES.map((bytes) => ({ bytes }));
    for (const bytes of [makePcap(packets, { linkType: 1 }), makePcapng(packets, { linkType: 1 })]) {
      const ran = await decode(bytes);
      expect(ran.stdout).toBe("");
      expect(ran.stderr).toBe(
        "hvmsg: -: 5 packets, none of link type USER0 to USER15 (147 to 162), which hold messages - editcap -T user0 sets it\n",
      );
      expect(ran.status).toBe(2);
    }
    expect(await decode(makePcap([], { linkType: 1 }))).toMatchObject({ stdout: "", stderr: "", status: 0 });
  });

  it("bare headers are read as such, whichever VP they are of", async () => {
    const headers = MESSAGES.map((_, vpIndex) => header(vpIndex));
    const binary = await decode(Buffer.concat(headers), "--input", "header");
    const packets = headers.map((bytes) => ({ bytes }));
    for (const bytes of [makePcap(packets), makePcap(packets, { order: "big" }), makePcapng(packets)]) {
      const ran = await decode(bytes);
      expect(ran.stderr).toBe("");
      expect(bare(ran.stdout)).toEqual(bare(binary.stdout));
      expect(jsonLines(ran.stdout).map(({ vpIndex }) => vpIndex)).toEqual([0, 1, 2, 3, 4]);
    }
  });

  it("bare headers and messages do not mix", async () => {
    const [message] = MESSAGES as [Uint8Array];
    const packets = [message, header(1), message.subarray(0, 144)].map((bytes) => ({ bytes }));
    const messages = await decode(makePcap(packets));
    expect(messages.stderr).toBe(
      "hvmsg: -: packet 2 is a bare header among whole messages, and left out (offset 0x128)\n",
    );
    expect(bare(messages.stdout)).toEqual([expected[0], expected[0]]);
    expect(messages.status).toBe(2);
    const headers = [header(0), message, header(1).subarray(0, 39), header(2)].map((bytes) => ({ bytes }));
    const ran = await decode(makePcap(headers));
    expect(ran.stderr.trimEnd().split("\n")).toEqual([
      "hvmsg: -: packet 2 has 256 bytes, where the first is a bare header of 40: it is left out (offset 0x50)",
      "hvmsg: -: packet 3 is shorter than its header: 39 of 40 bytes (offset 0x160)",
    ]);
    expect(jsonLines(ran.stdout).map(({ vpIndex }) => vpIndex)).toEqual([0, 1, 2]);
    expect(ran.status).toBe(2);
  });

  it("what capture cut off is trouble only where it is of the message", async () => {
    const [io, msr] = MESSAGES as [Uint8Array, Uint8Array];
    const packets = [io, msr].map((bytes) => ({ bytes: bytes.subarray(0, 96), original: 256 }));
    for (const bytes of [makePcap(packets), makePcapng(packets)]) {
      const ran = await decode(bytes);
      expect(ran.stderr).toMatch(
        /^hvmsg: -: packet 1 was cut on capture: 96 of 256 bytes \(offset 0x[0-9a-f]+\)\n$/,
      );
      expect(bare(ran.stdout)[1]).toEqual(expected[1]);
      expect(ran.status).toBe(2);
    }
    await expectSame(
      makePcap(MESSAGES.map((bytes) => ({ bytes: bytes.subarray(0, 16 + (bytes[4] ?? 0)), original: 256 }))),
    );
  });

  it("packets that are no whole message are reported with number and offset", async () => {
    const [first, second] = MESSAGES as [Uint8Array, Uint8Array];
    const packets = [
      { bytes: first },
      { bytes: Buffer.alloc(300, second) },
      { bytes: first.subarray(0, 15) },
      { bytes: first.subarray(0, 100), original: 256 },
      { bytes: first.subarray(0, 100) },
      { bytes: second.subarray(0, 16 + 64) },
      { bytes: first },
    ];
    const ran = await decode(makePcap(packets));
    expect(ran.stderr.trimEnd().split("\n")).toEqual([
      "hvmsg: -: packet 2 is longer than a message: 300 bytes, of which the first 256 are read (offset 0x128)",
      "hvmsg: -: packet 3 holds no message: 15 of at least 16 bytes (offset 0x264)",
      "hvmsg: -: packet 4 was cut on capture: 100 of 256 bytes (offset 0x283)",
      "hvmsg: -: packet 5 is shorter than its message: 100 of 144 bytes (offset 0x2f7)",
    ]);
    expect(ran.status).toBe(2);
    const records = bare(ran.stdout);
    expect(records).toHaveLength(6);
    expect(records[0]).toEqual(expected[0]);
    expect(records[2]?.problems).toContain("record cut short: 100 of 256 bytes");
    expect(records[4]).toEqual(expected[1]);
    expect(records[5]).toEqual(expected[0]);
  });

  it("many small packets, with and without the whole payload", async () => {
    const count = 20_000;
    const small = MESSAGES[1]!.subarray(0, 80);
    const many = Array.from({ length: count }, (_, place) => ({ bytes: small, time: BigInt(place) }));
    const ran = await decode(makePcap(many), "--fields", "index,offset,time");
    const records = jsonLines(ran.stdout);
    expect(records).toHaveLength(count);
    for (const [place, record] of records.entries())
      expect(record).toEqual({
        index: place,
        offset: 40 + place * 96,
        time: `1970-01-01T00:00:00.${String(place).padStart(6, "0")}000Z`,
      });
    const short = await decode(makePcap(many.map(({ bytes }) => ({ bytes: bytes.subarray(0, 79) }))));
    const lines = short.stderr.trimEnd().split("\n");
    expect(lines).toHaveLength(101);
    expect(lines.at(-1)).toBe(`hvmsg: -: ${count - 100} more troubles of this kind`);
  });

  it("a damaged length is reported, and reading stops there", async () => {
    const bytes = makePcap(MESSAGES.map((each) => ({ bytes: each })));
    bytes.writeUInt32LE(0x7fffffff, 24 + 272 * 2 + 8);
    const ran = await decode(bytes);
    expect(bare(ran.stdout)).toEqual(expected.slice(0, 2));
    expect(ran.stderr).toMatch(
      /packet 3 has a damaged length, 2147483647 bytes \(offset 0x238\); nothing after/,
    );
    expect(ran.status).toBe(2);
  });
});

describe("pcapng", () => {
  it("sections of both byte orders, several interfaces, every kind of packet, unknown blocks", async () => {
    const [a, b, c, d, e] = MESSAGES as [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    const bytes = Buffer.concat([
      sectionBlock("little"),
      interfaceBlock({ linkType: 1 }),
      interfaceBlock({ linkType: 162, resolution: 9 }),
      makeBlock(4, [Buffer.alloc(40)]),
      packetBlock({ bytes: a, interface: 1, time: SECOND * 1_000_000_000n + 6n }, "little", 70_000 - 65_000),
      packetBlock({ bytes: Buffer.alloc(1500), interface: 0 }),
      oldPacketBlock({ bytes: b, interface: 1, time: SECOND * 1_000_000_000n + 7n }),
      makeBlock(0x777, [Buffer.alloc(100_000)]),
      sectionBlock("big"),
      interfaceBlock({ order: "big", offset: -1n }),
      simpleBlock(c, "big"),
      packetBlock({ bytes: d, time: (SECOND + 1n) * 1_000_000n + 5n }, "big"),
      sectionBlock("little"),
      interfaceBlock({ resolution: 0x80 | 20, offset: SECOND - 1n }),
      packetBlock({ bytes: e, time: (1n << 20n) + (1n << 19n) }),
    ]);
    const ran = await decode(bytes);
    expect(bare(ran.stdout)).toEqual(expected);
    expect(times(ran.stdout)).toEqual([
      `${STAMP}.000000006Z`,
      `${STAMP}.000000007Z`,
      undefined,
      `${STAMP}.000005000Z`,
      `${STAMP}.500000000Z`,
    ]);
    expect(ran.stderr).toMatch(/1 packet is passed over: .*; 1 block of unknown type is passed over\n$/);
    expect(ran.status).toBe(0);
  });

  it("times are exact under every resolution", async () => {
    const counts = [
      0n,
      1n,
      999n,
      1_000_000_001n,
      1767323045_123456789n,
      0x7fffffffffffffffn,
      0xffffffffffffffffn,
    ];
    for (const resolution of [
      0, 1, 3, 5, 6, 7, 8, 9, 10, 12, 18, 127, 0x80, 0x81, 0x8a, 0x9e, 0xa0, 0xbf, 0xc0, 0xff,
    ]) {
      for (const offset of [0n, 86400n, -5n]) {
        const packets = counts.map((time) => ({ bytes: MESSAGES[0]!, time }));
        const ran = await decode(makePcapng(packets, { resolution, offset }));
        const wanted = counts.map((count) => exactTime(count, resolution, offset));
        expect([resolution, offset, times(ran.stdout)]).toEqual([resolution, offset, wanted]);
        expect(ran.status).toBe(wanted.includes(undefined) ? 2 : 0);
      }
    }
  });

  it("a block length that cannot be is reported with its offset, and reading stops there", async () => {
    const good = makePcapng(MESSAGES.map((bytes) => ({ bytes })));
    const third = 28 + 32 + 288 * 2;
    for (const length of [0, 8, 31, 33]) {
      const bytes = Buffer.from(good);
      bytes.writeUInt32LE(length, third + 4);
      const ran = await decode(bytes);
      expect(bare(ran.stdout)).toEqual(expected.slice(0, 2));
      expect(ran.stderr).toContain(
        `a block says that it has ${length} bytes, which cannot be (offset 0x27c)`,
      );
      expect(ran.status).toBe(2);
    }
    for (const [at, says] of [
      [third + 4, /the block at offset 0x27c says 292 bytes at its beginning and \d+ at its end/],
      [
        third + 284,
        /the block at offset 0x27c says 288 bytes at its beginning and 292 at its end \(offset 0x398\)/,
      ],
    ] as const) {
      const bytes = Buffer.from(good);
      bytes.writeUInt32LE(292, at);
      const ran = await decode(bytes);
      expect(ran.stderr).toMatch(says);
      expect(ran.status).toBe(2);
    }
  });

  it("packets of no interface, damaged options, other versions are reported", async () => {
    const packet = packetBlock({ bytes: MESSAGES[0]!, interface: 2 });
    const ran = await decode(Buffer.concat([sectionBlock(), interfaceBlock(), packet]));
    expect(ran.stderr).toMatch(/packet 1 is of interface 2, which is not described \(offset 0x3c\)/);
    expect(ran.status).toBe(2);
    const options = interfaceBlock({ resolution: 9 });
    options.writeUInt16LE(60, 16 + 8 + 2);
    const damaged = await decode(Buffer.concat([sectionBlock(), options]));
    expect(damaged.stderr).toMatch(/interface 0 has an option 9 of 60 bytes \(offset 0x34\)/);
    const second = await decode(sectionBlock("little", 2));
    expect(second.stderr).toMatch(/section is of pcapng version 2.0, not 1 \(offset 0x0\)/);
    const none = await decode(BINARY, "--input", "pcapng");
    expect(none.stderr).toMatch(/begins with no section header/);
  });

  it("lengths of gigabytes allocate nothing", async () => {
    const huge = [
      makePcapng([{ bytes: MESSAGES[0]!, captured: 0xfffffff0, original: 0xfffffff0 }]),
      lengthened(makePcapng([{ bytes: MESSAGES[0]! }]), 28 + 32, 0xfffffff0),
      lengthened(Buffer.concat([sectionBlock(), makeBlock(0x777, [Buffer.alloc(64)])]), 28, 0xfffffff0),
      lengthened(Buffer.concat([sectionBlock(), interfaceBlock()]), 28, 0x7ffffff0),
      lengthened(Buffer.concat([sectionBlock(), interfaceBlock()]), 28, 1 << 20),
    ];
    for (const bytes of huge) {
      const before = process.memoryUsage();
      const ran = await decode(bytes);
      const after = process.memoryUsage();
      expect(ran.status).toBe(2);
      expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(16 << 20);
    }
  });
});

function lengthened(bytes: Buffer, block: number, length: number): Buffer {
  bytes.writeUInt32LE(length, block + 4);
  return bytes;
}

/** The same by whole numbers; undefined where the year has not four digits. */
function exactTime(count: bigint, resolution: number, offset: bigint): string | undefined {
  const power = BigInt(resolution & 0x7f);
  const perSecond = resolution & 0x80 ? 2n ** power : 10n ** power;
  const seconds = count / perSecond + offset;
  if (seconds > 253402300799n) return undefined;
  const nanoseconds = ((count % perSecond) * 1_000_000_000n) / perSecond;
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  return `${whole}.${String(nanoseconds).padStart(9, "0")}Z`;
}

describe("time", () => {
  const bytes = Buffer.concat([
    sectionBlock(),
    interfaceBlock({ resolution: 9 }),
    packetBlock({ bytes: MESSAGES[0]!, time: SECOND * 1_000_000_000n + 6n }),
    simpleBlock(MESSAGES[1]!),
  ]);

  it("stands after offset, in every format", async () => {
    const json = await decode(bytes);
    expect(json.stdout.split("\n")[0]).toContain(`"offset":96,"time":"${STAMP}.000000006Z","messageType"`);
    expect(json.stdout.split("\n")[1]).not.toContain("time");
    const table = await run(["decode", "--abi", "hvhdk", "--fields", "time,index"], { stdin: [bytes] });
    expect(table.stdout).toBe(
      `time                           index\n${STAMP}.000000006Z 0\n${"-".padEnd(30)} 1\n`,
    );
    const tree = await run(["decode", "--abi", "hvhdk", "-f", "tree"], { stdin: [bytes] });
    expect(tree.stdout).toContain(`offset 0x60, ${STAMP}.000000006Z)`);
    const only = await run(["decode", "--abi", "hvhdk", "--json", "--fields", "index,time"], {
      stdin: [bytes],
    });
    expect(jsonLines(only.stdout)).toEqual([{ index: 0, time: `${STAMP}.000000006Z` }, { index: 1 }]);
  });

  it("is a field of 'hvmsg fields' and of the schema", async () => {
    expect((await run(["fields"])).stdout).toMatch(/^time +ISO 8601 +any /m);
    const schema = JSON.parse((await run(["schema"])).stdout) as {
      properties: { time: { pattern: string } };
    };
    expect(new RegExp(schema.properties.time.pattern).test(`${STAMP}.000000006Z`)).toBe(true);
  });
});

describe("compressed", () => {
  const packed = gzipSync(Buffer.concat(Array(200).fill(BINARY)));
  const path = join(folder, "many.bin.gz");
  writeFileSync(path, packed);

  it("gzip of several members, and padding behind them", async () => {
    const members = Buffer.concat([gzipSync(BINARY.subarray(0, 300)), gzipSync(BINARY.subarray(300))]);
    await expectSame(members);
    await expectSame(members, "--input", "message");
    await expectSame(Buffer.concat([members, Buffer.alloc(10_000)]));
    const ran = await run(["decode", "--json", "--abi", "hvhdk", path]);
    expect(jsonLines(ran.stdout)).toHaveLength(1000);
    expect(ran.status).toBe(0);
  });

  it("truncated, corrupt, or followed by something else: reported after what could be read", async () => {
    const noise = Buffer.from(Array.from({ length: 60_000 }, (_, place) => (place * place * 7919) >> 5));
    const large = gzipSync(Buffer.concat([BINARY, noise.subarray(0, 256 * 200), BINARY]));
    const cut = await decode(large.subarray(0, -20), "--input", "message");
    expect(cut.stderr).toMatch(
      /-: its gzip data are cut short \(offset 0x[0-9a-f]+ of the packed file, or before\)/,
    );
    expect(bare(cut.stdout).slice(0, 5)).toEqual(expected);
    expect(bare(cut.stdout).length).toBeGreaterThanOrEqual(205);
    expect(cut.status).toBe(2);

    const corrupt = Buffer.from(large);
    corrupt[large.length - 3]! ^= 0x40;
    const wrong = await decode(corrupt, "--input", "message");
    expect(wrong.stderr).toMatch(/its gzip data are damaged \(incorrect length check\)/);
    expect(bare(wrong.stdout).length).toBeGreaterThanOrEqual(205);

    for (const rest of [Buffer.from("rest"), Buffer.concat([Buffer.alloc(10_000), Buffer.from("x")])]) {
      const followed = await decode(Buffer.concat([gzipSync(BINARY), rest]));
      expect(followed.stderr).toMatch(
        /damaged \(incorrect header check\)|what follows its gzip data was not read/,
      );
      expect(followed.status).toBe(2);
    }
  });

  it.each([
    ["bzip2", Buffer.from("BZh91AY&SY"), "bzip2 -dc"],
    ["xz", Buffer.from("fd377a585a0000", "hex"), "xz -dc"],
  ])("%s is named, with the command that unpacks it", async (name, bytes, command) => {
    const ran = await decode(bytes);
    expect(ran.stderr).toContain(
      `-: is compressed with ${name} - unpack it into a pipe: ${command} FILE | hvmsg`,
    );
    expect(ran.status).toBe(2);
  });

  it("zstd is read, or named where this Node cannot", async () => {
    const zlib = (await import("node:zlib")) as unknown as { zstdCompressSync?(bytes: Uint8Array): Buffer };
    if (zlib.zstdCompressSync) {
      const frames = [BINARY.subarray(0, 300), BINARY.subarray(300)].map((part) =>
        zlib.zstdCompressSync!(part),
      );
      const skipped = Buffer.from("502a4d180400000061626364", "hex");
      for (const parts of [frames, [skipped, ...frames, skipped], [...frames, Buffer.alloc(20_000)]])
        await expectSame(Buffer.concat(parts));
      const slow = Array.from(Buffer.concat([skipped, ...frames]), (byte) => Uint8Array.of(byte));
      const pieces = await run(["decode", "--json", "--abi", "hvhdk"], { stdin: slow });
      expect(bare(pieces.stdout)).toEqual(expected);
      const whole = zlib.zstdCompressSync(BINARY);
      for (let length = 8; length < whole.length; length++) {
        const cut = await decode(whole.subarray(0, length), "--input", "message");
        expect(cut.stderr).toContain("its zstd data are cut short");
        expect(cut.status).toBe(2);
      }
      const damaged = Buffer.concat([whole, frames[0]!]);
      damaged[whole.length + 9]! ^= 0xff;
      const ran = await decode(damaged, "--input", "message");
      expect(ran.stderr).toContain("its zstd data are damaged");
    } else {
      const ran = await decode(Buffer.from("28b52ffd20", "hex"));
      expect(ran.stderr).toMatch(/is compressed with zstd, which Node v20.* cannot read - .*zstd -dc FILE/);
    }
  });
});

describe.skipIf(!hasProgram("text2pcap") || !hasProgram("editcap"))("files of text2pcap and editcap", () => {
  const dump = join(folder, "dump.txt");
  writeFileSync(
    dump,
    MESSAGES.map((message, place) => {
      const lines = Array.from({ length: 16 }, (_, row) => {
        const hex = Buffer.from(message.subarray(row * 16, row * 16 + 16)).toString("hex");
        return `${(row * 16).toString(16).padStart(6, "0")} ${hex.replace(/../g, "$& ").trim()}`;
      });
      return `2026-01-02T03:04:05.00000${place}Z\n${lines.join("\n")}\n\n`;
    }).join(""),
  );
  const made = (name: string) => join(folder, name);
  const microseconds = MESSAGES.map((_, place) => `${STAMP}.00000${place}000Z`);

  it.each([
    ["pcapng", "-F pcapng"],
    ["pcap", "-F pcap"],
    ["pcap", "-F nsecpcap"],
  ])("text2pcap: %s (%s)", async (name, format) => {
    const path = made("made");
    const ran = shell(`TZ=UTC text2pcap -q -t ISO -l 147 ${format} '${dump}' '${path}'`);
    expect(ran.status, ran.stderr).toBe(0);
    const read = await expectSame(readFileSync(path));
    expect(times(read.stdout)).toEqual(microseconds);
    expect((await decode(readFileSync(path), "--verbose")).stderr).toContain(`recognised as ${name}:`);
  });

  it("editcap: other resolutions, cut packets, joined sections", async () => {
    shell(`TZ=UTC text2pcap -q -t ISO -l 147 '${dump}' '${made("a.pcapng")}'`);
    expect(shell(`editcap -F pcap '${made("a.pcapng")}' '${made("b.pcap")}'`).status).toBe(0);
    await expectSame(readFileSync(made("b.pcap")));
    expect(shell(`editcap -t 0.000000001 -F nsecpcap '${made("a.pcapng")}' '${made("c.pcap")}'`).status).toBe(
      0,
    );
    const later = await expectSame(readFileSync(made("c.pcap")));
    expect(times(later.stdout)[0]).toBe(`${STAMP}.000000001Z`);
    shell(`editcap -s 100 '${made("a.pcapng")}' '${made("d.pcapng")}'`);
    const cut = await decode(readFileSync(made("d.pcapng")));
    expect(cut.stderr.match(/was cut on capture: 100 of 256 bytes/g)).toHaveLength(2);
    expect(cut.stderr.trimEnd().split("\n")).toHaveLength(2);
    const joined = await decode(
      readFileSync(made("a.pcapng")).toString("latin1").length > 0
        ? Buffer.concat([readFileSync(made("a.pcapng")), readFileSync(made("a.pcapng"))])
        : Buffer.alloc(0),
    );
    expect(bare(joined.stdout)).toEqual([...expected, ...expected]);
    shell(`editcap -T ether '${made("a.pcapng")}' '${made("e.pcapng")}'`);
    expect((await decode(readFileSync(made("e.pcapng")))).stderr).toContain(
      "5 packets, none of link type USER0",
    );
  });

  it("tshark reads what the tests make by hand", () => {
    writeFileSync(made("hand.pcapng"), CONTAINERS.pcapng!.bytes);
    expect(shell(`tshark -r '${made("hand.pcapng")}' 2>/dev/null | wc -l`).stdout.trim()).toBe("5");
  });
});

describe("what is changed, dropped, doubled or cut", () => {
  const CASES = 800;
  const inputs: Record<string, Buffer> = {
    ...Object.fromEntries(Object.entries(CONTAINERS).map(([name, { bytes }]) => [name, bytes])),
    "pcap, big-endian": makePcap(
      MESSAGES.map((bytes) => ({ bytes })),
      { order: "big", nanoseconds: true },
    ),
    "pcapng, mixed": Buffer.concat([
      makePcapng(MESSAGES.slice(0, 2).map((bytes) => ({ bytes }))),
      makePcapng(
        MESSAGES.slice(2).map((bytes) => ({ bytes })),
        { order: "big", resolution: 9 },
      ),
    ]),
    "sim-page": simPages(),
    "message.gz": gzipSync(BINARY),
    "pcapng.gz": gzipSync(makePcapng(MESSAGES.map((bytes) => ({ bytes })))),
  };

  /** Lengths at which an input may end without a loss that could be seen. */
  const wholes = [
    0,
    ...[0, 1, 2, 3, 4].flatMap((place) => [24 + 272 * place, 60 + 288 * place, 120 + 288 * place]),
  ];

  for (const [name, bytes] of Object.entries(inputs)) {
    it(`${name}: no crash, no hang, no silent loss`, async () => {
      const rng = createRng(name.length * 1000 + bytes.length);
      const container = name.replace(/[.,].*/, "");
      for (let round = 0; round < CASES; round++) {
        const { mutant, how } = mutate(rng, bytes);
        const named = round % 2 === 0 ? ["--input", container] : [];
        const ran = await decode(mutant, ...named);
        expect([how, ran.status]).toEqual([how, expect.toSatisfy((status) => status === 0 || status === 2)]);
        expect(ran.stderr).not.toMatch(/defect|undefined|NaN|\[object/);
        const records = jsonLines(ran.stdout);
        // With the same number of bytes in fixed records, or whole ones more or less, no loss can be seen.
        const sees = /^pcap|gz$/.test(name);
        const lost = sees && records.length < MESSAGES.length && !wholes.includes(mutant.length);
        if (lost) expect([how, ran.stderr]).toEqual([how, expect.stringMatching(/./)]);
        if (mutant.length < bytes.length && !sees && !name.startsWith("sim"))
          expect([how, ran.stderr]).toEqual([how, expect.stringMatching(/cut short|not recognised/)]);
        if (how.startsWith("changed") || records.length === 0) continue;
        expect(records.length).toBeLessThanOrEqual(MESSAGES.length + 1 + Math.floor(mutant.length / 256));
      }
    });
  }
});

/** One input with something done to it: fewer bytes than a record are taken out or put in. */
function mutate(rng: Rng, bytes: Buffer): { mutant: Buffer; how: string } {
  const at = randomBelow(rng, bytes.length);
  const count = 1 + randomBelow(rng, randomPick(rng, [1, 4, 16, 200]));
  const part = bytes.subarray(at, at + count);
  const before = bytes.subarray(0, at);
  const after = bytes.subarray(at + part.length);
  const kind = randomPick(rng, ["changed", "dropped", "doubled", "cut"] as const);
  const mutant = {
    changed: () => Buffer.concat([before, part.map(() => randomBelow(rng, 256)), after]),
    dropped: () => Buffer.concat([before, after]),
    doubled: () => Buffer.concat([before, part, part, after]),
    cut: () => before,
  }[kind]();
  return { mutant, how: `${kind} ${part.length} at ${at} of ${bytes.length}` };
}
