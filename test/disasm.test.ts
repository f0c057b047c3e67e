/**
 * Instructions against what objdump says of the same bytes (fixtures/instructions, written by make.sh there). Lengths
 * agree exactly. The texts are two dialects of Intel syntax: they agree once what is only spelled otherwise, or
 * written down by just one of them, is taken away; each such rule is below.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type Bitness, type Disassembler, openDisassembler } from "../src/code/disassembler.ts";
import { type ExceptionFields, encodeException } from "./oracle/encode.ts";
import { jsonLines, run } from "./run.ts";
import { shell } from "./shell.ts";

interface Line {
  address: bigint;
  bytes: Buffer;
  text: string;
}

function fixture(bitness: Bitness): Line[] {
  const text = readFileSync(join(import.meta.dirname, `fixtures/instructions/${bitness}.txt`), "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [address = "", bytes = "", said = ""] = line.split("\t").map((part) => part.trim());
      return {
        address: BigInt(`0x${address.replace(":", "")}`),
        bytes: Buffer.from(bytes.replaceAll(" ", ""), "hex"),
        text: said,
      };
    });
}

/** The other spelling of a mnemonic. */
const SPELLINGS: Record<string, string> = {
  repz: "repe",
  repnz: "repne",
  movabs: "mov",
  pushfd: "pushf",
  pushfq: "pushf",
  popfd: "popf",
  popfq: "popf",
  pushad: "pusha",
  popad: "popa",
  iretd: "iret",
  lgdtw: "lgdt",
  lgdtd: "lgdt",
  lidtw: "lidt",
  lidtd: "lidt",
  retf: "ret far",
};

/** String instructions name the size in the mnemonic or in the operands, which are always the same registers. */
const STRING = /^((?:rep|repe|repne) )?(ins|outs|movs|cmps|scas|lods|stos)([bwdq]?) ?(.*)$/;

