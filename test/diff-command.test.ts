/** What the command does with its options, with damage, and with captures that fit each other badly. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { MESSAGE_TYPES } from "../src/messages/index.ts";
import { fullShapes, Shapes } from "../src/record/index.ts";
import {
  type Event,
  encodeEoi,
  encodeEvent,
  jsonDiff,
  KERNEL,
  withStale,
  writeCapture,
} from "./diff-captures.ts";
import { encodeHeader40, encodeIoPort, encodeMemory, encodeMsr } from "./oracle/encode.ts";
import { jsonLines, run } from "./run.ts";
import { shell } from "./shell.ts";

const event = (at: number, data = 0, vp = 0): Event => ({
  vp,
  kind: "msr",
  rip: KERNEL + BigInt(at),
  identity: 0x10,
  data,
});
const capture = (name: string, events: readonly Event[]) =>
  writeCapture(
    name,
    events.map((each) => encodeEvent(each)),
  );

/** What says what the message is, not what is in it. */
const UNFLIPPED = ["messageType", "messageTypeCode", "payloadSize"];

const tenEvents = Array.from({ length: 10 }, (_, at) => event(at));
const ten = capture("ten.bin", tenEvents);
const nine = capture("nine.bin", tenEvents.slice(1));
const changed = capture(
  "changed.bin",
  tenEvents.map((each, at) => (at % 3 === 0 ? { ...each, data: 7 } : each)),
);

describe("statuses", () => {
  it("0: the same", async () => {
    expect(await run(["diff", "--abi", "hvhdk", ten, ten])).toMatchObject({ status: 0, stderr: "" });
  });

  it("1: different", async () => {
    expect(await run(["diff", "--abi", "hvhdk", ten, nine])).toMatchObject({ status: 1, stderr: "" });
  });

  it("2: a missing file, with nothing printed, and both named where both are missing", async () => {
    const ran = await run(["diff", "no-a.bin", "no-b.bin"]);
    expect(ran).toMatchObject({ status: 2, stdout: "" });
    expect(ran.stderr).toMatch(/no-a\.bin: no such file\n.*no-b\.bin: no such file/);
  });

  it("2: damage, after the diff of what there is", async () => {
    const cut = writeCapture("cut.bin", [readFileSync(ten).subarray(0, 9 * 256 + 100)]);
    const { differences, summary, ran } = await jsonDiff(ten, cut);
    expect(ran.status).toBe(2);
    expect(ran.stderr).toMatch(
      /cut\.bin: the last record is cut short: 100 of 256 bytes \(offset 0x900, record 9\)/,
    );
    expect(summary).toMatchObject({ equal: 10, changed: 0 });
    expect(differences).toEqual([]);
    const shorter = writeCapture("shorter.bin", [readFileSync(ten).subarray(0, 9 * 256 + 60)]);
    expect((await jsonDiff(ten, shorter)).differences).toMatchObject([
      {
        op: "change",
        changes: [{ field: "payload.rdx" }, { field: "payload.rax", a: "0x0000000000000000", b: null }],
      },
    ]);
  });

  it("an empty capture and one of which nothing is selected", async () => {
    const empty = writeCapture("empty.bin", []);
    expect((await jsonDiff(empty, empty)).ran.status).toBe(0);
    expect((await jsonDiff(empty, ten)).summary).toMatchObject({ equal: 0, inserted: 10 });
    expect((await jsonDiff("--vp", "9", ten, nine)).ran.status).toBe(0);
  });
});

describe("pipes", () => {
  it("standard input as either side, once", async () => {
    const bytes = [readFileSync(nine)];
    for (const files of [
      ["-", ten],
      [ten, "-"],
    ]) {
      const ran = await run(["diff", "--json", "--abi", "hvhdk", ...files], { stdin: bytes });
      expect(jsonLines(ran.stdout).at(-1)).toMatchObject({ equal: 9 });
    }
    const twice = await run(["diff", "-", "-"]);
    expect(twice).toMatchObject({ status: 2, stdout: "" });
    expect(twice.stderr).toMatch(/only once/);
  });

  it("two FIFOs", () => {
    const ran = shell(`hvmsg diff --brief --abi hvhdk <(cat '${ten}') <(cat '${nine}')`);
    expect(ran.stdout).toMatch(/differ: 9 equal, 0 changed, 1 only in A, 0 only in B; first at vp 0, A 0\n$/);
    expect(ran.status).toBe(1);
  });

  it("a reader that goes away ends it quietly", () => {
    const ran = shell(`hvmsg diff --abi hvhdk '${ten}' '${nine}' | true; echo "\${PIPESTATUS[0]}"`);
    expect(ran.stderr).toBe("");
  });
});

