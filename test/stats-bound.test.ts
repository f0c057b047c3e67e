/** The bound of what `stats` keeps: exact below it, right or marked above it, and the memory that it takes. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CountTable, Stats, VALUE_SECTIONS } from "../src/analysis/index.ts";
import { PLAIN } from "../src/base/style.ts";
import { statsJson } from "../src/commands/stats-json.ts";
import { mergedNotes } from "../src/commands/stats-notes.ts";
import { statsText } from "../src/commands/stats-text.ts";
import { type Batch, Classifier, makeBatch, Shapes } from "../src/record/index.ts";
import { createRng, randomBelow } from "./oracle/random.ts";
import { TOP } from "./shell.ts";

/** What a table says of a key. */
interface Found {
  count: number;
  missing: number;
}

function contents(table: CountTable): Map<string, Found> {
  const found = new Map<string, Found>();
  table.forEach((slot) => {
    const words = Array.from({ length: table.keyWords }, (_, word) => table.word(slot, word));
    found.set(words.join(), { count: table.count(slot), missing: table.missing(slot) });
  });
  return found;
}

/** Keys of a few words whose numbers are alike often, and some of them large. */
function keysOf(keyWords: number) {
  const word = fc.oneof(
    fc.nat(12),
    fc.integer({ min: 1020, max: 1030 }),
    fc.constantFrom(0xffffffff, 0x80000000),
  );
  return fc.array(fc.array(word, { minLength: keyWords, maxLength: keyWords }), {
    maxLength: 2000,
    size: "max",
  });
}

function countPlainly(keys: readonly number[][]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key.join(), (counts.get(key.join()) ?? 0) + 1);
  return counts;
}

/** Adds keys in pieces, the way that sections (pairs) and `--by` do. */
function fill(table: CountTable, keys: readonly number[][], pairs: boolean): void {
  for (let from = 0; from < keys.length; from += 100) {
    const piece = keys.slice(from, from + 100);
    if (pairs) {
      const column = (word: number) => Uint32Array.from(piece, (key) => key[word] as number);
      table.addPairs(column(0), column(1), piece.length);
    } else table.addKeys(Uint32Array.from(piece.flat()), piece.length);
  }
  table.settle();
}

const RUNS = { seed: 11, numRuns: 150 };

describe("tables", () => {
  for (const [keyWords, pairs] of [
    [2, true],
    [2, false],
    [1, false],
    [5, false],
  ] as const) {
    const what = `${keyWords} words${pairs ? ", in pairs" : ""}`;

    it(`are exact up to the limit: ${what}`, () => {
      fc.assert(
        fc.property(keysOf(keyWords), (keys) => {
          const plain = countPlainly(keys);
          const table = new CountTable(keyWords, Math.max(1, plain.size));
          fill(table, keys, pairs);
          const expected = new Map([...plain].map(([key, count]) => [key, { count, missing: 0 }]));
          expect(contents(table)).toEqual(expected);
          expect([table.size, table.drops, table.dropped, table.floor]).toEqual([plain.size, 0, 0, 0]);
        }),
        RUNS,
      );
    });

    it(`are right, or say how far they may be off, above it: ${what}`, () => {
      let dropping = 0;
      fc.assert(
        fc.property(keysOf(keyWords), fc.integer({ min: 2, max: 40 }), (keys, limit) => {
          const plain = countPlainly(keys);
          const table = new CountTable(keyWords, limit);
          fill(table, keys, pairs);
          if (table.drops > 0) dropping++;
          const found = contents(table);
          expect(found.size).toBeLessThanOrEqual(limit + 1);
          let sum = table.dropped;
          for (const [key, { count, missing }] of found) {
            sum += count;
            expect(count).toBeLessThanOrEqual(plain.get(key) ?? 0);
            expect(count + missing).toBeGreaterThanOrEqual(plain.get(key) ?? 0);
            expect(missing).toBeLessThanOrEqual(table.floor);
          }
          expect(sum).toBe(keys.length);
          expect(table.floor).toBeLessThanOrEqual((2 * keys.length) / limit);
          for (const [key, count] of plain) if (count > table.floor) expect(found.has(key), key).toBe(true);
        }),
        RUNS,
      );
      expect(dropping).toBeGreaterThan(RUNS.numRuns / 4);
    });
  }

  it("count beyond 32 bits", () => {
    const table = new CountTable(2);
    const key = Uint32Array.of(0x12345678, 0x9abcdef0);
    table.add(key, 0, 2 ** 32 - 1);
    table.addPairs(key.subarray(0, 1), key.subarray(1), 1);
    expect(contents(table)).toEqual(new Map([[key.join(), { count: 2 ** 32, missing: 0 }]]));
    table.add(key, 0, 2 ** 52);
    expect(contents(table).get(key.join())?.count).toBe(2 ** 52 + 2 ** 32);
  });

  it("of wide keys hold fewer, so that memory stays bounded", () => {
    expect(new CountTable(2).limit).toBe(1_000_000);
    expect(new CountTable(500).limit).toBeLessThan(20_000);
  });
});

/** A halt of 40 bytes with this RIP. */
function writeHalt(batch: Batch, record: number, ripHigh: number, ripLow: number): void {
  batch.words.set([0x80010007, 40, 0, 0, 0, 0x14_0200, 0, 0, 0, 0, ripLow, ripHigh], record * 64);
  batch.available[record] = 256;
}

