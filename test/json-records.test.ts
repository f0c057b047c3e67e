/** JSON records read back, and encoded: what is decoded and encoded again is the same message. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { encodeHeader40, encodeMsr } from "./oracle/encode.ts";
import {
  createRng,
  type Rng,
  randomBelow,
  randomHeader,
  randomMessage,
  randomPick,
} from "./oracle/random.ts";
import { jsonLines, type Ran, run } from "./run.ts";
import { hasProgram, shell } from "./shell.ts";

const folder = mkdtempSync(join(tmpdir(), "hvmsg-json-"));
type Json = Record<string, unknown>;

async function json(bytes: Uint8Array | readonly Uint8Array[], ...argv: string[]): Promise<Ran> {
  return run(["decode", "--json", ...argv], { stdin: [Buffer.concat([bytes].flat())] });
}

async function readBack(text: string, ...argv: string[]): Promise<Ran> {
  return run(["decode", "--json", ...argv], { stdin: [Buffer.from(text)] });
}

async function encode(text: string, ...argv: string[]): Promise<Ran> {
  return run(["encode", ...argv], { stdin: [Buffer.from(text)] });
}

/** A record as it can be after it was encoded: numbered anew, without the reserved bits that were set. */
function comparable(record: Json): Json {
  const { index: _index, offset: _offset, problems, ...rest } = record;
  const left = ((problems ?? []) as string[]).filter((problem) => !problem.includes("reserved"));
  return left.length === 0 ? rest : { ...rest, problems: left };
}

const ABIS = ["hvhdk", "hvimapi"] as const;

describe("decode, encode, decode", () => {
  for (const abi of ABIS) {
    it(`random messages, ${abi}`, async () => {
      const rng = createRng(61);
      const messages = Array.from({ length: 3000 }, () => randomMessage(rng, abi));
      const first = await json(messages, "--input", "message", "--abi", abi);
      const encoded = await encode(first.stdout, "--abi", abi);
      expect(encoded.status).toBe(0);
      const again = await json(encoded.stdoutBytes, "--input", "message", "--abi", abi);
      expect(jsonLines(again.stdout).map(comparable)).toEqual(jsonLines(first.stdout).map(comparable));
      expect(encoded.stderr).toMatch(/note: -: \d+ records had reserved bits or bytes set/);
    });

    it(`random headers, ${abi}`, async () => {
      const rng = createRng(62);
      const headers = Array.from({ length: 500 }, () => randomHeader(rng, abi));
      const first = await json(headers, "--input", "header", "--abi", abi);
      const encoded = await encode(first.stdout, "--abi", abi);
      expect(encoded.stdoutBytes.length).toBe(500 * 40);
      const again = await json(encoded.stdoutBytes, "--input", "header", "--abi", abi);
      expect(jsonLines(again.stdout).map(comparable)).toEqual(jsonLines(first.stdout).map(comparable));
    });
  }

  it("the samples, byte for byte up to their payload's end", async () => {
    const sample = readFileSync("samples/linux-boot.bin");
    const { stdoutBytes, stderr } = await encode((await json(sample)).stdout);
    expect(stderr).toBe("");
    expect(stdoutBytes.length).toBe(sample.length);
    for (let at = 0; at < sample.length; at += 256) {
      const end = at + 16 + (sample[at + 4] as number);
      expect(stdoutBytes.subarray(at, end).equals(sample.subarray(at, end))).toBe(true);
      expect(stdoutBytes.subarray(end, at + 256).every((byte) => byte === 0)).toBe(true);
    }
    const headers = readFileSync("samples/headers-2013.bin");
    expect((await encode((await json(headers)).stdout)).stdoutBytes.equals(headers)).toBe(true);
  });

  it("tells the ABI from the records", async () => {
    for (const abi of ABIS) {
      const rng = createRng(63);
      const messages = Array.from({ length: 200 }, () => randomMessage(rng, abi));
      const first = await json(messages, "--input", "message", "--abi", abi);
      const back = await readBack(first.stdout);
      expect(jsonLines(back.stdout).map(comparable)).toEqual(jsonLines(first.stdout).map(comparable));
    }
  });

  it("-o writes a file, which is whole or not there", async () => {
    const records = (await json(encodeMsr({ abi: "hvhdk", vpIndex: 3 }), "--abi", "hvhdk")).stdout;
    const path = join(folder, "out.bin");
    expect((await encode(records, "-o", path)).stdout).toBe("");
    expect(readFileSync(path).length).toBe(256);
  });
});