describe("what is compared", () => {
  it("every field of every payload, by its own bits, and nothing past the payload", async () => {
    const [a, b, names]: [Buffer[], Buffer[], string[]] = [[], [], []];
    for (const { abi, type, fields, kind } of fullShapes(new Shapes())) {
      if (abi !== "hvhdk" || type === undefined || kind === "raw") continue;
      for (const field of fields) {
        const size = type.payload.hvhdk.largestSize;
        const isOwn = field.size > 0 && field.type !== "name" && field.type !== "flags" && !field.count;
        if (!isOwn || field.byte + field.size > 16 + size || UNFLIPPED.includes(field.name)) continue;
        const before = Buffer.alloc(256);
        before.writeUInt32LE(type.code, 0);
        before[4] = size;
        const after = Buffer.from(before).fill(0x77, 16 + size);
        const bit = field.byte * 8 + field.shift;
        after[bit >> 3]! ^= 1 << (bit & 7);
        a.push(before);
        b.push(after);
        names.push(`${kind} ${field.path}`);
      }
    }
    // By their types alone the messages of both sides align in their order.
    const [fileA, fileB] = [writeCapture("bits-a.bin", a), writeCapture("bits-b.bin", b)];
    const { differences } = await jsonDiff("--interleaved", "--by", "messageType", fileA, fileB);
    expect(differences.map(({ op, a: record }) => (op === "change" ? names[record.index] : op))).toEqual(
      names,
    );
    for (const each of differences) if (each.op === "change") expect(each.changes).not.toEqual([]);
    expect(names.length).toBeGreaterThan(300);
  });

  it("instruction bytes up to their count; what is stale after it is not", async () => {
    const memory = (instructionBytes: string, instructionByteCount = 2) =>
      encodeMemory({
        abi: "hvhdk",
        rip: KERNEL,
        rflags: 2n,
        guestPhysicalAddress: 0xfee00000n,
        instructionBytes,
        instructionByteCount,
      });
    const a = writeCapture("code-a.bin", [memory("8907ffff")]);
    const stale = writeCapture("code-b.bin", [memory("89070000")]);
    const other = writeCapture("code-c.bin", [memory("8908ffff")]);
    expect((await jsonDiff(a, stale)).differences).toEqual([]);
    expect((await jsonDiff(a, other)).differences).toMatchObject([
      { changes: [{ field: "payload.instructionBytes", a: "8907", b: "8908" }] },
    ]);
    const ignored = await jsonDiff(
      "--ignore",
      "payload.instructionByteCount",
      a,
      writeCapture("code-d.bin", [memory("8907ffff", 3)]),
    );
    expect(ignored.differences).toMatchObject([{ changes: [{ field: "payload.instructionBytes" }] }]);
    const byCode = await jsonDiff("--by", "instructionBytes", a, other);
    expect(byCode.summary).toMatchObject({ equal: 0, deleted: 1, inserted: 1 });
  });

  it("reserved bits, as problems", async () => {
    const clean = encodeEvent(event(0));
    const odd = clean.map((byte, at) => (at === 0x3c ? 1 : byte));
    const [a, b] = [writeCapture("clean.bin", [clean]), writeCapture("odd.bin", [odd])];
    expect((await jsonDiff(a, b)).differences).toMatchObject([
      { changes: [{ field: "problems", a: [], b: [expect.stringMatching(/reserved/)] }] },
    ]);
    expect((await jsonDiff("--ignore", "problems", a, b)).ran.status).toBe(0);
  });

  it("not what --ignore names: fields, groups, parts and names of a value", async () => {
    const port = (rflags: bigint, accessSize: number, rax: bigint) =>
      writeCapture(`port-${rflags}-${accessSize}-${rax}.bin`, [
        encodeIoPort({
          abi: "hvhdk",
          rip: KERNEL,
          rflags,
          portNumber: 0x3f8,
          accessInfo: { accessSize },
          rax,
        }),
      ]);
    const [a, b] = [port(2n, 1, 1n), port(0x3202n, 2, 2n)];
    const fields = async (...options: string[]) =>
      (await jsonDiff(...options, a, b)).differences.flatMap((each) =>
        each.op === "change" ? each.changes.map(({ field }) => field) : [],
      );
    expect(await fields()).toEqual(["rflags", "payload.accessInfo.accessSize", "payload.rax"]);
    expect(await fields("--ignore", "payload.accessInfo,rflags")).toEqual(["payload.rax"]);
    expect(await fields("--ignore", "iopl,flags")).toEqual(["payload.accessInfo.accessSize", "payload.rax"]);
    expect(await fields("--ignore", "payload,rflags")).toEqual([]);
  });

  it("records in another place are the same", async () => {
    const empty = new Uint8Array(256);
    const moved = writeCapture("moved.bin", [
      empty,
      ...tenEvents.flatMap((each) => [encodeEvent(each), empty]),
    ]);
    expect((await jsonDiff(ten, moved)).summary).toMatchObject({
      equal: 10,
      changed: 0,
      deleted: 0,
      inserted: 0,
    });
  });
});

