/** Symbols: files of every kind, lookups against a plain search, --rip and --where with names, untrusted names. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseSymbols, type SymbolRow, Symbols } from "../src/code/index.ts";
import { encodeIoPort } from "./oracle/encode.ts";
import { jsonLines, run } from "./run.ts";
import { hasProgram, shell } from "./shell.ts";

const folder = mkdtempSync(join(tmpdir(), "hvmsg-symbols-"));
let files = 0;

function file(content: string | Uint8Array): string {
  const path = join(folder, `${files++}.map`);
  writeFileSync(path, content);
  return path;
}

/** A message for each RIP. */
function messages(...rips: bigint[]): Uint8Array[] {
  return rips.map((rip, vpIndex) => encodeIoPort({ abi: "hvhdk", rip, vpIndex, portNumber: 0x80 }));
}

const READ = ["--abi", "hvhdk", "--input", "message"];

/** The `symbol` member of each record; null where it has none. */
async function symbolsAt(path: string, rips: bigint[], ...options: string[]) {
  const ran = await run(["decode", "--json", ...READ, "--symbols", path, ...options], {
    stdin: messages(...rips),
  });
  return { names: jsonLines(ran.stdout).map((record) => record.symbol ?? null), ran };
}

describe("what a symbol file may be", () => {
  const KERNEL = 0xffffffff81000000n;
  const map = "ffffffff81000000 T first\nffffffff81000010 t second\nffffffff81000020 D data\n";
  const rips = [KERNEL - 1n, KERNEL, KERNEL + 0xfn, KERNEL + 0x10n, KERNEL + 0x1fn, KERNEL + 0x20n];
  const expected = [null, "first", "first+0xf", "second", "second+0xf", null];

  it.each([
    ["System.map", map],
    ["gzip", gzipSync(map)],
    ["unsorted", map.split("\n").reverse().join("\n")],
    ["CRLF", map.replaceAll("\n", "\r\n")],
    ["nm of several files", `\na.o:\n                 U printk\n${map}`],
  ])("%s", async (_, content) => {
    const { names, ran } = await symbolsAt(file(content), rips);
    expect(names).toEqual(expected);
    expect([ran.status, ran.stderr]).toEqual([0, ""]);
  });

  it("nm -S: a symbol ends where its size says", async () => {
    const path = file("0000000000001000 0000000000000008 T sized\n0000000000001020 T next\n");
    const { names } = await symbolsAt(path, [0x1000n, 0x1007n, 0x1008n, 0x1020n]);
    expect(names).toEqual(["sized", "sized+0x7", null, "next"]);
  });

  it("kallsyms: the module is told", async () => {
    const { names } = await symbolsAt(file("ffffffffc0001000 t nvme_irq\t[nvme]\n"), [0xffffffffc0001010n]);
    expect(names).toEqual(["nvme_irq+0x10 [nvme]"]);
  });

  it.skipIf(!hasProgram("gcc") || !hasProgram("nm"))("what nm prints of a real program", async () => {
    writeFileSync(join(folder, "a.c"), "int answer(void){return 42;}\nint main(void){return answer();}\n");
    shell("gcc -O0 -no-pie -o a a.c && nm -n a > a.n && nm -S a > a.S && nm -C a > a.C", { cwd: folder });
    const address = BigInt(
      `0x${shell("grep ' T answer' a.n | cut -d' ' -f1", { cwd: folder }).stdout.trim()}`,
    );
    for (const form of ["a.n", "a.S", "a.C"]) {
      const { names, ran } = await symbolsAt(join(folder, form), [address, address + 1n]);
      expect([form, names, ran.stderr]).toEqual([form, ["answer", "answer+0x1"], ""]);
    }
  });

  it("several files, one slide", async () => {
    const [a, b] = [file("1000 T one\n"), file("2000 T two\n")];
    const { names } = await symbolsAt(
      a,
      [0x1a001000n, 0x1a002004n],
      "--symbols",
      b,
      "--symbols-slide",
      "1a000000",
    );
    expect(names).toEqual(["one", "two+0x4"]);
    const back = await symbolsAt(file("2000 T two\n"), [0x1000n], "--symbols-slide", "-0x1000");
    expect(back.names).toEqual(["two"]);
  });

  it("counts bad lines", async () => {
    const { names, ran } = await symbolsAt(file("nonsense\n1000 T ok\n12 34 56\n\n"), [0x1000n]);
    expect(names).toEqual(["ok"]);
    expect(ran.stderr).toMatch(/note: .*: 2 lines passed over: no symbol \(the first is line 1\)\n$/);
    expect(ran.status).toBe(0);
  });

  it.each([
    ["0000000000000000 T a\n0000000000000000 t b\n", /all addresses are 0: .*root/],
    ["\x7fELF\x02\x01", /no symbol is in it - it is an ELF file: give what 'nm -n' prints/],
    ["", /no symbol is in it - expected lines such as/],
    [Buffer.from([0x1f, 0x8b, 8, 0, 1]), /cannot be read: /],
  ])("a file without symbols says what it is: %j", async (content, complaint) => {
    const { ran } = await symbolsAt(file(content), [0x1000n]);
    expect(ran.stderr).toMatch(complaint);
    expect([ran.status, ran.stdout]).toEqual([2, ""]);
  });

  it("a missing file, a folder, a slide that is none or alone", async () => {
    expect((await symbolsAt(join(folder, "none"), [0n])).ran.stderr).toMatch(
      /none: cannot be read: no such file/,
    );
    expect((await symbolsAt(folder, [0n])).ran.stderr).toMatch(/is a folder/);
    expect((await symbolsAt(file(map), [0n], "--symbols-slide", "xyz")).ran.stderr).toMatch(
      /hexadecimal; 'xyz'/,
    );
    expect((await run(["decode", "--symbols-slide", "10"])).stderr).toMatch(/needs --symbols\n/);
  });
});