describe("JSON as it comes", () => {
  const rng = createRng(64);
  const messages = Array.from({ length: 50 }, () => randomMessage(rng, "hvhdk"));

  it("on lines, in an array, over many lines, with a byte order mark, in pieces", async () => {
    const { stdout } = await json(messages, "--input", "message", "--abi", "hvhdk");
    const wanted = jsonLines(stdout).map(comparable);
    const records = jsonLines(stdout);
    const pretty = records.map((record) => JSON.stringify(record, null, 2)).join("\n");
    for (const text of [
      stdout,
      stdout.replaceAll("\n", "\r\n"),
      stdout.trimEnd(),
      stdout.replaceAll("\n", ""),
      `\uFEFF${stdout}`,
      pretty,
      JSON.stringify(records),
      JSON.stringify(records, null, 2),
      (await run(["decode", "-f", "json", "--input", "message", "--abi", "hvhdk"], { stdin: messages }))
        .stdout,
    ]) {
      const back = await readBack(text);
      expect(jsonLines(back.stdout).map(comparable)).toEqual(wanted);
      const pieces = Array.from(Buffer.from(text.slice(0, 20_000)), (byte) => Uint8Array.of(byte));
      const whole = await readBack(text.slice(0, 20_000));
      expect(await run(["decode", "--json"], { stdin: pieces })).toEqual(whole);
    }
  });

  it.skipIf(!hasProgram("jq"))("through jq", () => {
    const ran = shell(
      "hvmsg decode --json samples/linux-boot.bin | jq 'select(.vpIndex == 2)' | hvmsg decode --json --abi hvhdk | jq .vpIndex | sort | uniq -c",
    );
    expect(ran.stdout.trim()).toMatch(/^\d+ 2$/);
  });

  it("keeps the time", async () => {
    const { stdout } = await json(encodeMsr({ abi: "hvhdk", vpIndex: 3 }), "--abi", "hvhdk");
    const timed = { ...(jsonLines(stdout)[0] as Json), time: "2025-07-01T10:00:01.123456789Z" };
    const back = await readBack(JSON.stringify(timed));
    expect(jsonLines(back.stdout)[0]).toMatchObject({ time: "2025-07-01T10:00:01.123456789Z" });
    const wrong = await readBack(JSON.stringify({ ...timed, time: "yesterday" }));
    expect(wrong.stderr).toContain('line 1: time: "yesterday" is no time');
    // A control character that JSON leaves as it is.
    const strange = await readBack(JSON.stringify({ ...timed, time: "2\u0085x" }));
    expect(strange.stderr).toContain('line 1: time: "2\\x85x" is no time');
  });
});

