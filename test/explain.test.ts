/** hvmsg explain: every row of every name table, from the number to the name and back. */
import { describe, expect, it } from "vitest";
import type { NameTable } from "../src/layout/index.ts";
import {
  ABIS,
  APIC_REGISTERS,
  CACHE_TYPE,
  CPUID_LEAVES,
  DELIVERABLE_TYPE,
  EXCEPTIONS,
  FEATURE_CODE,
  HYPERCALLS,
  MESSAGE_TYPES,
  MMIO_REGIONS,
  MSRS,
  OTHER_NAMES,
  PORTS,
  REGISTERS,
  WHV_EXIT_REASONS,
} from "../src/messages/index.ts";
import { Shapes } from "../src/record/index.ts";
import { run } from "./run.ts";

/** The lines of an explanation that are meanings: what, number, name and the rest. */
async function meanings(...codes: string[]): Promise<string[][]> {
  const { stdout, stderr, status } = await run(["explain", ...codes]);
  expect([stderr, status]).toEqual(["", 0]);
  return stdout.split("\n\n").map((each) => each.split("\n").slice(1));
}

/** Many codes at once, which takes one run: the meanings of each. */
async function each(codes: string[]): Promise<string[][]> {
  const { stdout, stderr } = await run(["explain", ...codes]);
  expect(stderr).toBe("");
  const found: string[][] = [];
  for (const line of stdout.split("\n")) {
    if (line !== "" && !line.startsWith(" ")) found.push([]);
    else found.at(-1)?.push(line);
  }
  return found;
}

const TABLES: [prefix: string, what: string, table: NameTable][] = [
  ["whv", "WHv exit reason", WHV_EXIT_REASONS],
  ["msr", "MSR", MSRS],
  ["port", "I/O port", PORTS],
  ["hypercall", "hypercall", HYPERCALLS],
  ["register", "register", REGISTERS],
  ["vector", "exception vector", EXCEPTIONS],
  ["cpuid", "CPUID leaf", CPUID_LEAVES],
  ["apic", "APIC register", APIC_REGISTERS],
  ["gpa", "guest physical address", MMIO_REGIONS],
];

describe.each(TABLES)("%s", (prefix, what, table) => {
  const rows = table.rows();
  const lineOf = (lines: string[] | undefined, name: string) =>
    lines?.find((line) => line.startsWith(`  ${what} `) && line.includes(`  ${name}`));

  it("from the number to the name, in decimal and hexadecimal, alone and narrowed", async () => {
    for (const write of [
      (number: number) => `${number}`,
      (number: number) => `0x${number.toString(16)}`,
      (number: number) => `${prefix}=${number}`,
    ]) {
      for (const end of ["first", "last"] as const) {
        const found = await each(rows.map((row) => write(row[end])));
        rows.forEach((row, place) => {
          expect(lineOf(found[place], row.name), `${write(row[end])} is ${row.name}`).toBeDefined();
        });
      }
    }
  });

  it("from the name to the number, in any case", async () => {
    for (const change of [
      (name: string) => name,
      (name: string) => name.toLowerCase(),
      (name: string) => `${prefix}=${name}`,
    ]) {
      const found = await each(rows.map((row) => change(row.name)));
      rows.forEach((row, place) => {
        const line = found[place]?.find(
          (each) =>
            each.startsWith(`  ${what} `) && Number(/ (0x[0-9a-f]+|\d+)(-| )/.exec(each)?.[1]) === row.first,
        );
        expect(line, `${row.name} is ${row.first}`).toBeDefined();
      });
    }
  });
});