/** Halts, every fourth at one RIP and the others at RIPs of their own, through a sink that keeps few values. */
function countHalts(messages: number, limit: number, by?: string): Stats {
  const shapes = new Shapes();
  const fields = by === undefined ? {} : { by: [{ path: by, label: by }] };
  const stats = new Stats({ shapes, sections: VALUE_SECTIONS, gaps: 5, limit, ...fields });
  const classifier = new Classifier(shapes, "hvhdk", "message");
  const batch = makeBatch();
  const source = { name: "made", abi: "hvhdk", framing: "message", next: () => null, close() {} } as const;
  stats.begin(source);
  for (let done = 0; done < messages; done += batch.count) {
    batch.count = Math.min(512, messages - done);
    for (let record = 0; record < batch.count; record++) {
      const own = (done + record) % 4 !== 0;
      writeHalt(batch, record, own ? done + record : 0xffffffff, own ? 0x1000 : 0x81000000);
    }
    classifier.classify(batch);
    stats.write(batch);
  }
  stats.end();
  return stats;
}

describe("what is printed above the limit", () => {
  const hot = "0xffffffff81000000";

  it("JSON: rows that may be too low say by how much; what was merged stands under other", () => {
    const stats = countHalts(10_000, 1000);
    const object = JSON.parse([...statsJson(stats, Number.POSITIVE_INFINITY, "object")].join(""));
    expect(object.rip[0]).toEqual({ value: hot, count: 2500, share: 0.25 });
    const rows = object.rip as { count: number; missing?: number }[];
    expect(rows.length).toBeLessThanOrEqual(1001);
    expect(rows.slice(1).every((row) => row.count === 1)).toBe(true);
    expect(rows.some((row) => (row.missing ?? 0) > 0)).toBe(true);
    const counted = rows.reduce((sum, row) => sum + row.count, 0);
    expect(object.other).toEqual({ rip: { count: 10_000 - counted, share: (10_000 - counted) / 10_000 } });
    expect(object.vpIndex).toEqual([{ value: 0, count: 10_000, share: 1 }]);
    expect(mergedNotes(stats)).toEqual([expect.stringMatching(/^rip: more than 1000 different values: /)]);
  });

  it("JSON with --by: other is the last row", () => {
    const stats = countHalts(10_000, 1000, "rip");
    const lines = [...statsJson(stats, 2, "rows")].join("").trimEnd().split("\n");
    const [first, , last] = lines.map((line) => JSON.parse(line));
    expect(first).toEqual({ rip: hot, count: 2500, share: 0.25 });
    expect([lines.length, last.other]).toEqual([3, true]);
  });

  it("JSON with --by of texts: values that were dropped are forgotten, the others kept", () => {
    const stats = countHalts(10_000, 100, "problems");
    expect([...statsJson(stats, 5, "rows")].join("")).toBe('{"count":10000,"share":1}\n');
  });

  it("text: counts that may be too low are marked", async () => {
    const { default: Table } = await import("cli-table3");
    const stats = countHalts(10_000, 1000);
    const text = statsText(stats, { Table, style: PLAIN, top: 2, columns: undefined });
    expect(text).toMatch(/RIP +more than 1000 different +count +share\n {2}0xffffffff81000000 +2500 +25\.0%/);
    expect(text).toMatch(/ ≥ 1 +<0\.1%/);
    expect(text).toMatch(/\n {2}… \d+ more +\d+ +\d+\.\d%\n {2}other +\d+ +\d+\.\d%/);
  });

  it("nothing is marked or merged at the limit itself", () => {
    const stats = countHalts(1332, 1000);
    expect(mergedNotes(stats)).toEqual([]);
    const text = [...statsJson(stats, Number.POSITIVE_INFINITY, "object")].join("");
    expect(JSON.parse(text).rip).toHaveLength(1000);
    expect(text).not.toMatch(/missing|other/);
  });
});

describe("memory", () => {
  const linux = process.platform === "linux";

  it.skipIf(!linux)("5,000,000 different RIPs through a pipe take no more than 300 MB", async () => {
    const messages = 5_000_000;
    const child = spawn(process.execPath, [
      join(TOP, "bin/hvmsg.js"),
      "stats",
      "--json",
      "--top",
      "1",
      "--abi",
      "hvhdk",
    ]);
    const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
    const rng = createRng(5);
    const piece = makeBatch(4096);
    for (let done = 0; done < messages; done += piece.count) {
      piece.count = Math.min(4096, messages - done);
      for (let record = 0; record < piece.count; record++) {
        const own = randomBelow(rng, 10) > 0;
        writeHalt(piece, record, own ? done + record : 0xffffffff, own ? rng() : 0x81001234);
      }
      if (!child.stdin.write(piece.bytes.slice(0, piece.count * 256))) await once(child.stdin, "drain");
    }
    const peakKb = Number(/VmHWM:\s*(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]);
    child.stdin.end();
    const [status] = await once(child, "close");
    expect(status).toBe(0);
    const { rip, other, messages: counted } = JSON.parse(stdout());
    expect(counted).toBe(messages);
    expect(rip[0].value).toBe("0xffffffff81001234");
    // It is never dropped, so that its count is exact: a tenth of all, not one of them missing.
    expect(rip[0].missing).toBeUndefined();
    expect(Math.abs(rip[0].share - 0.1)).toBeLessThan(0.001);
    expect(other.rip.count).toBeGreaterThan(3_000_000);
    expect(stderr()).toMatch(/note: rip: more than 1000000 different values/);
    expect(peakKb).toBeGreaterThan(30_000);
    expect(peakKb).toBeLessThan(300_000);
  });
});

/** Collects what a stream gives. */
function collect(stream: NodeJS.ReadableStream): () => string {
  let text = "";
  stream.on("data", (chunk) => {
    text += chunk;
  });
  return () => text;
}