describe("--by", () => {
  it("sets the key", async () => {
    const other = capture(
      "other.bin",
      tenEvents.map((each) => ({ ...each, rip: each.rip + 1n })),
    );
    expect((await jsonDiff(ten, other)).summary).toMatchObject({ equal: 9, deleted: 1, inserted: 1 });
    const { summary, differences } = await jsonDiff("--by", "messageType,msrNumber", ten, other);
    expect(summary).toMatchObject({ changed: 10 });
    expect(differences[0]).toMatchObject({
      changes: [{ field: "rip", a: "0xffffffff81000000", b: "0xffffffff81000001" }],
    });
  });

  it("RFLAGS that one of two messages lacks are absent, in text too", async () => {
    const a = writeCapture("rflags.bin", [encodeEvent(event(0))]);
    const b = writeCapture("no-rflags.bin", [encodeEoi(0, 0x20)]);
    const ran = await run(["diff", "--abi", "hvhdk", "--by", "vpIndex", a, b]);
    expect(ran.stdout).toContain("rflags: 0x2 -> absent\n");
    expect([ran.status, ran.stderr]).toEqual([1, ""]);
  });

  it("messages of other types are compared by name, what one of them lacks is null", async () => {
    const [a, b] = [
      writeCapture("msr.bin", [encodeMsr({ abi: "hvhdk", rip: KERNEL, msrNumber: 0x10, rax: 1n })]),
      writeCapture("port.bin", [encodeIoPort({ abi: "hvhdk", rip: KERNEL, portNumber: 0x80, rax: 1n })]),
    ];
    const { differences } = await jsonDiff("--by", "rip", a, b);
    const changes = differences.flatMap((each) => (each.op === "change" ? each.changes : []));
    expect(changes[0]).toEqual({
      field: "messageType",
      a: "HvMessageTypeMsrIntercept",
      b: "HvMessageTypeX64IoPortIntercept",
    });
    expect(changes).toContainEqual({ field: "payload.msrNumber", a: 16, b: null });
    expect(changes.map(({ field }) => field)).not.toContain("payload.rax");
  });
});

describe("the identity of payloads", () => {
  it("is made of fields that the payload has", () => {
    for (const shape of fullShapes(new Shapes()))
      for (const { path } of shape.type?.payload[shape.abi].identity ?? [])
        if (shape.kind === shape.type?.payload[shape.abi].kind)
          expect(shape.byPath.has(path), `${shape.kind} ${path}`).toBe(true);
  });

  it("is there wherever a payload says what it is about", () => {
    const without = MESSAGE_TYPES.filter(({ payload }) => payload.hvhdk.identity.length === 0).map(
      ({ payload }) => payload.hvhdk.kind,
    );
    expect([...new Set(without)].sort()).toEqual(
      [
        "halt",
        "invalidVpRegisterValue",
        "legacyFpError",
        "opaqueIntercept",
        "raw",
        "unrecoverableException",
      ].sort(),
    );
  });
});

