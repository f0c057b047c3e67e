/** pcapng as hvmsg writes it: read block by block here, by tshark, and by hvmsg itself. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FORMATS } from "../src/output/index.ts";
import { Shapes } from "../src/record/index.ts";
import { batchOf, sourceNamed } from "./columns.ts";
import { createRng, randomMessage } from "./oracle/random.ts";
import { jsonLines, run } from "./run.ts";
import { hasProgram, shell } from "./shell.ts";

interface Packet {
  data: Buffer;
  original: number;
  /** Nanoseconds since 1970; undefined in a simple packet. */
  time: bigint | undefined;
}

/** The packets of a little-endian pcapng of nanoseconds; checks lengths, link type and order of its blocks. */
function packetsOf(file: Buffer): Packet[] {
  const offsets: bigint[] = [];
  const packets: Packet[] = [];
  for (let at = 0; at < file.length; ) {
    const type = file.readUInt32LE(at);
    const length = file.readUInt32LE(at + 4);
    expect(length % 4).toBe(0);
    expect(file.readUInt32LE(at + length - 4)).toBe(length);
    expect(type === 0x0a0d0d0a).toBe(at === 0);
    if (type === 0x0a0d0d0a) expect(file.readUInt32LE(at + 8)).toBe(0x1a2b3c4d);
    else if (type === 1) {
      expect(file.readUInt16LE(at + 8)).toBe(147);
      const options = optionsOf(file.subarray(at + 16, at + length - 4));
      expect(options.get(9)).toEqual(Buffer.of(9));
      offsets.push(options.get(14)?.readBigInt64LE() ?? 0n);
    } else if (type === 6) {
      const stamp = (BigInt(file.readUInt32LE(at + 12)) << 32n) | BigInt(file.readUInt32LE(at + 16));
      const captured = file.readUInt32LE(at + 20);
      packets.push({
        data: file.subarray(at + 28, at + 28 + captured),
        original: file.readUInt32LE(at + 24),
        time: (offsets[file.readUInt32LE(at + 8)] as bigint) * 1_000_000_000n + stamp,
      });
    } else {
      expect(type).toBe(3);
      const original = file.readUInt32LE(at + 8);
      packets.push({ data: file.subarray(at + 12, at + 12 + original), original, time: undefined });
    }
    at += length;
  }
  return packets;
}

function optionsOf(bytes: Buffer): Map<number, Buffer> {
  const options = new Map<number, Buffer>();
  for (let at = 0; bytes.readUInt16LE(at) !== 0; ) {
    const length = bytes.readUInt16LE(at + 2);
    options.set(bytes.readUInt16LE(at), bytes.subarray(at + 4, at + 4 + length));
    at += 4 + ((length + 3) & ~3);
  }
  return options;
}

/** What the format writes for messages with times. */
async function written(
  messages: readonly Uint8Array[],
  times: readonly (readonly [number, number] | undefined)[],
): Promise<Buffer> {
  const parts: Buffer[] = [];
  const format = FORMATS.find(({ name }) => name === "pcapng");
  const options = { shapes: new Shapes(), header: true, style: undefined as never, files: ["-"] };
  const sink = format?.open(options, { write: (bytes) => void parts.push(Buffer.from(bytes)) });
  sink?.begin(sourceNamed("-"));
  await sink?.write(batchOf(messages, times));
  await sink?.end();
  return Buffer.concat(parts);
}

const rng = createRng(71);
const MESSAGES = Array.from({ length: 600 }, () => randomMessage(rng, "hvhdk")).filter(
  (bytes) => Buffer.from(bytes).readUInt32LE(0) !== 0,
);
const TIMES = [
  [0, 0],
  [1_767_323_045, 6],
  [1_767_323_045, 999_999_999],
  undefined,
  [2 ** 33, 1],
  [253_402_300_799, 999_999_999],
  [-1, 5],
  [-62_167_219_200, 123_456_789],
  [4_294_967_296, 4_294_967],
] as const;

