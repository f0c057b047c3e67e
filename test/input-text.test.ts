/** Dumps in text: of every tool, written by it where it is here, decode to the records of the binary. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { encodeHeader40 } from "./oracle/encode.ts";
import { createRng, randomHeader, randomMessage } from "./oracle/random.ts";
import { type Ran, run } from "./run.ts";
import { hasProgram } from "./shell.ts";
import { TEXTS } from "./texts.ts";

const folder = mkdtempSync(join(tmpdir(), "hvmsg-text-"));

/** Messages of documented types, with text in them that looks like digits. */
function someMessages(count: number, seed = 31): Uint8Array[] {
  const rng = createRng(seed);
  const messages: Uint8Array[] = [];
  while (messages.length < count) {
    const message = randomMessage(rng, "hvhdk");
    if (KNOWN.has(new DataView(message.buffer).getUint32(0, true)) && (message[4] as number) <= 240)
      messages.push(message);
  }
  // Text columns that look like bytes, offsets, lists and escapes.
  for (const [index, words] of [
    "00 11 22 33 44 5",
    "deadbeefcafef00d",
    "00000010: 00 01 ",
    "[1,2,3,4,5,6,7,8",
    "|  >  <  |  |  |",
  ].entries())
    messages[index]?.set(Buffer.from(words), 0xe0);
  return messages;
}

const KNOWN = new Set([
  0x80000000, 0x80000001, 0x80010000, 0x80010001, 0x80010002, 0x80010003, 0x80000050, 0x80010007, 0x80000022,
]);

/** Records as they are but for where they stood: a text has its own offsets, and perhaps times. */
const withoutOffset = (jsonl: string) => jsonl.replace(/"offset":\d+,|"time":"[^"]+",/g, "");

async function decode(input: Uint8Array | string, ...argv: string[]): Promise<Ran> {
  return run(["decode", "--json", "--abi", "hvhdk", ...argv], { stdin: [Buffer.from(input)] });
}

/** Decodes a text, which must have the records of these messages and nothing to complain of. */
async function expectSame(text: Uint8Array | string, messages: readonly Uint8Array[]): Promise<void> {
  const [ran, binary] = [await decode(text), await decode(Buffer.concat(messages), "--input", "message")];
  expect(ran.stderr.replace(/hvmsg: note: .*passed over\n/, "")).toBe("");
  expect(withoutOffset(ran.stdout)).toBe(withoutOffset(binary.stdout));
  expect(ran.status).toBe(0);
}

describe("texts", () => {
  const messages = someMessages(40);
  for (const [name, write] of Object.entries(TEXTS)) it(name, () => expectSame(write(messages), messages));

  it("CR LF, a byte order mark, UTF-16 as WinDbg's log files have it, no end of the last line", async () => {
    const text = TEXTS["WinDbg db"]?.(messages) ?? "";
    await expectSame(text.replaceAll("\r\n", "\n").trimEnd(), messages);
    await expectSame(`\uFEFF${text}`, messages);
    await expectSame(Buffer.from(`\uFEFF${text}`, "utf16le"), messages);
    await expectSame(Buffer.from(`\uFEFF${text}`, "utf16le").swap16(), messages);
  });

  it("colours, trailing spaces, tabs, capital letters", async () => {
    const text = TEXTS.dmesg?.(messages) ?? "";
    await expectSame(text.replaceAll("[ ", "\x1b[32m[ ").replaceAll("] ", "]\x1b[0m "), messages);
    const od = TEXTS["od -v -A x -t x1"]?.(messages) ?? "";
    await expectSame(od.replace(/\n/g, "  \n"), messages);
    await expectSame(od.toUpperCase(), messages);
    await expectSame((TEXTS["hex with 0x"]?.(messages) ?? "").replaceAll(" ", "\t"), messages);
  });

  it("one byte at a time", async () => {
    for (const name of ["xxd", "dmesg", "hex on one line", "Rust {:#?}", "C strings"]) {
      const text = Buffer.from(TEXTS[name]?.(messages.slice(0, 8)) ?? "");
      const whole = await decode(text);
      const argv = ["decode", "--json", "--abi", "hvhdk"];
      expect(await run(argv, { stdin: Array.from(text, (byte) => Uint8Array.of(byte)) })).toEqual(whole);
    }
  });

  it("lines of megabytes", async () => {
    const many = Array.from({ length: 200 }, () => messages).flat();
    for (const name of ["hex on one line", "hex on one line, spaced", "one list"])
      await expectSame(TEXTS[name]?.(many) ?? "", many);
    await expectSame(`${"x".repeat(3_000_000)}\n${TEXTS.xxd?.(messages)}`, messages);
  });

  it("ISO times with a zone become the record's time", async () => {
    const iso = TEXTS.rsyslog?.(messages.slice(0, 2)) ?? "";
    const { stdout } = await decode(iso);
    expect(stdout.split("\n")[0]).toContain('"time":"2025-07-01T10:00:01.123456000Z"');
  });
});