function normalised(text: string, nextAddress: bigint): string {
  let plain = text
    .toLowerCase()
    .replace(/\s*[#<].*$/, "") // objdump: where a RIP-relative operand is
    .replace(/\s+/g, " ")
    .replace(/ ?, ?/g, ",");
  plain = plain.replace(/[a-z]+/g, (word) => SPELLINGS[word] ?? word);
  const string = STRING.exec(plain);
  if (string) {
    const [, prefix = "", name, letter, operands = ""] = string;
    const size = /(byte|dword|qword|word)/.exec(operands)?.[1]?.[0] ?? letter;
    const byRegister = { al: "b", ax: "w", eax: "d", rax: "q" }[/\b([re]?ax|al)\b/.exec(operands)?.[1] ?? ""];
    return `${prefix}${name}${byRegister ?? size}`;
  }
  return plain
    .replace(/ ptr\b/g, "")
    .replace(/\b([xyz]?mm|[dqtfo]?)(word|byte) /g, "")
    .replace(/\[rip\+0x([0-9a-f]+)\]/, (_, offset: string) => {
      const target = BigInt.asUintN(64, nextAddress + BigInt(`0x${offset}`));
      return `[0x${target.toString(16)}]`;
    })
    .replace(/\b([fg]s|ds):(0x[0-9a-f]+)/, "$1:[$2]") // an absolute address, with or without brackets
    .replace(/\bds:(\[)/, "$1") // the segment that it has anyway
    .replace(/^es (.*),?\[/, "$1[") // a prefix that 64-bit mode ignores
    .replace(/^es /, "")
    .replace(/([+-])0x0\]/, "]") // a displacement of 0
    .replace(/^(fld) st,/, "$1 ")
    .replace(/^(fstp .*),st$/, "$1") // the register that they always use
    .replace(/^(shl .*),0x1$/, "$1,1")
    .replace(/^jmp far (0x[0-9a-f]+),(0x[0-9a-f]+)$/, (_, offset, selector) =>
      [`jmp 0x${BigInt(selector).toString(16)}`, `0x${BigInt(offset).toString(16)}`].join(":"),
    )
    .replace(/^mov ss,eax$/, "mov ss,ax"); // objdump: the register by the operand size, not by what is moved
}

let disassembler: Disassembler;
beforeAll(async () => {
  disassembler = await openDisassembler();
});

/** Bytes as a message has them: 16, what follows the instruction among them. */
function sixteen(bytes: Uint8Array): Uint8Array {
  const all = new Uint8Array(16).fill(0x90);
  all.set(bytes);
  return all;
}

describe.each([16, 32, 64] as const)("%i-bit code", (bitness) => {
  const lines = fixture(bitness);

  it("has the lengths that objdump finds", () => {
    expect(lines.length).toBeGreaterThan(190);
    for (const { address, bytes, text } of lines) {
      const found = disassembler.decode(sixteen(bytes), bitness, address);
      expect([text, found.length]).toEqual([text, bytes.length]);
    }
  });

  it("says the same in another dialect", () => {
    const differing = lines.flatMap(({ address, bytes, text }) => {
      const next = address + BigInt(bytes.length);
      const ours = disassembler.decode(sixteen(bytes), bitness, address).text;
      const pair = [normalised(ours, next), normalised(text, next)];
      return pair[0] === pair[1] ? [] : [pair];
    });
    expect(differing).toEqual([]);
  });

  it("calls every beginning of an instruction cut off", () => {
    for (const { address, bytes, text } of lines)
      for (let length = 1; length < bytes.length; length++) {
        const found = disassembler.decode(bytes.subarray(0, length), bitness, address);
        expect([text, length, found]).toEqual([text, length, { text: "(cut off)" }]);
      }
  });
});

describe("what is no instruction", () => {
  const NONE = "06 07 0e 16 1e 27 37 60 61 9a d4 d5 ea 0f04 0f0a 0f3a0000 c5f80000";
  it.each(NONE.split(" "))("%s in 64-bit mode, however many bytes there are", (start) => {
    const bytes = Buffer.from(start, "hex");
    expect(disassembler.decode(sixteen(bytes), 64, 0n)).toEqual({ text: "(bad)" });
    expect(disassembler.decode(bytes, 64, 0n)).toEqual({ text: "(bad)" });
  });

  it("more than 15 bytes of prefixes", () => {
    expect(disassembler.decode(new Uint8Array(16).fill(0x66), 64, 0n)).toEqual({ text: "(bad)" });
  });
});

describe("--disasm", () => {
  const PROTECTED = { cr0Pe: true };
  const LONG = { cr0Pe: true, eferLma: true };
  const BITS_32 = { attributes: 0x4000 };
  const modes: [string, Partial<ExceptionFields>, string][] = [
    ["real mode", {}, "mov eax, [bx]"],
    ["16-bit", { executionState: PROTECTED }, "mov eax, [bx]"],
    ["32-bit", { executionState: PROTECTED, csSegment: BITS_32 }, "mov ax, [edi]"],
    ["compatibility", { executionState: LONG, csSegment: BITS_32 }, "mov ax, [edi]"],
    ["64-bit", { executionState: LONG, csSegment: { attributes: 0x2000 } }, "mov ax, [rdi]"],
    ["v8086", { executionState: PROTECTED, csSegment: BITS_32, rflags: 0x20000n }, "mov eax, [bx]"],
  ];
  const message = (fields: Partial<ExceptionFields>) =>
    encodeException({
      abi: "hvhdk",
      instructionByteCount: 16,
      instructionBytes: "668b0790909090909090909090909090",
      ...fields,
    });
  const decode = (bytes: Uint8Array, ...options: string[]) =>
    run(["decode", "--abi", "hvhdk", "--input", "message", "--disasm", ...options], { stdin: [bytes] });

  it.each(modes)("reads the bytes as %s does", async (_, fields, text) => {
    const { stdout } = await decode(message(fields), "--json");
    expect(jsonLines(stdout)[0]?.instruction).toEqual({ text, length: 3 });
  });

  it("says where the length comes from", async () => {
    const length = async (instructionLength: number, ...options: string[]) =>
      (await decode(message({ instructionLength }), ...options)).stdout;
    expect(await length(3, "-f", "tree")).toContain("mov eax, [bx]  3 bytes, as reported\n");
    expect(await length(0, "-f", "tree")).toContain(
      "3 bytes, found: the message does not report its length\n",
    );
    expect(await length(5, "-f", "tree")).toContain("3 bytes, found: the message reports 5\n");
    expect(await length(3)).toContain("  ; mov eax, [bx]\n");
    expect(await length(0)).toContain("  ; mov eax, [bx] (3 bytes found)\n");
  });

  it("shows what is bad or cut off, and nothing where there are no bytes", async () => {
    const instruction = async (fields: Partial<ExceptionFields>) =>
      jsonLines((await decode(message(fields), "--json")).stdout)[0]?.instruction;
    expect(await instruction({ instructionByteCount: 2 })).toEqual({ text: "(cut off)" });
    expect(await instruction({ instructionBytes: "0f04" })).toEqual({ text: "(bad)" });
    expect(await instruction({ instructionByteCount: 0 })).toBeUndefined();
    expect(await instruction({ instructionByteCount: 255 })).toEqual({ text: "mov eax, [bx]", length: 3 });
    expect(await instruction({ payloadSize: 0x42 })).toEqual({ text: "(cut off)" });
    expect(await instruction({ payloadSize: 0x40 })).toBeUndefined();
  });

  it("can be a column, and is refused where it cannot be shown", async () => {
    const { stdout } = await decode(message({ rip: 0x1000n }), "--fields", "rip,instruction");
    expect(stdout.split("\n")[1]).toBe("0x0000000000001000 mov eax, [bx]");
    for (const options of [
      ["-f", "raw"],
      ["-o", "/nonexistent/x.bin"],
    ]) {
      const ran = await decode(message({}), ...options);
      expect(ran.status).toBe(2);
      expect(ran.stderr).toBe("hvmsg: --disasm does not go with --format raw\n");
    }
    const ran = await run(["decode", "--fields", "instruction"]);
    expect([ran.status, ran.stderr]).toEqual([2, "hvmsg: --fields instruction needs --disasm\n"]);
  });

  it("works in the built command, which finds the disassembler beside its WebAssembly", () => {
    const { stdout, status } = shell("hvmsg decode --abi hvhdk --disasm --json", { input: message({}) });
    expect(status).toBe(0);
    expect(stdout).toContain('"instruction":{"text":"mov eax, [bx]","length":3}');
  });
});
