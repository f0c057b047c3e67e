/** Parquet says what JSON lines say: to hyparquet, value by value, and to DuckDB, which is compared with jq. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { parquetMetadata, parquetReadObjects, snappyUncompress } from "hyparquet";
import { describe, expect, it } from "vitest";
import { packHybrid } from "../src/output/parquet/bit-pack.ts";
import { openParquet } from "../src/output/parquet/parquet.ts";
import { compressSnappy, mostSnappyBytes } from "../src/output/parquet/snappy.ts";
import { Classifier, Shapes } from "../src/record/index.ts";
import { allColumns, batchOf, columnText, flatten, sourceNamed, typeOf } from "./columns.ts";
import { createRng, randomBelow, randomHeader, randomMessage } from "./oracle/random.ts";
import { jsonLines, run } from "./run.ts";
import { hasProgram, shell } from "./shell.ts";

const folder = mkdtempSync(join(tmpdir(), "hvmsg-parquet-"));

function bufferOf(file: Buffer): ArrayBuffer {
  return new Uint8Array(file).buffer;
}

/** What hyparquet reads: an object a row. */
function readRows(file: Buffer): Promise<Record<string, unknown>[]> {
  return parquetReadObjects({ file: bufferOf(file), utf8: false });
}

/** The value that a Parquet column has for a value of the JSON record. */
function parquetValue(value: unknown, path: string): unknown {
  if (value === undefined) return undefined;
  switch (typeOf(path)) {
    case "bool":
    case "uint":
      return value;
    case "hex64":
      return BigInt(value as string);
    case "position":
      return BigInt(value as number);
    case "bytes":
      return new Uint8Array(Buffer.from(value as string, "hex"));
    default:
      return columnText(value, path);
  }
}

async function expectSame(argv: string[], stdin: Uint8Array[]): Promise<void> {
  const parquet = await run(["decode", "-f", "parquet", ...argv], { stdin });
  const json = await run(["decode", "--json", ...argv], { stdin });
  const rows = await readRows(parquet.stdoutBytes);
  const records = jsonLines(json.stdout).map((record) => flatten(record));
  expect(rows.length).toBe(records.length);
  expect(rows.length).toBeGreaterThan(1000);
  for (const path of allColumns()) {
    const found = rows.map((row) => row[path] ?? undefined);
    expect(found, path).toEqual(records.map((record) => parquetValue(record.get(path), path)));
  }
  expect(parquet.status).toBe(json.status);
}

/** Rows of one query. */
async function ask(query: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(query);
  const rows = reader.getRowObjectsJson();
  connection.closeSync();
  instance.closeSync();
  return rows;
}