/** What to put before each line, by its number. */
function counted(prefix: (line: number) => string): () => string {
  let line = 0;
  return () => prefix(line++);
}

describe("texts of the real tools", () => {
  const messages = someMessages(12, 32);
  const file = join(folder, "capture.bin");
  const binary = Buffer.concat(messages);
  writeFileSync(file, binary);
  const sparse = Buffer.concat([messages[0] as Uint8Array, new Uint8Array(2048), messages[1] as Uint8Array]);
  writeFileSync(join(folder, "sparse.bin"), sparse);

  const commands: Record<string, string[]> = {
    xxd: [
      "xxd",
      "xxd -p",
      "xxd -p -c 64",
      "xxd -i",
      "xxd -e",
      "xxd -g 4",
      "xxd -g 1 -c 32",
      "xxd -g 0",
      "xxd -u -c 8",
      "xxd -d",
      "xxd -a",
      "xxd -o 0x1000",
    ],
    hexdump: ["hexdump -C", "hexdump", "hexdump -v", 'hexdump -v -e \'16/1 "%02x " "\\n"\''],
    od: [
      "od -A x -t x1",
      "od -A d -t x1",
      "od -A o -t x1",
      "od -A x -t x1z",
      "od -A x -t x2",
      "od -A x -t x4",
      "od -A x -t x8",
      "od -v -A n -t x1",
      "od -v -A n -t x4",
      "od -A x -t x1 -w32",
    ],
  };
  for (const [program, lines] of Object.entries(commands)) {
    for (const line of lines) {
      it.skipIf(!hasProgram(program))(line, async () => {
        const text = (name: string) => spawnSync("sh", ["-c", `${line} ${name}`], { cwd: folder }).stdout;
        await expectSame(text("capture.bin"), messages);
        // Repeated lines, which all but some of them leave out: 8 empty slots between two messages.
        const ran = await decode(text("sparse.bin"));
        expect(ran.stderr).toContain("8 empty slots");
        expect(ran.stdout.split("\n").length).toBe(3);
        expect(ran.status).toBe(0);
      });
    }
  }

  const prefixes: Record<string, (line: number) => string> = {
    "a space": () => " ",
    "more spaces": () => "    ",
    "a name": () => "vp0: ",
    "a bar": () => "guest_1  | ",
    dmesg: (line) => `[  184.${String(220_000 + line)}] `,
    "dmesg and a name": (line) => `[  184.${String(220_000 + line)}] vp0: `,
    journalctl: (line) => `Nov 23 02:00:${String(line % 60).padStart(2, "0")} host kernel: `,
  };
  for (const [program, line] of [
    ["hexdump", "hexdump -C"],
    ["hexdump", "hexdump"],
    ["od", "od -A x -t x1"],
    ["od", "od -A x -t x1z"],
    ["od", "od -A d -t x4"],
    ["xxd", "xxd"],
  ] as const)
    it.skipIf(!hasProgram(program))(`${line} behind other text`, async () => {
      const text = (name: string) => spawnSync("sh", ["-c", `${line} ${name}`], { cwd: folder }).stdout;
      const behind = (name: string, prefix: (line: number) => string) =>
        String(text(name)).replace(/^(?=.)/gm, counted(prefix));
      for (const prefix of Object.values(prefixes)) {
        await expectSame(behind("capture.bin", prefix), messages);
        const sparse = await decode(behind("sparse.bin", prefix));
        expect(sparse.stderr).toMatch(/^hvmsg: note: \d+ empty slots? \(message type 0\) w.*\n$/);
        expect(sparse.stdout.split("\n").length).toBe(3);
      }
    });

  it.skipIf(!hasProgram("xxd"))("xxd -b is told, once", async () => {
    for (const line of ["xxd -b", "xxd -b -c 4", "xxd -b | sed 's/^/vp0: /'"]) {
      const { stdout } = spawnSync("sh", ["-c", `cat capture.bin | ${line}`], { cwd: folder });
      expect(await decode(stdout)).toMatchObject({
        stdout: "",
        stderr: "hvmsg: -: line 1: binary digits (xxd -b) are not read: use xxd without -b\n",
        status: 2,
      });
    }
  });

  const gdb = hasProgram("gdb") && hasProgram("objcopy");
  for (const line of ["x/3072xb", "x/1536xh", "x/768xw", "x/384xg"]) {
    it.skipIf(!gdb)(`GDB ${line}`, async () => {
      spawnSync("objcopy", ["-I", "binary", "-O", "elf64-x86-64", "capture.bin", "capture.o"], {
        cwd: folder,
      });
      const argv = ["-nx", "-batch", "-ex", `${line} &_binary_capture_bin_start`, "capture.o"];
      const { stdout } = spawnSync("gdb", argv, { cwd: folder });
      await expectSame(stdout, messages);
    });
  }
});

