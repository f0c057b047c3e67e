/**
 * The temporary folder of a run: the command built from a copy of the sources, the C programs, and the captures, each made when it
 * is first asked for.
 */
import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Edited, type Edits, makeCapture } from "./make-capture.ts";
import { namesHeader } from "./names-header.ts";

/** What a run of a command took. */
export interface Run {
  wallNs: number;
  /** Processor time; undefined where the C helper that reads it is missing. */
  cpuNs: number | undefined;
  /** Largest resident set of any of its processes; undefined likewise. */
  peakBytes: number | undefined;
}

export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), "hvmsg-bench-"));
  /** Whether there is a C compiler. */
  readonly hasC: boolean;
  /** This Node, and the command under test, ready for a shell. */
  readonly node = quoted(process.execPath);
  readonly hvmsg: string;
  readonly #edited = new Map<string, Edited>();

  /** Builds the command from a copy of the sources, so that work in the tree does not disturb what is measured. */
  constructor() {
    for (const part of ["bin", "scripts", "src", "package.json", "tsconfig.json"])
      cpSync(part, join(this.folder, part), { recursive: true });
    symlinkSync(resolve("node_modules"), join(this.folder, "node_modules"));
    mustRun("node scripts/build.js", this.folder);
    this.hvmsg = `${this.node} ${quoted(join(this.folder, "bin/hvmsg.js"))}`;
    this.hasC = spawnSync("gcc", ["--version"]).status === 0;
    if (this.hasC) writeFileSync(join(this.folder, "names.h"), namesHeader());
  }

  /** Path, ready for a shell, of a program of bench/c. */
  c(name: string): string {
    const program = join(this.folder, name);
    if (!existsSync(program)) {
      const source = quoted(resolve("bench/c", `${name}.c`));
      mustRun(`gcc -O2 -Wall -I ${quoted(this.folder)} -o ${quoted(program)} ${source}`);
    }
    return quoted(program);
  }

  /** Path, ready for a shell, of a capture of so many messages. */
  capture(count: number, seed: number, edits?: Edits): string {
    const path = join(this.folder, `${count}-${seed}${edits ? `-edited-${edits.every}` : ""}.bin`);
    if (!existsSync(path)) this.#edited.set(quoted(path), makeCapture(path, count, seed, edits));
    return quoted(path);
  }

  /** What was edited in a capture. */
  editedIn(capture: string): Edited {
    return this.#edited.get(capture) ?? { changed: 0, deleted: 0, inserted: 0 };
  }

  /** Path of a file that holds a capture several times. */
  repeated(capture: string, times: number): string {
    const path = capture.replace(/\.bin'$/, `-x${times}.bin'`);
    if (!existsSync(unquoted(path))) {
      const bytes = readFileSync(unquoted(capture));
      for (let time = 0; time < times; time++) appendFileSync(unquoted(path), bytes);
    }
    return path;
  }

  /** Path of a file that is made from the bytes of a capture. */
  converted(capture: string, extension: string, convert: (bytes: Buffer) => Buffer): string {
    const path = capture.replace(/\.bin'$/, `${extension}'`);
    if (!existsSync(unquoted(path))) writeFileSync(unquoted(path), convert(readFileSync(unquoted(capture))));
    return path;
  }

  /** Path of a file that a command may write. */
  scratch(name: string): string {
    return quoted(join(this.folder, name));
  }

  /** Runs a shell command with its output thrown away; throws where its status is not among those expected. */
  run(command: string, statuses: readonly number[] = [0]): Run {
    const report = join(this.folder, "report");
    const whole = this.hasC ? `${this.c("measure")} ${quoted(report)} ${quoted(command)}` : command;
    const start = process.hrtime.bigint();
    const ran = spawnSync(whole, { shell: true, stdio: ["ignore", "ignore", "inherit"] });
    const wallNs = Number(process.hrtime.bigint() - start);
    if (!this.hasC) {
      expectStatus(command, ran.status, statuses);
      return { wallNs, cpuNs: undefined, peakBytes: undefined };
    }
    const [wall = 0, cpu = 0, peakKib = 0, status = -1] = readFileSync(report, "utf8").split(" ").map(Number);
    expectStatus(command, status, statuses);
    return { wallNs: wall, cpuNs: cpu, peakBytes: peakKib * 1024 };
  }

  /** What a shell command prints. */
  output(command: string, statuses: readonly number[] = [0]): string {
    const ran = spawnSync(command, { shell: true, encoding: "utf8", maxBuffer: 1 << 30 });
    expectStatus(command, ran.status, statuses);
    return ran.stdout;
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A word for a POSIX shell. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** The path in a word that `quoted` made. */
export function unquoted(word: string): string {
  return word.slice(1, -1).replaceAll("'\\''", "'");
}

function mustRun(command: string, cwd = "."): void {
  const ran = spawnSync(command, { shell: true, encoding: "utf8", cwd });
  if (ran.status !== 0) throw new Error(`${command}: status ${ran.status}\n${ran.stderr}`);
}

function expectStatus(command: string, status: number | null, expected: readonly number[]): void {
  if (status === null || !expected.includes(status))
    throw new Error(`status ${status}, expected ${expected.join(" or ")}: ${command}`);
}