describe("-f parquet", () => {
  for (const abi of ["hvhdk", "hvimapi"] as const) {
    it(`has what JSON lines have, ${abi}`, async () => {
      const rng = createRng(81);
      const messages = Array.from({ length: 2000 }, () => randomMessage(rng, abi));
      await expectSame(["--abi", abi, "--input", "message"], messages);
    });

    it(`bare headers, ${abi}`, async () => {
      const rng = createRng(82);
      const headers = Array.from({ length: 2000 }, () => randomHeader(rng, abi));
      await expectSame(["--abi", abi, "--input", "header"], headers);
    });
  }

  it("has the fields that were asked for, in their order, and the file where there are several", async () => {
    const argv = ["decode", "-f", "parquet", "--fields", "rip,flags,index", "samples/triple-fault.bin"];
    const ran = await run(argv);
    expect(Object.keys((await readRows(ran.stdoutBytes))[0] ?? {})).toEqual(["rip", "flags", "index"]);
    const files = ["samples/triple-fault.bin", "samples/linux-boot.bin"];
    const two = await run(["decode", "-f", "parquet", ...files]);
    const names = (await readRows(two.stdoutBytes)).map((row) => row.file);
    const json = jsonLines((await run(["decode", "--json", ...files])).stdout);
    expect(names).toEqual(json.map((record) => record.file));
  });

  it("has its columns where there is no record", async () => {
    const none = await run(["decode", "-f", "parquet", "--input", "message"], { stdin: [] });
    writeFileSync(join(folder, "none.parquet"), none.stdoutBytes);
    const metadata = parquetMetadata(bufferOf(none.stdoutBytes));
    const columns = metadata.schema.slice(1).map(({ name }) => name);
    expect(columns.filter((name) => name !== "timeNanoseconds")).toEqual(allColumns());
    expect(await ask(`select count(*) as n from '${folder}/none.parquet'`)).toEqual([{ n: "0" }]);
  });

  it("keeps times: microseconds that every reader knows, and the nanoseconds beside them", async () => {
    const times = [
      [1_767_323_045, 123_456_789],
      undefined,
      [0, 0],
      [-1, 999_999_999],
      [253_402_300_799, 999_999_999],
      [-62_167_219_200, 1],
    ] as const;
    const rng = createRng(83);
    const messages = times.map(() => tidyMessage(rng));
    const file = await written(messages, times, 4);
    const rows = await readRows(file);
    expect(rows.map((row) => row.timeNanoseconds ?? undefined)).toEqual(times.map((time) => time?.[1]));
    writeFileSync(join(folder, "times.parquet"), file);
    const found = await ask(
      `select epoch_us(time) as us, strftime(time, '%Y-%m-%dT%H:%M:%S.%f') as iso from '${folder}/times.parquet'`,
    );
    expect(found.map((row) => row.us)).toEqual(
      times
        .map((time) => time && String(BigInt(time[0]) * 1_000_000n + BigInt(Math.floor(time[1] / 1000))))
        .map((us) => us ?? null),
    );
    expect(found[0]?.iso).toBe("2026-01-02T03:04:05.123456");
  });

  it("writes row groups as they fill, each with statistics of its own", async () => {
    const rng = createRng(84);
    const messages = Array.from({ length: 1000 }, () => tidyMessage(rng));
    const file = await written(messages, [], 64);
    const metadata = parquetMetadata(bufferOf(file));
    expect(metadata.row_groups.map((group) => Number(group.num_rows))).toEqual([...Array(15).fill(64), 40]);
    const whole = await written(messages, [], 2000);
    expect(await readRows(file)).toEqual(await readRows(whole));
    const rows = await readRows(file);
    const index = metadata.schema.slice(1).findIndex(({ name }) => name === "rip");
    for (const [place, group] of metadata.row_groups.entries()) {
      const values = rows.slice(place * 64, place * 64 + 64).map((row) => row.rip as bigint | null);
      const known = values.filter((value) => value !== null && value !== undefined);
      const statistics = group.columns[index]?.meta_data?.statistics;
      const sorted = known.toSorted((a, b) => (a < b ? -1 : 1));
      expect(BigInt.asUintN(64, statistics?.min_value as bigint)).toBe(sorted[0]);
      expect(BigInt.asUintN(64, statistics?.max_value as bigint)).toBe(sorted.at(-1));
      expect(Number(statistics?.null_count)).toBe(values.length - known.length);
    }
  });

  it.skipIf(!hasProgram("jq"))("DuckDB counts and sums as jq does, values above 2^63 too", async () => {
    const path = join(folder, "boot.parquet");
    shell(`hvmsg decode -o '${path}' samples/linux-boot.bin`);
    const counts = await ask(
      `select messageType, vpIndex, count(*) as n, count("payload.rax") as rax from '${path}' group by all order by all`,
    );
    const jqCounts = shell(
      `hvmsg decode --json samples/linux-boot.bin | jq -s -c 'group_by([.messageType, .vpIndex])[] |
       {messageType: .[0].messageType, vpIndex: .[0].vpIndex, n: "\\(length)",
        rax: (map(select(.payload.rax)) | length | tostring)}'`,
    );
    expect(counts.length).toBeGreaterThan(20);
    expect(sorted(counts)).toEqual(sorted(jsonLines(jqCounts.stdout)));
    // jq's numbers are doubles: 64-bit values are compared as the text they are there, digit by digit.
    const values = await ask(
      `select index::int as index, printf('0x%016x', rip) as rip, printf('0x%016x', "payload.rax") as rax
       from '${path}' where rip >= 9223372036854775808 order by index`,
    );
    const jqValues = shell(
      `hvmsg decode --json samples/linux-boot.bin | jq -c 'select(.rip >= "0x8000000000000000") |
       {index, rip, rax: .payload.rax}'`,
    );
    expect(values.length).toBeGreaterThan(1000);
    expect(values).toEqual(jsonLines(jqValues.stdout));
    const [sums] = await ask(
      `select sum(payloadSize)::int as size, sum("payload.portNumber")::int as ports, sum(rip) as rip,
       count(*) filter ("executionState.eferLma") as long from '${path}'`,
    );
    const jqSums = shell(
      `hvmsg decode --json samples/linux-boot.bin | jq -s -c '{size: map(.payloadSize) | add,
       ports: map(.payload.portNumber // 0) | add, long: map(select(.executionState.eferLma)) | length | tostring}'`,
    );
    const rips = shell("hvmsg decode --json samples/linux-boot.bin | jq -r '.rip // empty'").stdout;
    const sum = rips
      .trim()
      .split("\n")
      .reduce((total, rip) => total + BigInt(rip), 0n);
    expect(sums).toEqual({ ...jsonLines(jqSums.stdout)[0], rip: String(sum) });
    expect(sum > 1n << 64n).toBe(true);
  });

  it("DuckDB sees the types", async () => {
    const path = join(folder, "types.parquet");
    shell(`hvmsg decode -o '${path}' samples/triple-fault.bin`);
    const types = new Map(
      (await ask(`describe select * from '${path}'`)).map((row) => [row.column_name, row.column_type]),
    );
    expect([...types.keys()].filter((name) => name !== "timeNanoseconds")).toEqual(allColumns());
    const wanted = {
      rip: "UBIGINT",
      vpIndex: "UINTEGER",
      "payload.portNumber": "USMALLINT",
      "executionState.cpl": "UTINYINT",
      "executionState.cr0Pe": "BOOLEAN",
      "payload.cacheType": "VARCHAR",
      "payload.instructionBytes": "BLOB",
      time: "TIMESTAMP",
      problems: "VARCHAR",
    };
    for (const [name, type] of Object.entries(wanted)) expect([name, types.get(name)]).toEqual([name, type]);
  });
});

