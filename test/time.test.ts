/** `--time`: the table's column of times, from captures that have them, against BigInt arithmetic. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { encodeHalt, encodeIoPort } from "./oracle/encode.ts";
import { createRng, randomBelow } from "./oracle/random.ts";
import { makePcap } from "./packet-files.ts";
import { run } from "./run.ts";

const BILLION = 1_000_000_000n;
const NOON = 1_767_355_200n * BILLION; // 2026-01-02T12:00:00Z

interface Event {
  time: bigint;
  vp: number;
}

function capture(events: readonly Event[]): Buffer {
  const packets = events.map(({ time, vp }, index) => ({
    time,
    bytes: encodeIoPort({ abi: "hvhdk", vpIndex: vp, portNumber: index % 0x10000 }),
  }));
  return makePcap(packets, { nanoseconds: true });
}

/** The cells of the column of times, without their padding. */
async function cells(style: string, input: Uint8Array, ...options: string[]): Promise<string[]> {
  const ran = await run(["decode", "--abi", "hvhdk", "--no-header", "--time", style, ...options], {
    stdin: [input],
  });
  expect([ran.stderr, ran.status]).toEqual(["", 0]);
  return ran.stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.slice(9).trimStart().split(" ")[0] as string);
}

function seconds(nanoseconds: bigint): string {
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  const sign = nanoseconds < 0n ? "-" : "";
  return `${sign}${size / BILLION}.${(size % BILLION).toString().padStart(9, "0")}`;
}

/** 3,000 events, which fill several batches, of 4 VPs; some go back in time, as merged captures do. */
function randomEvents(): Event[] {
  const rng = createRng(5);
  let time = NOON;
  return Array.from({ length: 3000 }, () => {
    time += BigInt(randomBelow(rng, 2_000_000_000)) - 100_000_000n;
    return { time, vp: randomBelow(rng, 4) };
  });
}

describe("--time", () => {
  const events = randomEvents();
  const input = capture(events);
  const sinceStart = events.map(({ time }) => seconds(time - NOON - (events[0]!.time - NOON)));
  const last = new Map<number, bigint>();
  const sinceLast = events.map(({ time, vp }) => {
    const before = last.get(vp);
    last.set(vp, time);
    return before === undefined ? "-" : seconds(time - before);
  });

  it("start", async () => expect(await cells("start", input)).toEqual(sinceStart));

  it("vp", async () => expect(await cells("vp", input)).toEqual(sinceLast));

  it("does not depend on what is printed", async () => {
    const kept = (_: string, index: number) => events[index]?.vp === 2 && index % 3 === 0;
    const indexes = events.flatMap(({ vp }, index) => (vp === 2 && index % 3 === 0 ? [index] : []));
    const options = ["--index", indexes.join(",")];
    expect(await cells("start", input, ...options)).toEqual(sinceStart.filter(kept));
    expect(await cells("vp", input, ...options)).toEqual(sinceLast.filter(kept));
  });

  it("absolute", async () => {
    expect(await cells("absolute", capture([{ time: NOON + 5n, vp: 0 }]))).toEqual([
      "2026-01-02T12:00:00.000000005Z",
    ]);
  });

  it("has its own start in every file", async () => {
    const folder = mkdtempSync(join(tmpdir(), "hvmsg-time-"));
    const files = [0n, 1000n].map((later, index) => {
      const path = join(folder, `${index}.pcap`);
      const times = [NOON + later * BILLION, NOON + (later + 2n) * BILLION];
      writeFileSync(path, capture(times.map((time) => ({ time, vp: 0 }))));
      return path;
    });
    for (const [style, expected] of [
      ["start", ["0.000000000", "2.000000000", "0.000000000", "2.000000000"]],
      ["vp", ["-", "2.000000000", "-", "2.000000000"]],
    ] as const) {
      const { stdout } = await run(["decode", "--abi", "hvhdk", "--no-header", "--time", style, ...files]);
      expect(
        stdout
          .trimEnd()
          .split("\n")
          .map((line) => / (-|\d+\.\d{9}) /.exec(line)?.[1]),
      ).toEqual(expected);
    }
  });

  it("is `-` where the input has no times, and the columns line up", async () => {
    const message = encodeHalt({ abi: "hvhdk" });
    for (const style of ["absolute", "start", "vp"]) {
      const ran = await run(["decode", "--abi", "hvhdk", "--input", "message", "--time", style], {
        stdin: [message],
      });
      const [head = "", line = ""] = ran.stdout.split("\n");
      expect(line.slice(head.indexOf("type")).startsWith("halt")).toBe(true);
      expect(line).toMatch(/^0 +- +0 /);
    }
  });

  it("is for the table alone", async () => {
    const { status, stderr } = await run(["decode", "--json", "--time", "start"]);
    expect([status, stderr]).toEqual([
      2,
      "hvmsg: --time is for --format table, not jsonl - every other format has the field time\n",
    ]);
  });
});
