import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";

/** The top of the project, where command lines of the README and the transcripts are run. */
export const TOP = resolve(import.meta.dirname, "..");

let binFolder: string | undefined;

/** A folder for PATH in which `hvmsg` is the built command. */
export function shellPath(): string {
  if (binFolder === undefined) {
    binFolder = mkdtempSync(join(tmpdir(), "hvmsg-bin-"));
    const script = join(binFolder, "hvmsg");
    writeFileSync(script, `#!/bin/sh\nexec '${process.execPath}' '${join(TOP, "bin/hvmsg.js")}' "$@"\n`);
    chmodSync(script, 0o755);
  }
  return `${binFolder}${delimiter}${process.env.PATH}`;
}

interface ShellRan {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a command line in a real shell, with the built `hvmsg` in its PATH; a failing part of a pipe does not count. */
export function shell(command: string, options: { input?: Uint8Array; cwd?: string } = {}): ShellRan {
  const env = { ...process.env, PATH: shellPath(), TERM: "dumb", LC_ALL: "C.UTF-8" };
  const { status, stdout, stderr } = spawnSync("bash", ["-c", command], {
    cwd: options.cwd ?? TOP,
    env,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    ...(options.input ? { input: options.input } : {}),
  });
  return { status, stdout, stderr };
}

/** Whether a program can be run here. */
export function hasProgram(name: string): boolean {
  return spawnSync("sh", ["-c", `command -v ${name}`]).status === 0;
}