describe("encodings", () => {
  it("Snappy: what goes in comes out", () => {
    const repetitive = fc
      .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(400)), { maxLength: 12 })
      .map((parts) => Buffer.concat(parts.flatMap(([bytes, times]) => Array<Uint8Array>(times).fill(bytes))));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 3000 }), repetitive), (bytes) => {
        const out = new Uint8Array(mostSnappyBytes(bytes.length));
        const length = compressSnappy(bytes, out);
        expect(length).toBeLessThanOrEqual(out.length);
        const back = new Uint8Array(bytes.length);
        snappyUncompress(out.subarray(0, length), back);
        expect(Buffer.compare(back, bytes)).toBe(0);
      }),
      { seed: 85, numRuns: 300 },
    );
  });

  it("Snappy: blocks of more than 64 KiB, and what cannot be made smaller", () => {
    const rng = createRng(86);
    for (const below of [1, 2, 4, 256]) {
      const bytes = Uint8Array.from({ length: 300_000 }, () => randomBelow(rng, below));
      const out = new Uint8Array(mostSnappyBytes(bytes.length));
      const length = compressSnappy(bytes, out);
      const back = new Uint8Array(bytes.length);
      snappyUncompress(out.subarray(0, length), back);
      expect(Buffer.compare(back, bytes)).toBe(0);
      if (below === 1) expect(length).toBeLessThan(bytes.length / 15);
    }
  });

  it("the hybrid of runs and packed bits, every width", () => {
    const values = fc.array(fc.tuple(fc.nat(0xffffff), fc.nat(20)), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 24 }), (runs, bitWidth) => {
        const mask = 2 ** bitWidth - 1;
        const list = runs.flatMap(([value, times]) => Array<number>(times + 1).fill(value & mask));
        const out = new Uint8Array(list.length * 4 + 64);
        const end = packHybrid(out, 0, Int32Array.from(list), list.length, bitWidth);
        expect(unpackHybrid(out.subarray(0, end), list.length, bitWidth)).toEqual(list);
      }),
      { seed: 87, numRuns: 500 },
    );
  });
});