describe("message types", () => {
  it.each(MESSAGE_TYPES)("$name", async (type) => {
    const { code, name, alias, short } = type;
    const forms = [
      `0x${code.toString(16)}`,
      `${code}`,
      `${code | 0}`,
      `type=${code}`,
      `0xffffffff${code.toString(16)}`,
    ];
    for (const form of [...forms, name, ...(alias ? [alias] : []), name.toUpperCase()]) {
      const [lines = []] = await meanings(form);
      expect(lines[0], form).toContain(`  0x${code.toString(16)}  ${name}`);
      if (alias) expect(lines[0]).toContain(alias);
    }
    const { stdout } = await run(["explain", short]);
    expect(stdout).toContain(`0x${code.toString(16)}  ${name}`);
  });

  it("names of other families", async () => {
    for (const [name, code] of Object.entries(OTHER_NAMES)) {
      const { stdout } = await run(["explain", name]);
      expect(stdout).toContain(`0x${code.toString(16)}`);
      expect(stdout).toContain(name);
    }
    expect((await run(["explain", "HvMessageTypeNone"])).stdout).toContain("an empty slot");
    expect((await run(["explain", "type=0"])).stdout).toContain("HvMessageTypeNone");
  });

  it("has every field of the payload at its place, under the ABI that has it", async () => {
    for (const type of MESSAGE_TYPES) {
      const { stdout } = await run(["explain", `type=${type.code}`]);
      const kinds = ABIS.filter((abi) => type.only === undefined || type.only === abi);
      if (type.payload[kinds[0] as "hvhdk"].kind === "raw") {
        expect(stdout).toContain("not public");
        continue;
      }
      const rows = stdout.split("\n").flatMap((line) => {
        const match = /^ {2}0x([0-9a-f]+) +(?:bits? [\d:]+|\d+(?: of \d+)?) +([\w.]+)/.exec(line);
        return match ? [{ offset: Number.parseInt(match[1] as string, 16), name: match[2], line }] : [];
      });
      for (const abi of kinds) {
        const size = Math.min(240, type.payload[abi].largestSize);
        for (const field of new Shapes().find(abi, "message", type.code, size, 256).fields) {
          const shown = ["uint", "hex64", "hex128", "enum", "bool", "bytes", "array"].includes(field.type);
          const partOfSegment = field.container === "attributes" && field.path.includes("Segment.");
          if (!shown || partOfSegment || field.byte < 16) continue;
          const name = field.path.replace(/^payload\./, "");
          const other = abi === "hvhdk" ? "[hvimapi]" : "[hvhdk]";
          const row = rows.find((each) => each.name === name && !each.line.endsWith(other));
          expect(row?.offset, `${name} of ${type.name}, ${abi}`).toBe(field.byte - 16);
        }
      }
    }
  });

  it("marks what only one ABI has", async () => {
    const { stdout } = await run(["explain", "HvMessageTypeUnmappedGpa"]);
    expect(stdout).toMatch(/^ {2}0x70 {4}8 {10}rax +register RAX \[hvimapi\]$/m);
    expect(stdout).toMatch(/^ {2}0x04 {4}bits 7:4 {3}cr8 .*\[hvhdk\]$/m);
    expect(stdout).toMatch(/^ {2}0x38 {4}8 {10}guestPhysicalAddress .*access$/m);
    expect(stdout).toMatch(/^ {2}0x2e {4}2 {10}\(reserved\) +\[hvimapi\]$/m);
  });
});

describe("closed lists", () => {
  it.each([
    ["cache", CACHE_TYPE],
    ["deliverable", DELIVERABLE_TYPE],
    ["feature", FEATURE_CODE],
  ] as const)("%s", async (prefix, { values }) => {
    for (const [number, name] of values) {
      expect((await meanings(`${prefix}=${number}`))[0]?.[0]).toContain(`  ${number}  ${name}`);
      expect((await run(["explain", name])).stdout).toMatch(new RegExp(`  ${number} +${name}$`, "m"));
    }
  });
});

