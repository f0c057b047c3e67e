/** The progress line: what it says, when it is drawn, that it goes away; and on a real terminal. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Io } from "../src/base/io.ts";
import { bytesText, Progress, showsProgress, timeText } from "../src/commands/progress.ts";
import { makeBatch, type Source } from "../src/record/index.ts";
import { hasProgram, TOP } from "./shell.ts";

const folder = mkdtempSync(join(tmpdir(), "hvmsg-progress-"));
const MEGABYTE = join(folder, "a.bin");
writeFileSync(MEGABYTE, Buffer.alloc(1_000_000, 1));
const PACKED = join(folder, "b.gz");
writeFileSync(PACKED, Buffer.concat([Buffer.from("1f8b0800", "hex"), Buffer.alloc(1000)]));

function terminal(stderr: boolean, stdout: boolean, env: Record<string, string> = {}) {
  const written: string[] = [];
  const interrupts = new Set<() => void>();
  const io: Io = {
    stdin: {
      fd: undefined,
      isTty: false,
      stream: () => {
        throw new Error("not read");
      },
    },
    stdout: { isTty: stdout, columns: undefined, write: () => {} },
    stderr: { isTty: stderr, write: (text) => void written.push(text) },
    env,
    onInterrupt(cleanUp) {
      interrupts.add(cleanUp);
      return () => interrupts.delete(cleanUp);
    },
  };
  return { io, written, interrupts };
}

/** A source whose batches end at the given offsets. */
function sourceOf(name: string, offsets: number[], wait = false): Source {
  const batch = makeBatch(1);
  batch.count = 1;
  const next = () => {
    const offset = offsets.shift();
    if (offset === undefined) return null;
    batch.offsets[0] = offset;
    return batch;
  };
  const close = () => {};
  return {
    name,
    abi: "hvhdk",
    framing: "message",
    next: () => (wait ? Promise.resolve(next()) : next()),
    close,
  };
}

describe("when it is drawn", () => {
  it("only where stderr is a terminal and stdout is not, or rests", () => {
    const drawn = (stderr: boolean, stdout: boolean, rests: boolean, env = {}) =>
      showsProgress(terminal(stderr, stdout, env).io, rests);
    expect(drawn(true, false, false)).toBe(true);
    expect(drawn(true, true, true)).toBe(true);
    expect(drawn(true, true, false)).toBe(false);
    expect(drawn(false, false, false)).toBe(false);
    expect(drawn(false, true, true)).toBe(false);
    expect(drawn(true, false, false, { TERM: "dumb" })).toBe(false);
  });

  it("after a second, five times a second at most, and not while somebody is waited for", async () => {
    const { io, written, interrupts } = terminal(true, false);
    let now = 0;
    const progress = new Progress(io, ["x"], false, () => now);
    const source = progress.watch(
      sourceOf(
        "x",
        Array.from({ length: 10_000 }, (_, place) => place),
      ),
    );
    for (; now < 990; now += 10) source.next();
    expect(written).toEqual([]);
    for (; now < 3000; now += 10) source.next();
    expect(written.length).toBeGreaterThanOrEqual(10);
    expect(written.length).toBeLessThanOrEqual(11);
    now += 5000;
    source.next();
    expect(written.pop()).toBe("\r\u001b[K");
    for (let until = now + 5000; now < until; now += 1000) source.next();
    expect(written.length).toBeLessThanOrEqual(11);
    progress.end();
    expect(interrupts.size).toBe(0);
  });

  it("goes away at the end, before something is said, and on SIGINT", () => {
    for (const how of ["end", "erase", "interrupt"]) {
      const { io, written, interrupts } = terminal(true, false);
      let now = 0;
      const progress = new Progress(io, ["x"], false, () => now);
      const source = progress.watch(sourceOf("x", [1, 2, 3, 4, 5, 6, 7, 8]));
      for (; now < 1600; now += 200) source.next();
      expect(written.at(-1)).toContain("x: ");
      if (how === "end") progress.end();
      else if (how === "erase") progress.erase();
      else for (const cleanUp of interrupts) cleanUp();
      expect(written.at(-1)).toBe("\r\u001b[K");
    }
  });
});

