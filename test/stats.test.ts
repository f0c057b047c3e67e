/** `hvmsg stats`: its counts against plain ones, of the samples (with jq) and of random messages; what it prints. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { EXCEPTIONS, HYPERCALLS, MSRS, PORTS, REGISTERS } from "../src/messages/index.ts";
import { fieldCatalog } from "../src/record/index.ts";
import { type OracleRecord, oracleDecode } from "./oracle/decode.ts";
import { encodeMemory, encodeMsr } from "./oracle/encode.ts";
import { createRng, randomBelow, randomHeader, randomMessage, randomPick } from "./oracle/random.ts";
import { jsonLines, run } from "./run.ts";
import { hasProgram, shell, TOP } from "./shell.ts";

const folder = mkdtempSync(join(tmpdir(), "hvmsg-stats-"));
const SAMPLES = readdirSync(join(TOP, "samples")).filter((name) => /\.(bin|txt|pcapng)$/.test(name));

interface Row {
  value: unknown;
  count: number;
  share: number;
}

type Sections = Record<string, Row[]>;

/** The object of `stats --json`, from JSON lines. */
const JQ = `
def hex: reduce (.[2:] | explode[]) as $c (0; . * 16 + (if $c > 96 then $c - 87 else $c - 48 end));
def section($all; f): [$all[] | f | select(. != null)] | group_by(.)
  | map({value: .[0], count: length, share: (length / ($all | length))});
. as $all
| {messageType: section($all; .messageType), vpIndex: section($all; .vpIndex),
   interceptAccessType: section($all; .interceptAccessType), rip: section($all; .rip),
   portNumber: section($all; .payload.portNumber), msrNumber: section($all; .payload.msrNumber),
   cpuidLeaf: section($all; if .payload.kind == "cpuid" then ("0x" + .payload.rax[10:] | hex) else null end),
   gpaPage: section($all; .payload.guestPhysicalAddress | if . then .[:15] + "000" else null end),
   exceptionVector: section($all; .payload.exceptionVector), hypercallCode: section($all; .payload.hypercallCode)}
| {messages: ($all | length)} + with_entries(select(.value != []))`;

describe("the sections equal those of jq", () => {
  for (const name of SAMPLES) {
    it.skipIf(!hasProgram("jq"))(name, () => {
      writeFileSync(join(folder, "sections.jq"), JQ);
      const path = join("samples", name);
      const counted = JSON.parse(shell(`hvmsg stats --json ${path}`).stdout) as Sections;
      const expected = JSON.parse(
        shell(`hvmsg decode --json ${path} | jq -sc -f '${folder}/sections.jq'`).stdout,
      ) as Sections;
      delete counted.time;
      expect(Object.keys(counted)).toEqual(Object.keys(expected));
      for (const [section, rows] of Object.entries(counted)) {
        if (section === "messages") expect(rows).toEqual(expected.messages);
        else {
          expect(byValue(rows)).toEqual(byValue(expected[section] as Row[]));
          expect(rows.map((row) => row.count)).toEqual(rows.map((row) => row.count).sort((a, b) => b - a));
        }
      }
    });

    it.skipIf(!hasProgram("jq"))(`${name}, --by`, () => {
      const path = join("samples", name);
      const counted = jsonLines(
        shell(`hvmsg stats --json --by messageType,vpIndex,rflags,interceptAccessType,cpl,portName ${path}`)
          .stdout,
      );
      const keys =
        "{messageType, vpIndex, rflags, interceptAccessType, cpl: .executionState.cpl, portName: .payload.portName}";
      const expected = jsonLines(
        shell(
          `hvmsg decode --json ${path} | jq -sc 'length as $n | map(${keys}) | group_by(.)[]
             | (.[0] | with_entries(select(.value != null))) + {count: length, share: (length / $n)}'`,
        ).stdout,
      );
      expect(counted.map((row) => JSON.stringify(row)).sort()).toEqual(
        expected.map((row) => JSON.stringify(row)).sort(),
      );
    });
  }
});