describe("groups", () => {
  it("VPs by rising index, messages without one last", async () => {
    const events = [5, 0, 2].map((vp) => encodeEvent(event(0, 0, vp)));
    const timer = Buffer.alloc(256);
    timer.writeUInt32LE(0x80000010, 0);
    timer[4] = 24;
    const { differences } = await jsonDiff(
      writeCapture("vps.bin", [timer, ...events, encodeEoi(1, 0x30)]),
      writeCapture("none.bin", []),
    );
    expect(differences.map(({ vpIndex }) => vpIndex)).toEqual([0, 1, 2, 5, null]);
  });

  it("--interleaved tells each message's VP", async () => {
    const [a, b] = [capture("on-0.bin", [event(0)]), capture("on-1.bin", [event(0, 0, 1)])];
    const { differences } = await jsonDiff("--interleaved", a, b);
    expect(differences).toMatchObject([
      { op: "change", vpIndex: 0, changes: [{ field: "vpIndex", a: 0, b: 1 }] },
    ]);
  });
});

describe("captures that fit badly", () => {
  it("of different ABIs are compared by the fields that both have, and a note says so", async () => {
    const message = (abi: "hvhdk" | "hvimapi", data: bigint) =>
      encodeMemory({
        abi,
        rip: KERNEL,
        rflags: 2n,
        interceptAccessType: ["write"],
        guestPhysicalAddress: 0xfee00000n,
        guestVirtualAddress: data,
      });
    const [a, b] = [
      writeCapture("hvhdk.bin", [message("hvhdk", 1n)]),
      writeCapture("hvimapi.bin", [message("hvimapi", 1n)]),
    ];
    const ran = await run(["diff", "--json", a, b]);
    expect(ran.stderr).toMatch(/note: A is read as hvhdk and B as hvimapi/);
    expect(jsonLines(ran.stdout)).toMatchObject([
      { op: "change", changes: [{ field: "payloadSize", a: 80, b: 240 }] },
      { op: "summary" },
    ]);
  });

  it("bare headers and messages align by what both have", async () => {
    const header = encodeHeader40({ abi: "hvimapi", rip: KERNEL, rflags: 2n, interceptAccessType: ["read"] });
    const headers = writeCapture("headers.bin", [header, header]);
    const plain = await run(["diff", "--brief", headers, ten]);
    expect(plain.stderr).toMatch(/bare headers.*--by rip/);
    expect(plain.stdout).toMatch(/0 equal/);
    expect((await run(["diff", "--brief", "--by", "rip", headers, ten])).stdout).toMatch(/1 equal/);
  });
});

describe("--slide", () => {
  it("auto says so where no RIPs differ, and where there is no single offset", async () => {
    expect((await jsonDiff("--slide", "auto", ten, changed)).ran.stderr).toMatch(/slide auto: none/);
    const scattered = capture(
      "scattered.bin",
      tenEvents.map((each, at) => ({ ...each, rip: each.rip + BigInt(4096 * at * at) })),
    );
    const { ran, summary } = await jsonDiff("--slide", "auto", ten, scattered);
    expect(ran.stderr).toMatch(
      /slide auto: no single one, RIPs are compared as they are; the best, 0x1000, has 1 of 9 pairs/,
    );
    expect(summary.slide).toBe("0x0000000000000000");
  });

  it("takes values that differ by it alone as the same, but no others", async () => {
    const messages = (rip: bigint, rax: bigint) =>
      encodeMsr({ abi: "hvhdk", rip, rflags: 2n, msrNumber: 0xc0000082, rax });
    const a = writeCapture("lstar-a.bin", [messages(KERNEL, 0x81e00080n)]);
    const b = writeCapture("lstar-b.bin", [messages(KERNEL - 0x200000n, 0x81c00080n)]);
    const c = writeCapture("lstar-c.bin", [messages(KERNEL - 0x200000n, 0x81c00081n)]);
    const options = ["diff", "--abi", "hvhdk", "--slide", "-0x200000"];
    expect((await run([...options, a, b])).stdout).toMatch(
      /^summary: 1 equal.*\nslide -0x200000: 1 value beside RIPs differs/,
    );
    expect((await run([...options, a, c])).stdout).toMatch(/payload\.rax: 0x81e00080 -> 0x81c00081/);
  });
});

