/** What the writers keep between records must never show: kept texts that are forgotten, or not worth keeping. */
import { describe, expect, it } from "vitest";
import { TextProgram } from "../src/output/index.ts";
import { makeBatch } from "../src/record/index.ts";
import { encodeIoPort, encodeMsr } from "./oracle/encode.ts";
import { createRng, type Rng, randomBelow, randomMessage } from "./oracle/random.ts";
import { run } from "./run.ts";

/** Fewer than a cache of kept texts takes. */
const PIECE = 400;

describe("long captures print what their pieces print", () => {
  const rng = createRng(41);
  const captures: Record<string, Uint8Array[]> = {
    // Fills every cache over and over, lets steady parts rest, and takes more room than kept texts have.
    "random values": repeat(60_000, () => randomIoPort(rng)),
    // Rests, and is steady when the rest is over.
    "random, then steady": [
      ...repeat(3_000, () => randomIoPort(rng)),
      ...repeat(20_000, (index) => encodeIoPort({ abi: "hvhdk", vpIndex: index % 4, portNumber: index % 9 })),
    ],
    // More values in turn than a cache holds: nothing is ever found.
    "too many in turn": cycle(
      20_000,
      repeat(700, () => randomIoPort(rng)),
    ),
    // Just as many as a cache holds.
    "as many as there is room for": cycle(
      5_000,
      repeat(512, () => randomIoPort(rng)),
    ),
    "random messages": repeat(10_000, () => randomMessage(rng, "hvhdk")).filter((bytes) => !isEmpty(bytes)),
  };
  for (const [name, messages] of Object.entries(captures)) {
    it.each([
      ["--json", /^{"index":\d+,"offset":\d+,/],
      ["--no-header", /^\d+ +/],
    ])(`${name}, %s`, async (option, position) => {
      const print = async (some: Uint8Array[]) => {
        const argv = ["decode", option, "--abi", "hvhdk", "--input", "message"];
        const { stdout } = await run(argv, { stdin: [Buffer.concat(some)] });
        return stdout.split("\n").map((line) => line.replace(position, ""));
      };
      const pieces: string[] = [];
      for (let at = 0; at < messages.length; at += PIECE)
        pieces.push(...(await print(messages.slice(at, at + PIECE))).slice(0, -1));
      const whole = (await print(messages)).slice(0, -1);
      expect(whole.length).toBe(messages.length);
      expect(whole.findIndex((line, index) => line !== pieces[index])).toBe(-1);
    });
  }
});

describe("--fields", () => {
  it("keeps the JSON whole, whatever is left out", async () => {
    const rng = createRng(42);
    const messages = repeat(40, (index) =>
      index % 2 === 0
        ? encodeIoPort({ abi: "hvhdk", vpIndex: 1, portNumber: index % 4 === 0 ? 0x3f8 : 0xe80 })
        : encodeMsr({ abi: "hvhdk", vpIndex: 1 }),
    );
    const print = async (...more: string[]) => {
      const argv = ["decode", "--json", "--abi", "hvhdk", "--input", "message", ...more];
      return (await run(argv, { stdin: messages })).stdout;
    };
    const wholes = (await print())
      .split("\n")
      .slice(0, -1)
      .map((line) => leavesOf(JSON.parse(line)));
    const paths = [...new Set(wholes.flatMap((leaves) => Object.keys(leaves)))];
    for (let turn = 0; turn < 100; turn++) {
      const some = paths.filter(() => randomBelow(rng, 1 + (turn % 12)) === 0);
      if (some.length === 0) continue;
      const wanted = new Set(some);
      if (some.some((path) => path.startsWith("payload."))) wanted.add("payload.kind");
      const expected = wholes.map((leaves) =>
        Object.fromEntries(Object.entries(leaves).filter(([path]) => wanted.has(path))),
      );
      const lines = (await print("--fields", some.join())).split("\n").slice(0, -1);
      expect(lines.map((line) => leavesOf(JSON.parse(line)))).toEqual(expected);
    }
  });
});

describe("a text program", () => {
  it("makes room for fixed text, and forgets nothing that it still needs", () => {
    const program = new TextProgram();
    const long = (shape: number) => `${shape}`.repeat(20_000);
    const batch = makeBatch(1);
    batch.pickedCount = 1;
    batch.words[0] = 7;
    for (let shape = 1; shape < 40; shape++) {
      program.begin(shape);
      program.text(long(shape));
      program.steady(() => {
        program.text("<");
        program.value("word", 0, 0, 0xff, (raw) => `${raw} of ${shape}`);
        program.text(">");
      });
      program.end();
      for (let again = 1; again <= shape; again += 6) {
        batch.shapes[0] = again;
        program.length = 0;
        program.run(batch, 0);
        const text = Buffer.from(program.out.buffer, 0, program.length).toString();
        expect(text).toMatch(/<7 of \d+>$/);
        expect(text.slice(0, text.indexOf("<"))).toBe(long(again));
      }
    }
  });

  it("refuses what is not steady in a steady part", () => {
    const program = new TextProgram();
    program.begin(1);
    expect(() => program.steady(() => program.index())).toThrow(/not steady/);
  });
});

function repeat(count: number, make: (index: number) => Uint8Array): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

function cycle(count: number, some: readonly Uint8Array[]): Uint8Array[] {
  return repeat(count, (index) => some[index % some.length] as Uint8Array);
}

/** A whole I/O port message with any bytes behind its envelope: reserved bits are set too. */
function randomIoPort(rng: Rng): Uint8Array {
  const bytes = encodeIoPort({ abi: "hvhdk", vpIndex: 1 });
  for (let byte = 16; byte < 16 + 0x80; byte++) bytes[byte] = rng() & 0xff;
  return bytes;
}

function isEmpty(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 4).every((byte) => byte === 0);
}

/** Values by path; a list is a value. */
function leavesOf(value: object, prefix = ""): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) =>
      typeof member === "object" && !Array.isArray(member)
        ? Object.entries(leavesOf(member, `${prefix}${name}.`))
        : [[prefix + name, member]],
    ),
  );
}