/** Rows in the order of their values, where those with equal counts may stand in any. */
function byValue(rows: readonly Row[]): Row[] {
  return [...rows].sort((a, b) => (JSON.stringify(a.value) < JSON.stringify(b.value) ? -1 : 1));
}

const NAMES = {
  msr: (number: number) => MSRS.name(number),
  hypercall: (number: number) => HYPERCALLS.name(number),
  register: (number: number) => REGISTERS.name(number),
  port: (number: number) => PORTS.name(number),
  exception: (number: number) => EXCEPTIONS.name(number),
};

const CASES = (["hvhdk", "hvimapi"] as const).flatMap((abi) =>
  (["message", "header"] as const).map((input) => ({ abi, input })),
);

type Case = (typeof CASES)[number];

/** Random records: few different ones, many times, the last cut short. */
function makeInput(seed: number, { abi, input }: Case): { bytes: Buffer; records: OracleRecord[] } {
  const rng = createRng(seed);
  const different = Array.from({ length: 200 }, () =>
    input === "message" ? randomMessage(rng, abi) : randomHeader(rng, abi),
  );
  const chosen = Array.from({ length: 1000 }, () => randomPick(rng, different));
  const size = input === "message" ? 256 : 40;
  chosen.push(randomPick(rng, different).subarray(0, 16 + randomBelow(rng, size - 16)));
  const records = chosen.flatMap((bytes, index) => {
    const record = oracleDecode(bytes, { abi, input, index, offset: index * size, names: NAMES });
    return record ? [record] : [];
  });
  return { bytes: Buffer.concat(chosen), records };
}

function valueAt(record: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce((at: unknown, part) => (at as Record<string, unknown> | undefined)?.[part], record);
}

const isObject = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);