describe("headers alone", () => {
  const rng = createRng(33);
  const fields = { abi: "hvhdk", rflags: 0x246n, rip: 0x1000n } as const;
  const headers = Array.from({ length: 20 }, (_, vpIndex) => encodeHeader40({ ...fields, vpIndex }));

  it("are read as such, from a dump of one and of many", async () => {
    const expected = withoutOffset((await decode(Buffer.concat(headers), "--input", "header")).stdout);
    for (const name of ["bpftrace %rh", "hex digits", "Rust {:?}", "C array", "xxd"])
      expect(withoutOffset((await decode(TEXTS[name]?.(headers) ?? "")).stdout), name).toBe(expected);
  });

  it("of a payload alone, as OpenHCL logs it, are what can be read of it", async () => {
    const payload = new Uint8Array(240);
    payload.set(headers[3] as Uint8Array);
    const ran = await decode(`payload: [${Array.from(payload).join(", ")}]\n`);
    expect(ran.stderr).toContain(
      "line 1: a payload of 240 bytes without its message header does not tell its type",
    );
    expect(ran.stdout).toContain('"vpIndex":3');
    expect(ran.stdout).not.toContain("messageType");
  });

  it("do not mix with messages", async () => {
    const message = someMessages(1)[0] as Uint8Array;
    const mixed = TEXTS["Rust {:?}"]?.([message, headers[0] as Uint8Array]) ?? "";
    const ran = await decode(mixed);
    expect(ran.stderr).toContain("line 2: a bare header among whole messages is left out");
    expect(ran.status).toBe(2);
    expect(randomHeader(rng, "hvhdk").length).toBe(40);
  });
});

