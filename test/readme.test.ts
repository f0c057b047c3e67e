/**
 * The README says the truth: its `console` blocks are transcripts that are compared, and the commands in its tables are
 * run. `UPDATE=1 npm test` writes the transcripts anew: read the diff.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { COMMANDS } from "../src/commands/index.ts";
import { CONTAINERS } from "../src/input/index.ts";
import { FORMATS } from "../src/output/index.ts";
import { hasProgram, shell, TOP } from "./shell.ts";

const PATH = join(TOP, "README.md");
const BENCH_TABLE = /\| row \|(.+\n)+/;
const CONSOLE = /```console\n([\s\S]*?)```/g;

function transcript(block: string): string {
  const commands = block.split("\n").flatMap((line) => (line.startsWith("$ ") ? [line.slice(2)] : []));
  return commands
    .map((command) => {
      const { stdout, stderr } = shell(command);
      return `$ ${command}\n${stdout}${stderr}`.trimEnd();
    })
    .join("\n\n");
}

describe("README", () => {
  const text = readFileSync(PATH, "utf8");

  it.skipIf(!hasProgram("jq") || !hasProgram("xxd"))("its transcripts are what the commands print", () => {
    const now = text.replace(CONSOLE, (_, block: string) => `\`\`\`console\n${transcript(block)}\n\`\`\``);
    if (process.env.UPDATE) writeFileSync(PATH, now);
    else expect(text).toBe(now);
  });

  it("quotes the newest measurements", () => {
    const newest = readdirSync(join(TOP, "bench/results")).sort().at(-1) as string;
    const [table = ""] = BENCH_TABLE.exec(readFileSync(join(TOP, "bench/results", newest), "utf8")) ?? [];
    expect(table.split("\n").length).toBeGreaterThan(10);
    if (process.env.UPDATE)
      writeFileSync(
        PATH,
        readFileSync(PATH, "utf8").replace(BENCH_TABLE, () => table),
      );
    else expect(text).toContain(table);
  });

  const rows = text.split("\n").filter((line) => line.startsWith("|"));
  const commands = rows.flatMap((line) =>
    [...line.matchAll(/`(hvmsg [^`]*samples\/[^`]*)`/g)].map((match) => match[1] as string),
  );

  it("has every command, container and format of files in its tables", () => {
    const named = new Set(rows.flatMap((row) => row.match(/(?<=`(hvmsg )?)[a-z-]+(?=[` ])/g) ?? []));
    const files = FORMATS.filter(({ extensions }) => extensions.length > 0);
    for (const { name } of [...COMMANDS, ...CONTAINERS, ...files]) expect(named).toContain(name);
  });

  it("has the filters that people want", () => expect(commands.length).toBeGreaterThanOrEqual(10));

  for (const command of commands) {
    it(command, () => {
      const { stdout, stderr, status } = shell(command);
      expect(stderr).toBe("");
      expect(status).toBe(0);
      expect(stdout.split("\n").length).toBeGreaterThan(2);
    });
  }
});
