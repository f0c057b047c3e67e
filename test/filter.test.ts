/** The compiled filter against a plain evaluation of the same expression over the oracle's records. */
import { describe, expect, it } from "vitest";
import { expression, type JsonRecord } from "./fuzz/expressions.ts";
import { NAMES } from "./fuzz/names.ts";
import { oracleDecode } from "./oracle/decode.ts";
import { encodeIoPort, encodeMsr, type IoPortFields, type MsrFields } from "./oracle/encode.ts";
import { createRng, randomBelow, randomMessage } from "./oracle/random.ts";
import { jsonLines, run } from "./run.ts";

describe("--where", () => {
  for (const abi of ["hvhdk", "hvimapi"] as const) {
    it(`1,000 random expressions over 300 messages, ${abi}`, async () => {
      const rng = createRng(abi === "hvhdk" ? 31 : 32);
      const messages = Array.from({ length: 300 }, () => randomMessage(rng, abi));
      const records = messages.flatMap((bytes, index) => {
        const record = oracleDecode(bytes, {
          abi,
          input: "message",
          index,
          offset: index * 256,
          names: NAMES,
        });
        return record === null ? [] : [JSON.parse(JSON.stringify(record)) as JsonRecord];
      });
      let matches = 0;
      for (let round = 0; round < 1000; round++) {
        const { text, holds } = expression(rng, records, randomBelow(rng, 4));
        const argv = [
          "filter",
          "--json",
          "--fields",
          "index",
          "--input",
          "message",
          "--abi",
          abi,
          "--where",
          text,
        ];
        const ran = await run(argv, { stdin: messages });
        const expected = records.filter(holds).map((record) => record.index);
        expect({
          text,
          stderr: ran.stderr.replace(/.*empty slots?.*\n/, ""),
          found: jsonLines(ran.stdout).map((record) => record.index),
        }).toEqual({
          text,
          stderr: "",
          found: expected,
        });
        expect(ran.status).toBe(expected.length > 0 ? 0 : 1);
        matches += expected.length > 0 && expected.length < records.length ? 1 : 0;
      }
      expect(matches).toBeGreaterThan(300);
    });
  }
});