/** Reads the hybrid as the format's document says, a bit at a time. */
function unpackHybrid(bytes: Uint8Array, count: number, bitWidth: number): number[] {
  const values: number[] = [];
  let at = 0;
  const bits = (from: number, first: number) => {
    let value = 0;
    for (let bit = 0; bit < bitWidth; bit++) {
      const place = first + bit;
      value |= (((bytes[from + (place >> 3)] as number) >> (place & 7)) & 1) << bit;
    }
    return value;
  };
  while (at < bytes.length) {
    let header = 0;
    for (let shift = 0, more = true; more; shift += 7) {
      const byte = bytes[at++] as number;
      header |= (byte & 127) << shift;
      more = byte > 127;
    }
    if (header & 1) {
      const groups = header >> 1;
      for (let place = 0; place < groups * 8; place++) values.push(bits(at, place * bitWidth));
      at += groups * bitWidth;
    } else {
      values.push(...Array<number>(header >> 1).fill(bits(at, 0)));
      at += (bitWidth + 7) >> 3;
    }
  }
  return values.slice(0, count);
}

function sorted(rows: readonly object[]): string[] {
  return rows.map((row) => JSON.stringify(Object.entries(row).sort())).sort();
}

/** A message that is no empty slot. */
function tidyMessage(rng: ReturnType<typeof createRng>): Uint8Array {
  for (;;) {
    const bytes = randomMessage(rng, "hvhdk");
    if (Buffer.from(bytes).readUInt32LE(0) !== 0) return bytes;
  }
}

/** A file of messages with times, with row groups of `rows`. */
async function written(
  messages: readonly Uint8Array[],
  times: readonly (readonly [number, number] | undefined)[],
  rows: number,
): Promise<Buffer> {
  const parts: Buffer[] = [];
  const shapes = new Shapes();
  const options = { shapes, header: true, style: undefined as never, files: ["-"] };
  const sink = openParquet(options, { write: (bytes) => void parts.push(Buffer.from(bytes)) }, rows);
  const batch = batchOf(messages, times);
  new Classifier(shapes, "hvhdk", "message").classify(batch);
  sink.begin(sourceNamed("-"));
  await sink.write(batch);
  await sink.end();
  return Buffer.concat(parts);
}

describe("the README", () => {
  const text = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");
  const queries = [...text.matchAll(/```sql\n-- DuckDB\n([\s\S]*?)```/g)].map((match) => match[1] as string);

  it("its DuckDB query runs over the data set that it says", async () => {
    expect(queries).toHaveLength(1);
    const command = /^hvmsg .* --partition-by .* -o captures .*$/m.exec(text)?.[0] ?? "";
    const made = shell(command.replace("-o captures", `-o '${folder}/captures'`));
    expect(made).toMatchObject({ status: 0, stderr: "" });
    const rows = await ask((queries[0] as string).replaceAll("captures/", `${folder}/captures/`));
    const json = await run(["decode", "--json", "--vp", "2", "--type", "msr", "samples/linux-boot.bin"]);
    const counts = new Map<unknown, number>();
    for (const { payload } of jsonLines(json.stdout)) {
      const { msrName } = payload as { msrName?: string };
      counts.set(msrName ?? null, (counts.get(msrName ?? null) ?? 0) + 1);
    }
    expect(rows.map(({ n }) => Number(n))).toEqual([...counts.values()].sort((a, b) => b - a).slice(0, 5));
    for (const { msr, n } of rows) expect([msr, Number(n)]).toEqual([msr, counts.get(msr)]);
  });
});