describe("sets of bits", () => {
  it.each([
    ["rflags=0x246", "PF ZF IF, IOPL 0"],
    ["rflags=0x3002", "no flag, IOPL 3"],
    [
      "rflags=0x8000000000000000",
      "no flag, IOPL 0; reserved bits 0x8000000000000000 are set; bit 1 is clear",
    ],
    ["state=0x14", "cpl 0 (kernel), cr0Pe, eferLma"],
    ["state=0x3", "cpl 3 (user)"],
    ["state=0x94", "hvhdk: cpl 0 (kernel), cr0Pe, eferLma, vtl 1"],
    ["state=0x94", "hvimapi: cpl 0 (kernel), cr0Pe, eferLma; reserved bits 0x80 are set"],
    ["attr=0xa09b", "code, execute/read, accessed; DPL 0, P present, L 64-bit, G granular"],
    ["attr=0xc0f3", "data, read/write, accessed; DPL 3, P present, D/B 32-bit, G granular"],
    ["attr=0x8b", "TSS, busy (system); DPL 0, P present"],
    ["attr=0", "no attributes: a null segment"],
    ["err=0x2", "of a #PF: write, not present"],
    ["err=0x15", "of a #PF: fetch, protection, user"],
    ["err=0x10", "of a #TS, #NP, #SS or #GP: GDT entry 0x2"],
    ["err=0x6b", "of a #TS, #NP, #SS or #GP: IDT entry 13, from outside the program (EXT)"],
    ["hypercall=0x300010002", "HvCallFlushVirtualAddressSpace  as an input value (RCX), fast, rep 3"],
  ])("%s: %s", async (code, words) => {
    expect((await run(["explain", code])).stdout).toContain(`  ${words}`);
  });
});

describe("several meanings, and none", () => {
  it("lists all that a number can be, a line each, grouped", async () => {
    const [lines = []] = await meanings("1");
    expect(lines.map((line) => line.slice(2).replace(/ {2}.*/, ""))).toEqual([
      "WHv exit reason",
      "MSR",
      "I/O port",
      "hypercall",
      "register",
      "exception vector",
      "CPUID leaf",
      "",
    ]);
  });

  it("takes digits that are hexadecimal in a log for what they are", async () => {
    expect((await run(["explain", "80010007"])).stdout).toContain("HvMessageTypeX64Halt");
    expect((await run(["explain", "c0000080"])).stdout).toContain("MSR_EFER");
    expect((await run(["explain", "80010007h"])).stdout).toContain("HvMessageTypeX64Halt");
  });

  it.each([
    ["HvMessageTypeX64Hlt", "means nothing to hvmsg - did you mean HvMessageTypeX64Halt?"],
    ["0x8001000", "did you mean 0x80010000 (HvMessageTypeX64IoPortIntercept) or"],
    ["msr=HV_X64_MSR_SIMPP", "means nothing to hvmsg as MSR - did you mean HV_X64_MSR_SIMP"],
    ["port=0x1fffffff", "means nothing to hvmsg as I/O port"],
    ["ports=1", "there is no kind 'ports' - did you mean port?"],
    ["rflags=0x1ffffffffffffffff", "means nothing to hvmsg as RFLAGS"],
    ["", "'' has nothing in it to explain"],
    ["x".repeat(100_000), "means nothing to hvmsg\n"],
    ["\x1b[31m", "'\\x1b[31m' means nothing"],
  ])("%j", async (code, complaint) => {
    const { status, stdout, stderr } = await run(["explain", code]);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(complaint);
    expect(stderr).not.toContain("\x1b");
  });

  it("explains what it can before it says what it cannot", async () => {
    const { status, stdout, stderr } = await run(["explain", "qqqq", "#PF"]);
    expect(stdout).toContain("exception vector  14  #PF  page fault");
    expect([status, stderr]).toEqual([2, "hvmsg: 'qqqq' means nothing to hvmsg\n"]);
  });

  it("takes the last words of a name for it", async () => {
    const { status, stdout } = await run(["explain", "IA32_EFER", "cr3", "msr=efer"]);
    expect(status).toBe(0);
    expect(stdout.replace(/ +/g, " ")).toBe(
      "IA32_EFER\n MSR 0xc0000080 MSR_EFER\n register 0x00080001 HV_X64_REGISTER_EFER\n\n" +
        "cr3\n register 0x00040002 HV_X64_REGISTER_CR3\n register 0x00041002 HV_X64_REGISTER_INTERMEDIATE_CR3\n\n" +
        "msr=efer\n MSR 0xc0000080 MSR_EFER\n",
    );
  });

  it("needs a code", async () => {
    const { status, stderr } = await run(["explain"]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/missing required argument/i);
  });
});