describe("bad filters: status 2, one clear message, nothing on stdout", () => {
  const cases: [argv: string[], says: RegExp][] = [
    [
      ["--where", "portNumbr == 1"],
      /unknown field 'portNumbr' - did you mean portNumber or portName\?\n {2}portNumbr == 1\n {2}\^~~~~~~~~$/,
    ],
    [["--where", "rip = 1"], /compare with '==', not '='\n {2}rip = 1\n {6}\^$/],
    [["--where", "(rip == 1"], /this parenthesis is not closed\n {2}\(rip == 1\n {2}\^$/],
    [["--where", "rip == 1)"], /expected '&&', '\|\|' or the end, but found '\)'/],
    [["--where", "rip =="], /expected a value, but the expression ends/],
    [["--where", ""], /expected a field, but the expression ends/],
    [["--where", "rip == -1"], /values are unsigned/],
    [["--where", "rip in {5..1}"], /the range 5\.\.1 is empty/],
    [["--where", "rip in {1"], /this brace is not closed/],
    [
      ["--where", "vpIndex == 0x100000000"],
      /0x100000000 does not fit in 'vpIndex', which has 32 bits \(at most 0xffffffff\)/,
    ],
    [["--where", "portNumber == 65536"], /does not fit in 'payload.portNumber', which has 16 bits/],
    [
      ["--where", "cacheType == writeback2"],
      /'writeback2' is no value of 'payload.cacheType' - did you mean writeBack/,
    ],
    [["--where", "cacheType == zzzzzzzz"], /the values are uncached, writeCombining/],
    [["--where", "interceptAccessType == jump"], /the values are read, write, execute/],
    [["--where", "interceptAccessType < write"], /no order/],
    [["--where", "msrNumber == HV_X64_MSR_EOJ"], /did you mean .*HV_X64_MSR_EO[IM]/],
    [["--where", "rip"], /'rip' is no single bit: compare it, or ask 'has rip'/],
    [["--where", "executionState == 1"], /'executionState' is a group of fields/],
    [["--where", "rip == 1 && 'x"], /this quote is not closed/],
    [["--where", "rip ? 1"], /'\?' means nothing here/],
    [["--where", "has"], /expected a field/],
    [["--where", "base == 1"], /ambiguous/],
    [["--where", `${"(".repeat(5000)}rip == 1`], /more than 200 parentheses/],
    [["--vp", "5-1"], /--vp: the range 5-1 is empty/],
    [["--vp", "4294967296"], /--vp: 4294967296 is out of range/],
    [["--vp", "one"], /--vp takes numbers and ranges/],
    [["--vp", "1,,2"], /empty value/],
    [["--type", "ioport2"], /--type: unknown message type 'ioport2'/],
    [["--type", "%cpu"], /unknown message type '%cpu'/],
    [["--access", "rw"], /--access: 'rw' is none of/],
    [["--rip", "5..1"], /--rip: the range 5\.\.1 is empty/],
    [["--rip", "0x1000+0"], /its length is 0/],
    [["--rip", "main"], /--rip takes addresses/],
    [["--rip", "0xffffffffffffffff+2"], /out of range/],
    [["--flags", "QQ"], /--flags: unknown flag 'QQ' - the flags are CF, PF/],
    [["--flags", "cpl=4"], /does not fit/],
    [["--flags", "cpl"], /not a single bit/],
    [["--index", "3--"], /--index takes numbers/],
    [["-c", "-q"], /contradict/],
    [["-c", "--json"], /does not go with --count/],
  ];
  for (const [argv, says] of cases) {
    it(argv.join(" ").slice(0, 60), async () => {
      const ran = await run(["filter", ...argv], { stdin: [encodeIoPort({ abi: "hvhdk" })] });
      expect(ran.stderr.trimEnd()).toMatch(says);
      expect(ran.stderr.match(/hvmsg:/g)?.length).toBe(1);
      expect(ran.stdout).toBe("");
      expect(ran.status).toBe(2);
    });
  }
});

describe("options", () => {
  const io = (vpIndex: number, extra: Partial<IoPortFields> = {}) =>
    encodeIoPort({ abi: "hvhdk", vpIndex, portNumber: 0x3f8, rflags: 0x202n, ...extra });
  const msr = (vpIndex: number, extra: Partial<MsrFields> = {}) =>
    encodeMsr({ abi: "hvhdk", vpIndex, msrNumber: 0x1b, rflags: 0x2n, ...extra });
  const stdin = [
    io(0, { interceptAccessType: ["write"], rip: 0x1000n }),
    msr(1, { interceptAccessType: ["read"], rip: 0xffffffff81000000n }),
    io(2, { interceptAccessType: ["read"], rip: 0x1fffn, executionState: { cpl: 3 } }),
    msr(3, { interceptAccessType: ["write"], rip: 0xffffffffffffffffn, executionState: { eferLma: true } }),
    io(4, { interceptAccessType: ["execute"], rip: 0x2000n }),
  ];
  const cases: [argv: string[], found: number[]][] = [
    [
      ["--vp", "0,2-3"],
      [0, 2, 3],
    ],
    [["--vp", "0x4"], [4]],
    [
      ["--type", "io"],
      [0, 2, 4],
    ],
    [
      ["--type", "io-port,msr"],
      [0, 1, 2, 3, 4],
    ],
    [
      ["--type", "!io"],
      [1, 3],
    ],
    [
      ["--type", "%processor"],
      [1, 3],
    ],
    [
      ["--type", "HVMSG_X64_MSR_INTERCEPT"],
      [1, 3],
    ],
    [
      ["--type", "hvmessagetypemsrintercept"],
      [1, 3],
    ],
    [
      ["--type", "2147549184"],
      [0, 2, 4],
    ],
    [
      ["--type", "0x80010001"],
      [1, 3],
    ],
    [
      ["--type", "-2147418111"],
      [1, 3],
    ],
    [
      ["--access", "r,w"],
      [0, 1, 2, 3],
    ],
    [["--access", "execute"], [4]],
    [["--rip", "0x1000"], [0]],
    [
      ["--rip", "0x1000..0x1fff"],
      [0, 2],
    ],
    [
      ["--rip", "0x1000+0x1000,0xffffffff81000000"],
      [0, 1, 2],
    ],
    [["--rip", "0xffffffffffffffff"], [3]],
    [
      ["--flags", "IF"],
      [0, 2, 4],
    ],
    [
      ["--flags", "!IF,!TF"],
      [1, 3],
    ],
    [["--flags", "cpl=3"], [2]],
    [["--flags", "eferLma"], [3]],
    [
      ["--flags", "if,!eferLma,iopl=0"],
      [0, 2, 4],
    ],
    [
      ["--index", "1,3-9"],
      [1, 3, 4],
    ],
    [["--type", "io", "--access", "write"], [0]],
    [
      ["--type", "io", "--access", "write", "-v"],
      [1, 2, 3, 4],
    ],
    [["-v"], []],
    [
      ["--where", "messageType == msr or msrNumber == 5"],
      [1, 3],
    ],
    [
      ["--where", "messageType == io-port && portNumber == COM1"],
      [0, 2, 4],
    ],
    [
      ["--where", "flags == IF"],
      [0, 2, 4],
    ],
    [
      ["--where", "rflags & IF"],
      [0, 2, 4],
    ],
    [
      ["--where", "kind in {ioPort, cpuid}"],
      [0, 2, 4],
    ],
    [["--where", "index >= 3 && offset < 0x400"], [3]],
    [
      ["--where", "!(msrNumber == 0x1b)"],
      [0, 2, 4],
    ],
    [["--where", "msrNumber != 0x1b"], []],
    [
      ["--limit", "2", "--type", "io"],
      [0, 2],
    ],
  ];
  for (const [argv, found] of cases) {
    it(argv.join(" "), async () => {
      const ran = await run(["filter", "--json", "--input", "message", "--abi", "hvhdk", ...argv], { stdin });
      expect(ran.stderr).toBe("");
      expect(jsonLines(ran.stdout).map((record) => record.index)).toEqual(found);
      expect(ran.status).toBe(found.length > 0 ? 0 : 1);
      if (argv.includes("--limit")) return;
      const counted = await run(["filter", "-c", "--input", "message", "--abi", "hvhdk", ...argv], { stdin });
      expect(counted).toMatchObject({ stdout: `${found.length}\n`, status: found.length > 0 ? 0 : 1 });
      const quiet = await run(["filter", "-q", "--input", "message", "--abi", "hvhdk", ...argv], { stdin });
      expect(quiet).toMatchObject({ stdout: "", status: found.length > 0 ? 0 : 1 });
    });
  }
});
