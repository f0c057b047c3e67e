/** The rules of the house: who imports whom, what tables must hold, what must not be in the tree. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { COMMANDS } from "../src/commands/index.ts";
import { sizeOf } from "../src/layout/index.ts";
import { ABIS, MESSAGE_TYPES } from "../src/messages/index.ts";
import { TOP } from "./shell.ts";

const SOURCE = join(TOP, "src");

/** What each room may import; a room may always import itself. */
const ROOMS: Record<string, readonly string[]> = {
  base: [],
  layout: ["base"],
  messages: ["base", "layout"],
  record: ["base", "layout", "messages"],
  code: ["base", "layout", "messages", "record"],
  input: ["base", "layout", "messages", "record"],
  filter: ["base", "layout", "messages", "record", "code"],
  output: ["base", "layout", "messages", "record", "code"],
  analysis: ["base", "layout", "messages", "record"],
  "pump.ts": ["record"],
  commands: [
    "base",
    "layout",
    "messages",
    "record",
    "code",
    "input",
    "filter",
    "output",
    "analysis",
    "pump.ts",
  ],
  "main.ts": ["base", "commands"],
};

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name));
}

const roomOf = (path: string) => relative(SOURCE, path).split("/")[0] as string;

describe("imports", () => {
  for (const path of filesBelow(SOURCE)) {
    it(relative(TOP, path), () => {
      const text = readFileSync(path, "utf8");
      const room = roomOf(path);
      const allowed = ROOMS[room];
      expect(allowed, `${room} is a room that this test does not know`).toBeDefined();
      const imports = [...text.matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)].map(
        (match) => match[1] as string,
      );
      for (const name of imports) {
        if (name.endsWith("package.json")) continue;
        const other = roomOf(resolve(dirname(path), name));
        expect([room, ...(allowed ?? [])], `${room} must not import ${name}`).toContain(other);
      }
    });
  }
});

describe("tables", () => {
  it("every message type's code and names are its own", () => {
    for (const key of ["code", "name"] as const) {
      const values = MESSAGE_TYPES.map((type) => type[key]);
      expect(new Set(values).size).toBe(values.length);
    }
    const sorted = [...MESSAGE_TYPES].sort((a, b) => a.code - b.code);
    expect(MESSAGE_TYPES).toEqual(sorted);
    for (const type of MESSAGE_TYPES) expect(type.short.length).toBeLessThanOrEqual(24);
  });

  it("payload sizes are those of the documents", () => {
    const sizes: Record<string, [hvhdk: number, hvimapi: number]> = {
      memory: [0x50, 0xf0],
      ioPort: [0x80, 0x80],
      msr: [0x40, 0x40],
      cpuid: [0x68, 0x68],
      exception: [0xf0, 0xf0],
      hypercall: [0xc4, 0xc4],
      register: [0x40, 0x40],
      interruptionDeliverable: [0x30, 0x30],
      sipi: [0x30, 0x30],
      sintDeliverable: [0x30, 0x30],
      vmgexit: [0x68, 0x68],
      apicEoi: [8, 8],
      gpaAttribute: [0xf0, 0xf0],
      unsupportedFeature: [16, 16],
      timer: [24, 24],
      halt: [40, 40],
      unrecoverableException: [40, 40],
    };
    for (const { payload } of MESSAGE_TYPES)
      ABIS.forEach((abi, place) => {
        const { kind, size, largestSize, items, begins } = payload[abi];
        if (sizes[kind]) expect([kind, size]).toEqual([kind, sizes[kind][place]]);
        expect(sizeOf(items) + { header: 40, vpIndex: 4, nothing: 0 }[begins]).toBe(largestSize);
      });
  });

  it("every command has a name of its own, examples, and an about without a full stop", async () => {
    expect(new Set(COMMANDS.map((command) => command.name)).size).toBe(COMMANDS.length);
    for (const command of COMMANDS) {
      expect((await command.load()).examples.length).toBeGreaterThan(0);
      expect(command.about).not.toMatch(/\.$/);
    }
  });
});