describe("Symbols", () => {
  const row = (address: bigint, name: string, type = "T", size = 0): SymbolRow => ({
    high: Number(address >> 32n),
    low: Number(address & 0xffffffffn),
    size,
    type,
    name,
  });
  const textAt = (symbols: Symbols, address: bigint) =>
    symbols.textAt(Number(address & 0xffffffffn), Number(address >> 32n));

  it("finds what a plain search finds", () => {
    const space = fc.bigInt({ min: 0n, max: 40n }).map((step) => 0xffff_fff0n + step * 4n);
    const rows = fc.uniqueArray(
      fc.record({ at: space, type: fc.constantFrom("T", "t", "D"), size: fc.constantFrom(0, 3, 8, 400) }),
      { selector: ({ at }) => at, maxLength: 12 },
    );
    fc.assert(
      fc.property(rows, fc.array(fc.bigInt({ min: 0xffff_ffe0n, max: 0x1_0000_00b0n })), (made, probes) => {
        const symbols = new Symbols(made.map(({ at, type, size }) => row(at, `s${at}`, type, size)));
        for (const probe of probes) {
          const below = made.filter(({ at }) => at <= probe).sort((a, b) => (a.at < b.at ? 1 : -1))[0];
          const reaches = below && below.type !== "D" && (below.size === 0 || probe - below.at < below.size);
          const offset = below ? probe - below.at : 0n;
          const expected = reaches ? `s${below.at}${offset === 0n ? "" : `+0x${offset.toString(16)}`}` : "";
          expect(textAt(symbols, probe)).toBe(expected);
        }
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  it("reaches no further than 1 MiB, nor past the end of the address space", () => {
    const last = 0xffff_ffff_ffff_fff0n;
    const symbols = new Symbols([row(0x1000n, "a"), row(last, "b")]);
    expect(textAt(symbols, 0x100fffn)).toBe("a+0xfffff");
    expect(textAt(symbols, 0x101000n)).toBe("");
    expect(textAt(symbols, (1n << 64n) - 1n)).toBe("b+0xf");
    expect(symbols.rangesOf("b")).toEqual([[last, (1n << 64n) - 1n]]);
  });

  it("shows the best of several at one address, and knows them all", () => {
    const at = (...rows: SymbolRow[]) => textAt(new Symbols(rows), 0x10n);
    const [weak, local, global] = [row(0x10n, "w", "W"), row(0x10n, "l", "t"), row(0x10n, "g")];
    expect(at(weak, local, global)).toBe("g");
    expect(at(row(0x10n, "__x"), row(0x10n, "x"), row(0x10n, "_x"))).toBe("x");
    expect(at(row(0x10n, "first"), row(0x10n, "second"))).toBe("first");
    expect(at(row(0x10n, "data", "D"), local)).toBe("l");
    expect(new Symbols([weak, local, global]).rangesOf("w")).toEqual([[0x10n, 0x10n + 0xfffffn]]);
  });

  it("reads and sorts 200,000 lines in well under a second", () => {
    const lines = Array.from({ length: 200_000 }, (_, index) => {
      const scattered = (index * 7919) % 200_000;
      return `${(0xffffffff81000000n + BigInt(scattered * 16)).toString(16)} t function_number_${scattered}`;
    });
    const text = lines.join("\n");
    const start = process.cpuUsage().user;
    const { rows } = parseSymbols(text);
    const symbols = new Symbols(rows);
    expect(textAt(symbols, 0xffffffff81000000n + 1234n * 16n + 5n)).toBe("function_number_1234+0x5");
    expect(process.cpuUsage().user - start).toBeLessThan(1_000_000);
    expect(symbols.count).toBe(200_000);
  });
});

describe("selecting by symbols", () => {
  const path = file(
    "1000 T one\n1010 T two\n1030 t twin\n1040 T three\n1050 t twin\n1060 t memcpy@plt\n1070 T end\n",
  );
  const rips = Array.from({ length: 8 }, (_, step) => BigInt(0x1000 + step * 0x10 + (step % 2) * 8));
  const select = async (...options: string[]) => {
    const ran = await run(["filter", "--json", ...READ, "--symbols", path, ...options], {
      stdin: messages(...rips),
    });
    return ran.status === 2 ? ran.stderr : jsonLines(ran.stdout).map((record) => record.index);
  };

  it.each([
    [["--rip", "one"], [0]],
    [
      ["--rip", "two"],
      [1, 2],
    ],
    [["--rip", "two+8"], [1]],
    [["--rip", "two + 0x10"], [2]],
    [["--rip", "two+0"], []],
    [
      ["--rip", "one,twin"],
      [0, 3, 5],
    ],
    [
      ["--rip", "one..two"],
      [0, 1, 2],
    ],
    [
      ["--rip", "two..0x1040"],
      [1, 2, 3, 4],
    ],
    [["--rip", "0x1018"], [1]],
    [
      ["--rip", "0x1000+0x20"],
      [0, 1],
    ],
    [
      ["--where", "rip == two"],
      [1, 2],
    ],
    [["--where", "rip == two+0x10"], [2]],
    [
      ["--where", "rip != two"],
      [0, 3, 4, 5, 6, 7],
    ],
    [["--where", "rip in {one, three..twin+0}"], "several"],
    [
      ["--where", "rip in {one, three..end}"],
      [0, 4, 5, 6, 7],
    ],
    [
      ["--where", "rip >= three && rip < end"],
      [4, 5, 6],
    ],
    [["--where", 'rip == "memcpy@plt"'], [6]],
  ] as [string[], number[] | "several"][])("%j", async (options, expected) => {
    const found = await select(...options);
    if (expected === "several") expect(found).toContain("2 symbols are called 'twin+0': give an address");
    else expect(found).toEqual(expected);
  });

  it("points at what is wrong", async () => {
    expect(await select("--where", "vpIndex == 0 && rip == thre")).toBe(
      [
        "hvmsg: --where: no symbol 'thre' is loaded - did you mean three?",
        "  vpIndex == 0 && rip == thre",
        "                         ^~~~",
        "",
      ].join("\n"),
    );
    expect(await select("--rip", "tree")).toContain("no symbol 'tree' is loaded - did you mean three?");
    expect(await select("--rip", "one+x")).toContain("'x' is no offset");
    expect(await select("--where", "symbol == one")).toContain("compare rip with its name");
    const without = await run(["filter", "--rip", "one"]);
    expect([without.status, without.stderr]).toEqual([
      2,
      "hvmsg: --rip takes addresses: 0x1000, 0x1000..0x1fff, 0x1000+0x200; 'one' is no number - for a symbol, load its file with --symbols FILE\n",
    ]);
  });

  it("counts with names too", async () => {
    const ran = await run(["filter", "-c", ...READ, "--symbols", path, "--rip", "two"], {
      stdin: messages(...rips),
    });
    expect(ran.stdout).toBe("2\n");
  });
});

describe("names that were made to harm", () => {
  const evil = "\x1b]0;owned\x07\u202ename";
  const path = file(`1000 T ${evil}\n2000 T ${"x".repeat(100_000)}\n3000 T ok\n`);

  it("do not reach a terminal", async () => {
    for (const format of ["table", "tree", "hex", "jsonl"]) {
      const ran = await run(["decode", "-f", format, ...READ, "--symbols", path], {
        stdin: messages(0x1004n),
      });
      expect(ran.stdout).toContain("name+0x4");
      expect(ran.stdout).not.toMatch(format === "jsonl" ? /[\x1b\x07]/ : /[\x1b\x07\u202e]/);
    }
  });

  it("nor as what was meant by another name", async () => {
    const ran = await run(["filter", ...READ, "--symbols", path, "--rip", "owned"], { stdin: [] });
    expect(ran.stderr).toMatch(/did you mean .*\\x1b\]0;owned\\x07\\u\{202e\}name\?\n$/);
  });

  it("are exact in JSON", async () => {
    expect((await symbolsAt(path, [0x1004n])).names).toEqual([`${evil}+0x4`]);
  });

  it("are no names beyond any length that a compiler makes", async () => {
    const { names, ran } = await symbolsAt(path, [0x2000n, 0x3000n]);
    expect(names[1]).toBe("ok");
    expect(ran.stderr).toContain("1 line passed over");
  });
});

describe("where they are shown", () => {
  it("the table's columns line up, whatever the length of the name", async () => {
    const path = file(`1000 T a\n2000 T ${"long_name_".repeat(8)}\n`);
    const ran = await run(["decode", ...READ, "--symbols", path], {
      stdin: messages(0x1000n, 0x2010n, 0x500n),
    });
    const [head = "", ...lines] = ran.stdout.trimEnd().split("\n");
    const at = head.indexOf("detail");
    for (const line of lines) expect(line.slice(at)).toMatch(/^in 0x80/);
    expect(lines[1]).toContain("long_name_long_name_long_n~+0x10 ");
  });

  it("--fields symbol", async () => {
    const ran = await run(
      ["decode", ...READ, "--symbols", file("1000 T a\n"), "--fields", "vpIndex,symbol"],
      {
        stdin: messages(0x1001n, 0x500n),
      },
    );
    expect(ran.stdout.split("\n").slice(1, 3)).toEqual(["0          a+0x1", "1          -"]);
    const json = await run(
      ["decode", "--json", ...READ, "--symbols", file("1000 T a\n"), "--fields", "symbol"],
      { stdin: messages(0x1001n, 0x500n) },
    );
    expect(json.stdout).toBe('{"symbol":"a+0x1"}\n{}\n');
    expect((await run(["decode", "--fields", "symbol"])).stderr).toBe(
      "hvmsg: --fields symbol needs --symbols\n",
    );
  });

  it("csv has columns for them, stats names RIPs", async () => {
    const options = [...READ, "--symbols", file("1000 T a\n")];
    const csv = await run(["decode", "-f", "csv", ...options, "--disasm"], {
      stdin: messages(0x1001n, 0x500n),
    });
    const [head = "", ...lines] = csv.stdout.split("\r\n").map((line) => line.split(","));
    expect(lines.slice(0, 2).map((line) => line[head.indexOf("symbol")])).toEqual(["a+0x1", ""]);
    expect(head.indexOf("symbol")).toBe(head.indexOf("rip") + 1);
    expect(head.indexOf("instruction")).toBe(head.indexOf("iopl") + 1);
    const stats = await run(["stats", ...options, "--rip", "a"], { stdin: messages(0x1001n, 0x500n) });
    expect(stats.stdout).toMatch(/0x0000000000001001 +a\+0x1 +1 /);
    expect(stats.stdout).not.toContain("0x0000000000000500");
  });

  it("hvmsg reads back the records that have them", async () => {
    const ran = await run(["decode", "--json", ...READ, "--symbols", file("1000 T a\n"), "--disasm"], {
      stdin: messages(0x1001n),
    });
    const again = await run(["decode", "--json"], { stdin: [Buffer.from(ran.stdout)] });
    expect(again.stderr).toBe("");
    expect(jsonLines(again.stdout)[0]).toMatchObject({ rip: "0x0000000000001001", vpIndex: 0 });
    expect(again.status).toBe(0);
  });
});
