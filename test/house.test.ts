/** The rules of the house: who imports whom, what tables must hold, what must not be in the tree. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { COMMANDS } from "../src/commands/index.ts";
import { MESSAGE_TYPES } from "../src/messages/index.ts";
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

  it("every command has a name of its own, examples, and an about without a full stop", async () => {
    expect(new Set(COMMANDS.map((command) => command.name)).size).toBe(COMMANDS.length);
    for (const command of COMMANDS) {
      expect((await command.load()).examples.length).toBeGreaterThan(0);
      expect(command.about).not.toMatch(/\.$/);
    }
  });
});

it("CONTRIBUTING.md names files and scripts that are there", () => {
  const text = readFileSync(join(TOP, "CONTRIBUTING.md"), "utf8");
  const paths = [...text.matchAll(/`((?:src|test|bench|bin|samples)\/[\w./-]*)`/g)].map(
    (match) => match[1] as string,
  );
  expect(paths.length).toBeGreaterThan(30);
  for (const path of paths) if (!path.includes("NAME")) expect(existsSync(join(TOP, path)), path).toBe(true);
  const { scripts } = JSON.parse(readFileSync(join(TOP, "package.json"), "utf8"));
  for (const [, name] of text.matchAll(/npm run ([a-z]+)/g)) expect(scripts).toHaveProperty(name as string);
});