/** How often each value (as JSON) that is not undefined occurs. */
function plainCount(values: readonly unknown[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) {
    if (value === undefined) continue;
    const text = JSON.stringify(value);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return counts;
}

const SECTION_VALUES: Record<string, (record: OracleRecord) => unknown> = {
  messageType: (record) => record.messageType,
  vpIndex: (record) => record.vpIndex,
  interceptAccessType: (record) => record.interceptAccessType,
  rip: (record) => record.rip,
  portNumber: (record) => valueAt(record, "payload.portNumber"),
  msrNumber: (record) => valueAt(record, "payload.msrNumber"),
  cpuidLeaf: (record) =>
    valueAt(record, "payload.kind") === "cpuid" && valueAt(record, "payload.rax") !== undefined
      ? Number(BigInt.asUintN(32, BigInt(valueAt(record, "payload.rax") as string)))
      : undefined,
  gpaPage: (record) => {
    const gpa = valueAt(record, "payload.guestPhysicalAddress") as string | undefined;
    return gpa && `0x${((BigInt(gpa) >> 12n) << 12n).toString(16).padStart(16, "0")}`;
  },
  exceptionVector: (record) => valueAt(record, "payload.exceptionVector"),
  hypercallCode: (record) => valueAt(record, "payload.hypercallCode"),
};

/** The processor mode, from the fields (Intel SDM vol. 3, 2.2). */
function modeOf(record: OracleRecord): string | undefined {
  const read = (path: string) => valueAt(record, path);
  if (read("csSegment.long") === undefined || record.rflags === undefined) return undefined;
  if (!read("executionState.cr0Pe")) return "real";
  if (read("executionState.eferLma")) return read("csSegment.long") ? "64-bit" : "compat";
  if ((BigInt(record.rflags as string) >> 17n) & 1n) return "v8086";
  return read("csSegment.default") ? "32-bit" : "16-bit";
}

/** The rows of a section of the text: the words of each, and its count. */
function textRows(text: string, title: string): Map<string, number> {
  const lines = text.split("\n");
  const first = lines.findIndex((line) => line.startsWith(`${title} `)) + 1;
  const rows = new Map<string, number>();
  for (let at = first; first > 0 && lines[at]?.startsWith("  "); at++) {
    const [, what, count] = /^ {2}(\S.*?)(?: {2,}.*?)? +(\d+) +<?[\d.]+% /.exec(lines[at] as string) ?? [];
    rows.set(what as string, Number(count));
  }
  return rows;
}

describe("random messages, against a plain count", () => {
  for (const [place, each] of CASES.entries()) {
    const { bytes, records } = makeInput(100 + place, each);
    const argv = ["--abi", each.abi, "--input", each.input];
    const what = `${each.input}s, ${each.abi}`;

    it(`sections: ${what}`, async () => {
      const ran = await run(["stats", "--json", ...argv], { stdin: [bytes] });
      const counted = JSON.parse(ran.stdout) as Sections & { messages: number };
      expect(counted.messages).toBe(records.length);
      for (const [name, read] of Object.entries(SECTION_VALUES)) {
        const plain = plainCount(records.map(read));
        const rows = counted[name] ?? [];
        expect(new Map(rows.map((row) => [JSON.stringify(row.value), row.count])), name).toEqual(plain);
        for (const row of rows) expect(row.share).toBe(row.count / records.length);
        expect(name in counted).toBe(plain.size > 0);
      }
      expect(ran.status).toBe(2);
    });

    it(`text: ${what}`, async () => {
      const { stdout } = await run(["stats", "--top", "100000", ...argv], { stdin: [bytes] });
      const direction = (record: OracleRecord, words: readonly [string, string]) => {
        const access = (record.interceptAccessType as unknown[]).join() || "none";
        return access === "read" ? words[0] : access === "write" ? words[1] : access;
      };
      const expected: Record<string, unknown[]> = {
        mode: records.map(modeOf),
        CPL: records.map((record) => valueAt(record, "executionState.cpl")?.toString()),
        "I/O port": records.map((record) => {
          const port = valueAt(record, "payload.portNumber") as number | undefined;
          if (port === undefined) return undefined;
          const size = (valueAt(record, "payload.accessInfo.accessSize") as number | undefined) ?? 0;
          const words = { 1: "byte", 2: "word", 4: "dword" }[size] ?? `${size} bytes`;
          return `${direction(record, ["in", "out"])} 0x${port.toString(16)} ${words}`;
        }),
        MSR: records.map((record) => {
          const msr = valueAt(record, "payload.msrNumber") as number | undefined;
          return msr === undefined
            ? undefined
            : `${direction(record, ["rdmsr", "wrmsr"])} 0x${msr.toString(16)}`;
        }),
        VP: records.map((record) => record.vpIndex?.toString()),
      };
      for (const [title, values] of Object.entries(expected)) {
        const plain = new Map([...plainCount(values)].map(([key, count]) => [JSON.parse(key), count]));
        expect(textRows(stdout, title), title).toEqual(plain);
      }
    });

    it(`--by: ${what}`, async () => {
      const rng = createRng(200 + place);
      // A path that is a group in some payloads stands for the fields below it too; `file` and `time` are not there.
      const paths = [...fieldCatalog().keys(), "problems"].filter(
        (path) => !["file", "time"].includes(path) && !hasBelow(path),
      );
      for (let turn = 0; turn < 25; turn++) {
        const fields = [
          ...new Set(Array.from({ length: 1 + randomBelow(rng, 4) }, () => randomPick(rng, paths))),
        ];
        const { stdout } = await run(["stats", "--json", "--by", fields.join(), ...argv], { stdin: [bytes] });
        const rows = jsonLines(stdout);
        const plain = plainCount(
          records.map((record) =>
            Object.fromEntries(
              fields.flatMap((path) => {
                const value = valueAt(record, path);
                return value === undefined || isObject(value) ? [] : [[path, value]];
              }),
            ),
          ),
        );
        const counted = rows.map(({ count, share, ...values }) => {
          expect(share).toBe((count as number) / records.length);
          return [JSON.stringify(values), count] as const;
        });
        expect(new Map(counted), fields.join()).toEqual(plain);
        expect(counted.length, fields.join()).toBe(plain.size);
        const counts = rows.map((row) => row.count as number);
        expect(counts).toEqual([...counts].sort((a, b) => b - a));
      }
    });
  }

  it("--by all fields at once", async () => {
    const { bytes, records } = makeInput(7, { abi: "hvhdk", input: "message" });
    const groups = ["messageType", "executionState", "csSegment", "payload", "rip", "flags", "problems"];
    const argv = ["stats", "--json", "--by", groups.join(), "--abi", "hvhdk", "--input", "message"];
    const rows = jsonLines((await run(argv, { stdin: [bytes] })).stdout);
    const plain = plainCount(
      records.map(({ messageType, executionState, csSegment, payload, rip, flags, problems }) => [
        ...[messageType, executionState, csSegment, payload, rip, flags, problems],
      ]),
    );
    expect(rows.map((row) => row.count).sort()).toEqual([...plain.values()].sort());
  });
});

function hasBelow(path: string): boolean {
  return [...fieldCatalog().keys()].some((other) => other.startsWith(`${path}.`));
}

describe("options", () => {
  const boot = join(TOP, "samples/linux-boot.bin");
  const fault = join(TOP, "samples/triple-fault.bin");

  it("the selecting options apply", async () => {
    for (const select of [
      ["--vp", "2"],
      ["--type", "io", "--access", "write"],
      ["--where", "cpl == 3", "-v"],
      ["--index", "5-99", "--limit", "17"],
    ]) {
      const counted = JSON.parse((await run(["stats", "--json", ...select, boot])).stdout) as {
        messages: number;
      };
      const filtered = await run(["filter", "-c", ...select, boot]);
      expect(counted.messages).toBe(Number(filtered.stdout));
    }
  });

  it("several files are counted together, and --by file tells them apart", async () => {
    const both = JSON.parse((await run(["stats", "--json", boot, fault])).stdout) as { messages: number };
    expect(both.messages).toBe(2666 + 1720);
    const { stdout } = await run(["stats", "--json", "--by", "file", boot, fault]);
    expect(jsonLines(stdout)).toMatchObject([
      { file: boot, count: 2666 },
      { file: fault, count: 1720 },
    ]);
  });

  it("--top cuts the rows; the text says how many more there are", async () => {
    const { stdout } = await run(["stats", "--json", "--top", "2", boot]);
    const { rip } = JSON.parse(stdout) as Sections;
    expect(rip?.map((row) => row.count)).toEqual([522, 519]);
    const text = (await run(["stats", "--top", "2", boot])).stdout;
    expect(text).toMatch(/^RIP +95 different +count +share\n.*\n.*\n {2}… 93 more +1619 +60\.7%\n/m);
  });

  it("--by calls fields as they were asked for", async () => {
    const { stdout } = await run([
      "stats",
      "--json",
      "--top",
      "1",
      "--by",
      "portNumber,accessInfo,cpl",
      boot,
    ]);
    expect(jsonLines(stdout)).toEqual([
      {
        portNumber: 1016,
        "payload.accessInfo.accessSize": 1,
        "payload.accessInfo.stringOp": false,
        "payload.accessInfo.repPrefix": false,
        cpl: 0,
        count: 1045,
        share: 1045 / 2666,
      },
    ]);
  });

  it("nothing to count", async () => {
    expect(await run(["stats", "--vp", "77", boot])).toMatchObject({ status: 0, stdout: "0 messages\n" });
    expect((await run(["stats", "--json", "--vp", "77", boot])).stdout).toBe('{"messages":0}\n');
    expect((await run(["stats", "--json", "--by", "rip", "--vp", "77", boot])).stdout).toBe("");
  });

  it("-o: the extension chooses JSON, the file is whole", async () => {
    const path = (name: string) => join(folder, name);
    const read = (name: string) => readFileSync(path(name), "utf8");
    for (const name of ["a.json", "a.jsonl", "a.txt"])
      expect((await run(["stats", boot, "-o", path(name)])).stdout).toBe("");
    const { stdout } = await run(["stats", "--json", boot]);
    expect([read("a.json"), read("a.jsonl")]).toEqual([stdout, stdout]);
    expect(read("a.txt")).toBe((await run(["stats", boot])).stdout);
    const by = ["stats", "--by", "vpIndex,messageType", boot];
    for (const name of ["b.json", "b.jsonl"]) await run([...by, "-o", path(name)]);
    const lines = (await run([...by, "--json"])).stdout;
    expect(read("b.jsonl")).toBe(lines);
    expect(JSON.parse(read("b.json"))).toEqual(jsonLines(lines));
    await run([...by, "--vp", "77", "-o", path("c.json")]);
    expect(JSON.parse(read("c.json"))).toEqual([]);
    const csv = await run(["stats", boot, "-o", path("a.bin")]);
    expect([csv.status, csv.stderr]).toEqual([
      2,
      expect.stringMatching(/stats prints text or JSON, not \.bin/),
    ]);
    expect(existsSync(path("a.bin"))).toBe(false);
  });

  it("colours only where they are wanted; bars fit the terminal", async () => {
    expect((await run(["stats", boot])).stdout).not.toContain("\u001b");
    expect((await run(["stats", "--color", "always", boot])).stdout).toContain("\u001b[1m2666 messages");
    const { stdout } = await run(["stats", "--color", "never", boot], { isTty: true, columns: 120 });
    const longest = Math.max(...stdout.split("\n").map((line) => line.length));
    expect(longest).toBeGreaterThan(100);
    expect(longest).toBeLessThanOrEqual(120);
  });

  it("statuses", async () => {
    const one = encodeMsr({ abi: "hvhdk", vpIndex: 3 });
    const cut = await run(["stats", "--json", "--abi", "hvhdk"], { stdin: [one, one.subarray(0, 100)] });
    expect(cut.status).toBe(2);
    expect(cut.stderr).toMatch(/cut short: 100 of 256 bytes/);
    expect((JSON.parse(cut.stdout) as { messages: number }).messages).toBe(2);
    const missing = await run(["stats", "--json", join(folder, "none.bin"), boot]);
    expect([missing.status, missing.stderr]).toEqual([2, expect.stringMatching(/none\.bin: no such file/)]);
    expect((JSON.parse(missing.stdout) as { messages: number }).messages).toBe(2666);
    for (const [argv, says] of [
      [["--by", "rp"], /unknown field 'rp' - did you mean .*rip/],
      [["--by", "rip,,cpl"], /--by 'rip,,cpl' has an empty name/],
      [["--by", "base"], /ambiguous: csSegment\.base/],
      [["--top", "0"], /--top takes a whole number, 1 or more; '0' is not one/],
      [["--color", "red"], /red.*auto, always, never/],
    ] as const) {
      const ran = await run(["stats", ...argv, boot]);
      expect(ran.stderr).toMatch(says);
      expect([ran.status, ran.stdout]).toEqual([2, ""]);
    }
  });

  it("what is the same under both ABIs is one row", async () => {
    // The size of a memory message tells the ABI; a write is the number 1 under one, the bit 2 under the other.
    const files = (["hvhdk", "hvimapi"] as const).map((abi) => {
      const path = join(folder, `${abi}.bin`);
      writeFileSync(path, encodeMemory({ abi, vpIndex: 1, rip: 5n, interceptAccessType: ["write"] }));
      return path;
    });
    const ran = await run(["stats", "--json", ...files]);
    const { interceptAccessType, rip } = JSON.parse(ran.stdout) as Sections;
    expect(interceptAccessType).toEqual([{ value: ["write"], count: 2, share: 1 }]);
    expect(rip).toEqual([{ value: "0x0000000000000005", count: 2, share: 1 }]);
    const by = await run(["stats", "--json", "--by", "interceptAccessType,payload.kind", ...files]);
    expect(jsonLines(by.stdout)).toEqual([
      { interceptAccessType: ["write"], "payload.kind": "memory", count: 2, share: 1 },
    ]);
  });
});