describe("damage is told with its line", () => {
  const messages = someMessages(3);
  const xxd = (TEXTS.xxd?.(messages) ?? "").split("\n");
  const changed = (line: number, to: (line: string) => string[]) =>
    xxd.flatMap((each, index) => (index === line - 1 ? to(each) : [each])).join("\n");

  for (const [name, text, told] of [
    [
      "an odd digit",
      changed(5, (line) => [line.replace(/: (.{18})./, ": $1")]),
      "line 5: odd number of hex digits",
    ],
    [
      "no digit",
      changed(5, (line) => [line.replace(/: ./, ": z")]),
      "line 6: 0x50 where 0x40 was expected: 16 bytes missing",
    ],
    ["a lost line", changed(5, () => []), "line 5: 0x50 where 0x40 was expected: 16 bytes missing"],
    ["a line twice", changed(5, (line) => [line, line]), "line 6: 0x40 stands there twice"],
    [
      "too many bytes",
      changed(5, (line) => [line.replace(/ {2}.*/, " 00ff  ................")]),
      "line 5: 18 bytes in a line, where the others have 16",
    ],
    [
      "a lost start",
      xxd.slice(1).join("\n"),
      "line 1: the dump begins at 0x10, in the middle of a message whose start is missing",
    ],
  ] as const)
    it(name, async () => {
      const ran = await decode(text);
      expect(ran.stderr).toContain(told);
      expect(ran.status).toBe(2);
      // The messages that are whole are read.
      const whole = withoutOffset((await decode(Buffer.concat(messages), "--input", "message")).stdout).split(
        "\n",
      );
      const rows = withoutOffset(ran.stdout)
        .split("\n")
        .map((row) => row.replace(/"index":\d+,/, ""));
      for (const row of whole.slice(1, 3)) expect(rows).toContain(row.replace(/"index":\d+,/, ""));
    });

  it("text without a dump", async () => {
    const ran = await decode("Dear list,\n\nmy guest does not boot [1, 2].\n");
    expect(ran.stderr).toContain("no dump in 3 lines of text");
    expect(ran.status).toBe(2);
  });

  it("lists", async () => {
    const list = Array.from(messages[0] as Uint8Array);
    const wrong = (index: number, value: string) =>
      `[${list.map((byte, at) => (at === index ? value : byte)).join(", ")}]\n`;
    expect((await decode(wrong(200, "300"))).stderr).toContain("line 1: a number of the list is no byte");
    expect((await decode(wrong(200, "zoo"))).stderr).toContain("line 1: 'zoo' in a list of bytes");
    expect((await decode(wrong(3, "oops"))).stderr).toContain("line 1: 'oops' in a list of bytes");
    expect((await decode(`[${list.slice(0, 100).join(", ")}`)).stderr).toMatch(
      /line 1: the (message is cut short|dump has)/,
    );
  });

  it("a lost line behind a name, and numbers that are no end of the dump", async () => {
    const lines = (TEXTS["hexdump -v -C"]?.(messages) ?? "").split("\n").map((line) => `vp0: ${line}`);
    const lost = await decode(lines.toSpliced(4, 1, "vp0: deadbeef").join("\n"));
    expect(lost.stderr).toContain("line 6: 0x50 where 0x40 was expected: 16 bytes missing");
    expect(lost.stderr).not.toContain("dump ends");
    expect(lost.status).toBe(2);
    const two = lines.toSpliced(4, 0, "vp0: deadbeef", "vp1: *", "vp0: the guest exits").join("\n");
    expect(await decode(two)).toMatchObject({ status: 0 });
  });

  it("strings that strace left out the end of, and escapes that are none", async () => {
    const message = Uint8Array.from(messages[0] as Uint8Array).fill(64, 4, 5);
    const call = (text: string) => `write(1, "${text}"..., 256) = 256\n`;
    const octal = Array.from(message.subarray(0, 32), (byte) => `\\${byte.toString(8).padStart(3, "0")}`);
    const ran = await decode(call(octal.join("")).repeat(2));
    expect(
      ran.stderr.match(/line 1: strace left out the end of the string: strace -xx -s 256/g),
    ).toHaveLength(1);
    expect(ran.stderr).not.toContain("line 2: strace");
    expect(ran.stderr).toContain("line 2: the message is cut short: 32 of");
    expect(ran.stdout.split("\n")).toHaveLength(3);
    expect(ran.status).toBe(2);
    // What the message needs is there.
    octal[4] = "\\20";
    expect(await decode(call(octal.join("")))).toMatchObject({ stderr: "", status: 0 });
    const other = await decode('cd "C:\\1\\2\\3\\4\\5"\nprintf "\\033[1m\\033[0m\\1\\2\\3"\n');
    expect(other.stderr).toContain("no dump in 2 lines of text");
  });

  it("'*' that cannot be filled", async () => {
    const [first = ""] = xxd;
    expect((await decode(`${first}\n*\n`)).stderr).toContain("the dump ends with '*'");
    expect((await decode(`${first}\n*\n${"f".repeat(15)}0: 0000 0000\n`)).stderr).toContain(
      "no place that a '*'",
    );
  });
});