describe("output", () => {
  it("--limit stops after so many differences, in every format", async () => {
    const { differences, summary } = await jsonDiff("--limit", "2", ten, changed);
    expect(differences).toHaveLength(2);
    expect(summary).toMatchObject({ equal: 6, changed: 4 });
    const text = await run(["diff", "--abi", "hvhdk", "--limit", "2", ten, changed]);
    expect(text.stdout.match(/^~/gm)).toHaveLength(3); // and once as the first divergence
    expect(text.stdout).toMatch(/^\.\.\. 2 more differences$/m);
    expect((await run(["diff", "--abi", "hvhdk", "--limit", "0", ten, changed])).stdout).toMatch(
      /^\.\.\. 4 more/,
    );
  });

  it("--brief --json is the summary alone", async () => {
    const ran = await run(["diff", "--brief", "--json", "--abi", "hvhdk", ten, nine]);
    expect(jsonLines(ran.stdout)).toEqual([
      { op: "summary", equal: 9, changed: 0, deleted: 1, inserted: 0, slide: "0x0000000000000000" },
    ]);
  });

  it("-o FILE.jsonl holds what --json prints, and appears only when it is complete", async () => {
    const path = writeCapture("out.jsonl", []);
    const ran = await run(["diff", "--abi", "hvhdk", "-o", path, ten, nine]);
    expect(ran).toMatchObject({ status: 1, stdout: "" });
    expect(readFileSync(path, "utf8")).toBe((await jsonDiff(ten, nine)).ran.stdout);
    const never = `${path}.never.txt`;
    expect(await run(["diff", "-o", never, ten, "no-such-file"])).toMatchObject({ status: 2 });
    expect(existsSync(never)).toBe(false);
  });

  it("records are those of decode", async () => {
    const { differences } = await jsonDiff(ten, nine);
    const decoded = jsonLines(
      (await run(["decode", "--json", "--abi", "hvhdk", "--limit", "1", ten])).stdout,
    );
    expect(differences.map(({ a }) => a)).toEqual(decoded);
  });

  it("hunks that meet are one, and stale bytes do not show", async () => {
    const many = Array.from({ length: 30 }, (_, at) => event(at));
    const a = writeCapture(
      "many-a.bin",
      many.map((each) => encodeEvent(each)),
    );
    const b = writeCapture(
      "many-b.bin",
      many.map((each, at) =>
        withStale(encodeEvent({ ...each, data: at === 8 || at === 15 || at === 23 ? 1 : 0 }), 0xaa),
      ),
    );
    const { stdout } = await run(["diff", "--abi", "hvhdk", a, b]);
    expect(stdout.match(/^@@.*$/gm)).toEqual(["@@ vp 0: A 5-18, B 5-18 @@", "@@ vp 0: A 20-26, B 20-26 @@"]);
    const narrow = await run(["diff", "--abi", "hvhdk", "--context", "0", a, b]);
    expect(narrow.stdout.match(/^@@.*$/gm)).toHaveLength(3);
  });

  it("-y keeps to the width", async () => {
    for (const columns of [60, 99, 160]) {
      const { stdout } = await run(["diff", "--abi", "hvhdk", "-y", ten, changed], { columns });
      const rows = stdout.split("\n").filter((line) => / [=~] /.test(line));
      expect(Math.max(...rows.map((row) => row.length))).toBeLessThanOrEqual(columns);
    }
  });

  it("colours on a terminal, not with NO_COLOR", async () => {
    const options = { isTty: true, columns: 200 };
    expect((await run(["diff", ten, nine], options)).stdout).toMatch(/\u001b\[31m- .*\u001b\[39m\n/);
    expect((await run(["diff", ten, nine], { ...options, env: { NO_COLOR: "1" } })).stdout).not.toContain(
      "\u001b",
    );
  });
});