describe("what it says", () => {
  function line(name: string, files: string[], offset: number, env: Record<string, string> = {}): string {
    const { io, written } = terminal(true, false, env);
    let now = 0;
    const progress = new Progress(io, files, false, () => now);
    const source = progress.watch(
      sourceOf(
        name,
        Array.from({ length: 9 }, () => offset),
      ),
    );
    for (; now <= 1200; now += 200) source.next();
    return (written.at(-1) as string).replace(/^\r/, "").replace(/\u001b\[K$/, "");
  }

  it("bytes, rate and time left of a file", () => {
    expect(line(MEGABYTE, [MEGABYTE], 250_000)).toBe("a.bin: 250 kB of 1.0 MB (25%), 208 kB/s, 4 s left");
  });

  it("which of several files", () => {
    expect(line(MEGABYTE, [MEGABYTE, "z"], 500_000)).toMatch(/^a\.bin \(1 of 2\): 500 kB of 1\.0 MB \(50%\)/);
  });

  it("no share of what is compressed or a pipe", () => {
    expect(line(PACKED, [PACKED], 1_200_000)).toBe("b.gz: 1.2 MB, 1.0 MB/s");
    expect(line("-", ["-"], 1_200_000)).toBe("standard input: 1.2 MB, 1.0 MB/s");
  });

  it("in one line, without what a terminal would obey", () => {
    const shown = line(`/tmp/${"\u001b[31m".repeat(40)}`, ["x"], 1_200_000, { COLUMNS: "40" });
    expect(shown.length).toBeLessThanOrEqual(39);
    expect(shown).not.toContain("\u001b");
    expect(shown).toContain("1.2 MB, 1.0 MB/s");
  });

  it("amounts in three digits", () => {
    expect([0, 999, 1000, 9_940, 9_960, 999_499, 999_500, 4.2e9, 7e13].map(bytesText)).toEqual([
      ...["0 bytes", "999 bytes", "1.0 kB", "9.9 kB", "10 kB", "999 kB", "1.0 MB", "4.2 GB", "70 TB"],
    ]);
    expect([0.2, 59, 60, 125, 3599.5, 11_520].map(timeText)).toEqual([
      ...["1 s", "59 s", "1 min 0 s", "2 min 5 s", "1 h 0 min", "3 h 12 min"],
    ]);
  });
});

describe("the source behind it", () => {
  it("gives what it gives, waiting or not", async () => {
    const { io } = terminal(true, false);
    for (const wait of [false, true]) {
      const progress = new Progress(io, ["x"], false, () => 0);
      const source = progress.watch(sourceOf("x", [7], wait));
      expect((await source.next())?.offsets[0]).toBe(7);
      expect(await source.next()).toBe(null);
      progress.end();
    }
  });
});

/** `script` of util-linux runs a command in a terminal of its own. */
const canRun = process.platform === "linux" && hasProgram("script");

describe.skipIf(!canRun)("on a real terminal", () => {
  const sample = readFileSync(join(TOP, "samples/linux-boot.bin"));

  /** What a terminal shows while the command reads a pipe for two seconds. */
  async function shown(command: string): Promise<string> {
    const fifo = join(folder, `fifo-${Math.random()}`);
    const line = `mkfifo '${fifo}'; cat <&3 > '${fifo}' & node bin/hvmsg.js ${command} < '${fifo}'`;
    const child = spawn("script", ["-qec", `exec 2>&1; ${line}`, "/dev/null"], {
      cwd: TOP,
      stdio: ["pipe", "pipe", "inherit", "pipe"],
      env: { ...process.env, TERM: "xterm", COLUMNS: "" },
    });
    let text = "";
    child.stdout?.on("data", (chunk) => (text += chunk));
    const pipe = child.stdio[3] as import("node:stream").Writable;
    for (let piece = 0; piece < 20; piece++) {
      pipe.write(sample);
      await sleep(100);
    }
    pipe.end();
    await once(child, "exit");
    return text;
  }

  it("is drawn and taken away where stdout goes elsewhere", async () => {
    const text = await shown("decode --json - > /dev/null");
    expect(text).toMatch(/\rstandard input: \d+(\.\d)? MB, \d+(\.\d)? MB\/s\u001b\[K/);
    expect(text.endsWith("\r\u001b[K")).toBe(true);
    expect(text.split("\r").length).toBeLessThan(12);
  });

  it("is not drawn with --quiet, nor where stderr is a file", async () => {
    expect(await shown("filter -q --vp 77 -")).toBe("");
    expect(await shown(`decode --json - 2> '${join(folder, "log")}' > /dev/null`)).toBe("");
    expect(readFileSync(join(folder, "log"), "utf8")).toBe("");
  });
});
