/** `--partition-by`: a data set of Parquet files in Hive's layout, whole or not there at all. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DuckDBInstance } from "@duckdb/node-api";
import { parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";
import { openOutputFolder } from "../src/commands/output-folder.ts";
import { DataSetSink } from "../src/output/parquet/parquet.ts";
import { Classifier, Shapes } from "../src/record/index.ts";
import { batchOf, sourceNamed } from "./columns.ts";
import { createRng, randomMessage } from "./oracle/random.ts";
import { jsonLines, run } from "./run.ts";
import { shell, TOP } from "./shell.ts";

const BOOT = join(TOP, "samples/linux-boot.bin");

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), "hvmsg-data-set-"));
}

async function ask(query: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  const rows = (await connection.runAndReadAll(query)).getRowObjectsJson();
  connection.closeSync();
  instance.closeSync();
  return rows;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".parquet") || name.includes("aside"))
    .sort();
}

async function readPart(path: string): Promise<Record<string, unknown>[]> {
  return parquetReadObjects({ file: new Uint8Array(readFileSync(path)).buffer, utf8: false });
}

describe("--partition-by", () => {
  it("DuckDB reads it as it is, with the partitions as columns", async () => {
    const target = join(newFolder(), "set");
    const ran = await run(["decode", "--partition-by", "vpIndex,messageType", "-o", target, BOOT]);
    expect(ran).toMatchObject({ status: 0, stdout: "", stderr: "" });
    const rows = await ask(
      `select vpIndex::int as vpIndex, messageType, count(*)::int as n, sum("payload.rax") as rax
       from read_parquet('${target}/**/*.parquet', hive_partitioning = true) group by all order by all`,
    );
    const groups = new Map<string, { n: number; rax: bigint | null }>();
    for (const record of jsonLines((await run(["decode", "--json", BOOT])).stdout)) {
      const { rax } = record.payload as { rax?: string };
      const key = `${record.vpIndex ?? null} ${record.messageType}`;
      const group = groups.get(key) ?? { n: 0, rax: null };
      groups.set(key, group);
      group.n++;
      if (rax !== undefined) group.rax = (group.rax ?? 0n) + BigInt(rax);
    }
    expect(groups.size).toBeGreaterThan(20);
    const found = new Map(
      rows.map(({ vpIndex, messageType, n, rax }) => [
        `${vpIndex} ${messageType}`,
        { n, rax: rax === null ? null : BigInt(rax as string) },
      ]),
    );
    expect(found).toEqual(groups);
    expect(filesBelow(target)).toContain("vpIndex=2/messageType=HvMessageTypeX64Halt/part-00000.parquet");
  });

  it("its files are without the columns that their folders tell, in the order of the capture", async () => {
    const target = join(newFolder(), "set");
    await run(["decode", "--partition-by", "vpIndex", "--fields", "index,vpIndex,rip", "-o", target, BOOT]);
    const rows = await readPart(join(target, "vpIndex=2/part-00000.parquet"));
    const json = jsonLines((await run(["decode", "--json", "--vp", "2", BOOT])).stdout);
    expect(rows).toEqual(
      json.map(({ index, rip }) => ({ index: BigInt(index as number), rip: BigInt(rip as string) })),
    );
  });

  it("values that no path can have, and none at all", async () => {
    const target = join(newFolder(), "set");
    await run(["decode", "--partition-by", "exceptionName", "-o", target, BOOT]);
    expect(readdirSync(target)).toContain("payload.exceptionName=%23GP");
    const rows = await ask(
      `select "payload.exceptionName" as name, count(*)::int as n
       from read_parquet('${target}/**/*.parquet', hive_partitioning = true) group by all order by n`,
    );
    const names = jsonLines((await run(["decode", "--json", BOOT])).stdout).map(
      (record) => (record.payload as { exceptionName?: string }).exceptionName ?? null,
    );
    for (const { name, n } of rows)
      expect([name, n]).toEqual([name, names.filter((each) => each === name).length]);
    expect(rows.map(({ name }) => name)).toContain("#GP");
    expect(rows.map(({ name }) => name)).toContain(null);
  });

  it("what does not fit into memory is set aside, and comes back", async () => {
    const parent = newFolder();
    const target = join(parent, "set");
    const folder = openOutputFolder(target);
    const shapes = new Shapes();
    const options = { shapes, header: true, style: undefined as never, files: ["a", "b"] };
    const sink = new DataSetSink(options, ["payload.kind"], folder, 100);
    const rng = createRng(91);
    const expected = new Map<string, unknown[]>();
    for (const [place, name] of ["a", "b"].entries()) {
      const messages = Array.from({ length: 1500 }, () => randomMessage(rng, "hvhdk"));
      const times = messages.map((_, record) => [place * 10_000 + record, record] as const);
      const batch = batchOf(messages, times);
      batch.firstIndex = place * 7;
      const classifier = new Classifier(shapes, "hvhdk", "message");
      classifier.classify(batch);
      for (let at = 0; at < batch.pickedCount; at++) {
        const record = batch.picked[at] as number;
        const kind = shapes.list[batch.shapes[record] as number]?.kind as string;
        const rows = expected.get(kind) ?? [];
        expected.set(kind, rows);
        rows.push({ file: name, index: BigInt(batch.firstIndex + record), timeNanoseconds: record });
      }
      sink.begin(sourceNamed(name));
      await sink.write(batch);
    }
    await sink.end();
    folder.commit();
    expect(readdirSync(parent)).toEqual(["set"]);
    expect(filesBelow(target)).toHaveLength(expected.size);
    for (const [kind, rows] of expected) {
      const found = await readPart(join(target, `payload.kind=${kind}/part-00000.parquet`));
      expect(
        found.map(({ file, index, timeNanoseconds }) => ({ file, index, timeNanoseconds })),
        kind,
      ).toEqual(rows);
    }
  });

  it("fills a folder that is empty, and leaves alone what is not", async () => {
    const parent = newFolder();
    mkdirSync(join(parent, "empty"));
    const argv = ["decode", "--partition-by", "vpIndex", "-o"];
    expect((await run([...argv, join(parent, "empty"), BOOT])).status).toBe(0);
    expect(readdirSync(join(parent, "empty"))).toContain("vpIndex=0");
    const again = await run([...argv, join(parent, "empty"), BOOT]);
    expect(again.stderr).toMatch(/empty: is a folder that is not empty - give -o the name of a new one\n$/);
    writeFileSync(join(parent, "file"), "old");
    const file = await run([...argv, join(parent, "file"), BOOT]);
    expect(file.stderr).toMatch(/file: is a file; --partition-by writes a folder\n$/);
    expect([again.status, file.status]).toEqual([2, 2]);
    expect(readFileSync(join(parent, "file"), "utf8")).toBe("old");
    expect(readdirSync(parent).sort()).toEqual(["empty", "file"]);
  });

  for (const [argv, sentence] of [
    [["--partition-by", "vpIndex"], "--partition-by writes a folder: name it with -o FOLDER"],
    [["--partition-by", "vpIndex", "-f", "csv", "-o", "x"], "writes Parquet; --format csv contradicts it"],
    [["--partition-by", "vpIndex", "--json", "-o", "x"], "writes Parquet; --format jsonl contradicts it"],
    [
      ["--partition-by", "rip", "-o", "x"],
      "--partition-by rip: takes fields of one value of at most 32 bits",
    ],
    [["--partition-by", "vpIndx", "-o", "x"], "unknown field 'vpIndx' - did you mean vpIndex?"],
    [["--partition-by", "vpIndex,", "-o", "x"], "--partition-by 'vpIndex,' has an empty name in it"],
  ] as const) {
    it(`refuses ${argv.join(" ")}`, async () => {
      const ran = await run(["decode", ...argv, BOOT]);
      expect(ran.stderr).toContain(sentence);
      expect(ran.status).toBe(2);
      expect(existsSync("x")).toBe(false);
    });
  }

  it("filter -c has no use for it", async () => {
    const ran = await run(["filter", "-c", "--partition-by", "vpIndex", BOOT]);
    expect(ran.stderr).toContain("--partition-by does not go with --count or --quiet");
  });

  it("refuses more files than are of use, and leaves nothing behind", () => {
    const parent = newFolder();
    const first = readFileSync(BOOT).subarray(0, 256);
    const messages = Array.from({ length: 10_001 }, (_, vp) => {
      const bytes = Buffer.from(first);
      bytes.writeUInt32LE(vp, 16);
      return bytes;
    });
    writeFileSync(join(parent, "many.bin"), Buffer.concat(messages));
    const ran = shell("hvmsg decode --abi hvhdk --partition-by vpIndex -o set many.bin", { cwd: parent });
    expect(ran.stderr).toBe(
      "hvmsg: set: --partition-by would make more than 10000 files - choose fields that have fewer values\n",
    );
    expect(ran.status).toBe(2);
    expect(readdirSync(parent)).toEqual(["many.bin"]);
  });

  it("SIGINT leaves nothing behind", async () => {
    const parent = newFolder();
    const argv = ["decode", "--abi", "hvhdk", "--input", "message", "--partition-by", "vpIndex", "-o", "set"];
    const child = spawn(process.execPath, [join(TOP, "bin/hvmsg.js"), ...argv], { cwd: parent });
    child.stdin.write(readFileSync(BOOT).subarray(0, 25_600));
    while (readdirSync(parent, { recursive: true }).length < 2) await sleep(20);
    child.kill("SIGINT");
    const [code] = await once(child, "exit");
    expect(code).toBe(130);
    expect(readdirSync(parent)).toEqual([]);
  });
});