describe("what cannot be read is told with its line and field", () => {
  const bytes = [1, 2, 3].map((vpIndex) => encodeMsr({ abi: "hvhdk", vpIndex, rip: 0x1000n, rflags: 2n }));

  async function changed(
    change: (record: Json & { payload: Json; csSegment: Json }) => object,
  ): Promise<Ran> {
    const records = jsonLines((await json(bytes, "--abi", "hvhdk")).stdout);
    records[1] = change(records[1] as Json & { payload: Json; csSegment: Json }) as Json;
    return readBack(records.map((record) => JSON.stringify(record)).join("\n"), "--fields", "vpIndex");
  }

  for (const [name, change, told] of [
    [
      "a wrong type",
      (r) => ({ ...r, vpIndex: "2" }),
      'line 2: vpIndex: "2": expected number, received string',
    ],
    ["an unknown field", (r) => ({ ...r, vp: 2 }), "line 2: vp: no field of a record has this name here"],
    [
      "another payload's field",
      (r) => ({ ...r, payload: { ...r.payload, portNumber: 1 } }),
      "line 2: payload.portNumber: no field",
    ],
    ["a value that is too large", (r) => ({ ...r, cr8: 16 }), "line 2: cr8: 16:"],
    ["upper-case digits", (r) => ({ ...r, rip: "0xABCDEF0000000000" }), "line 2: rip:"],
    [
      "the other ABI's record",
      ({ cr8: _, ...r }) => ({ ...r, interceptAccessType: ["read", "write"] }),
      "line 2: interceptAccessType:",
    ],
    [
      "a name that is not the code's",
      (r) => ({ ...r, messageType: "HvMessageTypeX64Halt" }),
      "line 2: messageType: HvMessageTypeX64Halt is not the name of 2147549185",
    ],
    [
      "the payload of another type",
      (r) => ({ ...r, payload: { kind: "halt" } }),
      "line 2: payload.kind: halt is not the payload",
    ],
    [
      "fields that contradict each other",
      (r) => ({ ...r, csSegment: { ...r.csSegment, attributes: 0xa09b } }),
      "line 2: csSegment.attributes: 41115 contradicts",
    ],
    [
      "flags that RFLAGS does not have",
      (r) => ({ ...r, flags: ["IF"] }),
      'line 2: flags: ["IF"] contradicts',
    ],
    [
      "a payload without its type",
      ({ messageType: _, messageTypeCode: __, ...r }) => r,
      "line 2: messageType: a message has to tell its type",
    ],
    [
      "a bare header among messages",
      () => ({ vpIndex: 1 }),
      "line 2: a bare header among messages is left out",
    ],
    ["a hole", ({ rip: _, ...r }) => r, "line 2: rip is missing, and is taken as 0"],
  ] as [string, (record: Json & { payload: Json; csSegment: Json }) => object, string][])
    it(name, async () => {
      const ran = await changed(change);
      expect(ran.stderr).toContain(told);
      expect(ran.status).toBe(2);
      const read = jsonLines(ran.stdout).map((record) => record.vpIndex);
      expect(read).toEqual(name === "a hole" ? [1, 2, 3] : [1, 3]);
    });

  it("broken JSON does not take the lines behind it along", async () => {
    const lines = (await json(bytes, "--abi", "hvhdk")).stdout.split("\n");
    const second = lines[1] as string;
    for (const broken of [
      second.slice(0, -1),
      second.slice(0, 300),
      second.slice(5),
      `${second}}`,
      "null",
      "",
      `x${second}`,
    ]) {
      const ran = await readBack([lines[0], broken, lines[2]].join("\n"), "--fields", "vpIndex");
      expect(
        jsonLines(ran.stdout)
          .map((record) => record.vpIndex)
          .filter((vp) => vp !== 2),
      ).toEqual([1, 3]);
      if (broken !== "") expect(ran.stderr).toMatch(/line 2: /);
    }
  });

  it("a record that is cut short stays so", async () => {
    const cut = (bytes[0] as Uint8Array).subarray(0, 64);
    const first = await json(cut, "--input", "message", "--abi", "hvhdk");
    const back = await readBack(first.stdout);
    expect(back.stderr).toMatch(/the message is cut short: 64 of 80 bytes/);
    expect(jsonLines(back.stdout).map(comparable)).toEqual(jsonLines(first.stdout).map(comparable));
  });

  it("a record that is nested too deep is told, and the next one read", async () => {
    const deep = `{"index":0,"rip":${"[".repeat(100_000)}1${"]".repeat(100_000)}}\n`;
    const next = (await json(bytes[2] as Uint8Array, "--abi", "hvhdk")).stdout;
    const ran = await readBack(`${deep}${next}`, "--abi", "hvhdk", "--fields", "vpIndex");
    expect(ran.stderr).toMatch(/^hvmsg: -: line 1: a record of more than 64 levels\n/);
    expect(jsonLines(ran.stdout)).toEqual([{ vpIndex: 3 }]);
  });

  it("no record at all", async () => {
    writeFileSync(join(folder, "empty.jsonl"), "[]\n");
    expect((await run(["encode", join(folder, "empty.jsonl")])).stderr).toContain("no JSON record in it");
    expect((await encode("Dear list\n")).stderr).toContain("line 1: no record");
  });
});

describe("damaged JSON", () => {
  it("1000 inputs: no crash, every record is read or told", async () => {
    const rng = createRng(65);
    const message = encodeHeader40({ abi: "hvhdk", vpIndex: 1, rflags: 2n });
    const texts = [
      (
        await json(
          Array.from({ length: 4 }, () => randomMessage(rng, "hvhdk")),
          "--input",
          "message",
          "--abi",
          "hvhdk",
        )
      ).stdout,
      (await json([message, message], "--input", "header", "--abi", "hvhdk")).stdout,
    ];
    for (let round = 0; round < 1000; round++) {
      let text = randomPick(rng, texts);
      for (let count = 1 + randomBelow(rng, 3); count > 0; count--) text = damaged(rng, text);
      const ran = await run(["decode", "--json", "--input", "jsonl"], {
        stdin: [Buffer.from(text, "latin1")],
      });
      expect([0, 2]).toContain(ran.status);
      expect(ran.stderr).not.toContain("defect");
      if (text.trim() !== "") expect(ran.stdout + ran.stderr).not.toBe("");
    }
  });
});

function damaged(rng: Rng, text: string): string {
  const at = randomBelow(rng, text.length + 1);
  const length = randomBelow(rng, randomPick(rng, [2, 20, 500]));
  switch (randomBelow(rng, 4)) {
    case 0:
      return text.slice(0, at) + text.slice(at + length);
    case 1:
      return text.slice(0, at) + text.slice(at, at + length) + text.slice(at);
    case 2:
      return text.slice(0, at);
    default:
      return text.slice(0, at) + String.fromCharCode(rng() & 0xff) + text.slice(at + 1);
  }
}