describe("-f pcapng", () => {
  it("has every message bit for bit", async () => {
    const ran = await run(["decode", "-f", "pcapng", "--input", "message"], { stdin: MESSAGES });
    const packets = packetsOf(ran.stdoutBytes);
    expect(Buffer.concat(packets.map(({ data }) => data)).equals(Buffer.concat(MESSAGES))).toBe(true);
    expect(new Set(packets.map(({ original }) => original))).toEqual(new Set([256]));
    expect(packets.every(({ time }) => time === undefined)).toBe(true);
  });

  it("refuses bare headers, which would be read as messages", async () => {
    const ran = await run(["decode", "-f", "pcapng", "samples/headers-2013.bin"]);
    expect(ran.stderr).toMatch(
      /^hvmsg: samples\/headers-2013.bin: holds bare headers, and a packet of pcapng is a whole message - -f raw/m,
    );
    expect(ran).toMatchObject({ status: 2, stdout: "" });
  });

  it("says what it is where there is no message at all", async () => {
    const none = await run(["decode", "-f", "pcapng", "--input", "message"], { stdin: [] });
    expect(packetsOf(none.stdoutBytes)).toEqual([]);
    expect(none.stdoutBytes.toString("latin1")).toContain("Hyper-V intercept messages");
  });

  it("keeps times to the nanosecond, in any year, and makes none up", async () => {
    const packets = packetsOf(await written(MESSAGES.slice(0, TIMES.length), TIMES));
    expect(packets.map(({ time }) => time)).toEqual(
      TIMES.map((time) => time && BigInt(time[0]) * 1_000_000_000n + BigInt(time[1])),
    );
  });

  it("has what there is of a message that was cut short", async () => {
    const cut = (MESSAGES[0] as Uint8Array).slice(0, 100);
    cut[4] = 240;
    const ran = await run(["decode", "-f", "pcapng", "--input", "message"], { stdin: [cut] });
    expect(packetsOf(ran.stdoutBytes).map(({ data }) => data)).toEqual([Buffer.from(cut)]);
    expect(ran.status).toBe(2);
  });

  it.skipIf(!hasProgram("tshark"))("tshark reads it: bytes, times, comment", async () => {
    const folder = mkdtempSync(join(tmpdir(), "hvmsg-pcapng-"));
    const times = TIMES.slice(0, 3);
    writeFileSync(join(folder, "a.pcapng"), await written(MESSAGES.slice(0, times.length), times));
    const fields = shell(
      `tshark -r '${folder}/a.pcapng' -T fields -e frame.time_epoch -e frame.len -e frame.encap_type 2>/dev/null`,
    );
    expect(fields.stdout).toBe(
      "0.000000000\t256\t45\n1767323045.000000006\t256\t45\n1767323045.999999999\t256\t45\n",
    );
    const dump = shell(`tshark -r '${folder}/a.pcapng' -x 2>/dev/null`);
    const bytes = [...dump.stdout.matchAll(/^[0-9a-f]{4} {2}((?:[0-9a-f]{2} ){1,16})/gm)].map(
      (match) => match[1],
    );
    expect(Buffer.from(bytes.join("").replaceAll(" ", ""), "hex")).toEqual(
      Buffer.concat(MESSAGES.slice(0, times.length)),
    );
    const sample = shell("hvmsg decode -f pcapng samples/linux-boot.bin | tshark -r - 2>/dev/null | wc -l");
    expect(sample.stdout.trim()).toBe("2666");
    expect(shell(`capinfos -k '${folder}/a.pcapng' 2>/dev/null`).stdout).toContain(
      "Hyper-V intercept messages",
    );
  });

  it("comes in again as it went out", async () => {
    const file = await written(MESSAGES, TIMES);
    const again = await run(["decode", "-f", "pcapng"], { stdin: [file] });
    expect(again).toMatchObject({ status: 0, stderr: "" });
    expect(again.stdoutBytes.equals(file)).toBe(true);
    const raw = await run(["decode", "-f", "raw"], { stdin: [file] });
    expect(raw.stdoutBytes.equals(Buffer.concat(MESSAGES))).toBe(true);
  });

  it("its times are those of csv and JSON lines", async () => {
    const file = await written(MESSAGES.slice(0, TIMES.length), TIMES);
    const argv = ["decode", "--fields", "time", "--abi", "hvhdk"];
    const csv = await run([...argv, "-f", "csv"], { stdin: [file] });
    const json = await run([...argv, "--json"], { stdin: [file] });
    const times = jsonLines(json.stdout).map(({ time }) => time ?? "");
    expect(times.slice(0, 4)).toEqual([
      "1970-01-01T00:00:00.000000000Z",
      "2026-01-02T03:04:05.000000006Z",
      "2026-01-02T03:04:05.999999999Z",
      "",
    ]);
    expect(csv.stdout).toBe(["time", ...times, ""].join("\r\n"));
  });
});
