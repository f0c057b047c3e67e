/**
 * Transcripts of whole commands: test/golden/*.txt hold command lines (`$ …`), what they print, what they say on
 * stderr (`! …`) and their status where it is not 0 (`? …`). `UPDATE=1 npm test` writes them anew: read the diff.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { shell } from "./shell.ts";

const FOLDER = join(import.meta.dirname, "golden");

function commandsOf(text: string): string[] {
  return text.split("\n").flatMap((line) => (line.startsWith("$ ") ? [line.slice(2)] : []));
}

function transcript(command: string): string {
  const { stdout, stderr, status } = shell(command);
  const complaints = stderr.split("\n").filter((line) => line !== "");
  const said = complaints.map((line) => `! ${line}\n`).join("");
  return `$ ${command}\n${stdout}${said}${status === 0 ? "" : `? ${status}\n`}`;
}

describe("transcripts", () => {
  for (const file of readdirSync(FOLDER).sort()) {
    const path = join(FOLDER, file);
    const text = readFileSync(path, "utf8");
    const commands = commandsOf(text);
    const intro = text.slice(0, text.indexOf("$ "));
    it(`${file}: ${commands.length} commands`, () => {
      const now = intro + commands.map((command) => `${transcript(command)}\n`).join("");
      if (process.env.UPDATE) writeFileSync(path, now);
      expect(now).toBe(process.env.UPDATE ? now : text);
    });
  }
});
