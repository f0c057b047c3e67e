/** The examples of every command's --help run, and print something. */
import { mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { COMMANDS } from "../src/commands/index.ts";
import { hasProgram, shell, TOP } from "./shell.ts";

const folder = mkdtempSync(join(tmpdir(), "hvmsg-examples-"));
symlinkSync(join(TOP, "samples"), join(folder, "samples"));

describe("examples of --help", async () => {
  for (const command of COMMANDS) {
    for (const [line] of (await command.load()).examples) {
      it.skipIf(line.includes("jq") && !hasProgram("jq"))(line, () => {
        const { status, stdout, stderr } = shell(line, { cwd: folder });
        // A pipe whose writer is slow to start may be noted.
        expect(stderr.replace(/^hvmsg: note: waiting for more input.*\n/gm, "")).toBe("");
        // diff says 1 where the captures differ, which is what its examples show.
        expect(status).toBe(command.name === "diff" ? 1 : 0);
        if (!/ -o | -q | --output /.test(line)) expect(stdout).not.toBe("");
      });
    }
  }
});
