/** The built command on real pipes: pieces, live writers, readers that go away, signals. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { encodeIoPort, encodeMsr } from "./oracle/encode.ts";
import { createRng, randomMessage } from "./oracle/random.ts";
import { run } from "./run.ts";
import { shell, TOP } from "./shell.ts";

const folder = mkdtempSync(join(tmpdir(), "hvmsg-pipe-"));

function start(...argv: string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [join(TOP, "bin/hvmsg.js"), ...argv]);
}

/** What a child has printed by the time that it matches; its stream is paused then. */
function until(
  child: ChildProcessWithoutNullStreams,
  stream: "stdout" | "stderr",
  pattern: RegExp,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    child[stream].on("data", (chunk) => {
      text += chunk;
      if (!pattern.test(text)) return;
      child[stream].pause();
      resolve(text);
    });
    child.once("exit", () => reject(new Error(`${pattern} did not come: ${text}`)));
  });
}

describe("pieces", () => {
  it("one byte at a time gives what the whole gives", async () => {
    const rng = createRng(21);
    const bytes = Buffer.concat(Array.from({ length: 300 }, () => randomMessage(rng, "hvimapi")));
    for (const argv of [
      ["decode", "--json"],
      ["decode", "--json", "--input", "message"],
      ["decode", "-f", "json", "--abi", "hvhdk", "--record-size", "128"],
    ]) {
      const whole = await run(argv, { stdin: [bytes] });
      const pieces = await run(argv, { stdin: Array.from(bytes, (byte) => Uint8Array.of(byte)) });
      expect(pieces).toEqual(whole);
    }
  });

  it("a FIFO that is named as a file", () => {
    writeFileSync(join(folder, "a.bin"), encodeMsr({ abi: "hvhdk", vpIndex: 7 }));
    expect(shell(`hvmsg decode --json --abi hvhdk <(cat '${folder}/a.bin') | jq .vpIndex`).stdout).toBe(
      "7\n",
    );
  });
});

describe("live pipes", () => {
  it("with --abi and --input, a message appears while the pipe stays open", async () => {
    const child = start("decode", "--json", "--abi", "hvhdk", "--input", "message");
    child.stdin.write(encodeIoPort({ abi: "hvhdk", vpIndex: 3 }));
    expect(await until(child, "stdout", /\n/)).toContain('"vpIndex":3');
    child.stdin.end();
  });

  it("without them, a note says after a second which options to give", async () => {
    const child = start("decode", "--json");
    child.stdin.write(encodeIoPort({ abi: "hvhdk", vpIndex: 3 }));
    expect(await until(child, "stderr", /\n/)).toMatch(/note: waiting .* --abi hvhdk .*--input message/);
    child.stdin.end();
    const [status] = await once(child, "exit");
    expect(status).toBe(0);
  });
});

describe("readers that go away, and signals", () => {
  const many = join(folder, "many.bin");
  const one = encodeIoPort({ abi: "hvhdk", vpIndex: 1, portNumber: 0x3f8 });
  writeFileSync(many, Buffer.concat(Array.from({ length: 40_000 }, () => one)));

  it("| head ends quietly with 0", () => {
    const ran = shell(`hvmsg decode --json '${many}' | head -n 1; echo "\${PIPESTATUS[0]}"`);
    expect(ran.stdout.split("\n")[1]).toBe("0");
    expect(ran.stderr).toBe("");
  });

  it("a full disk is a sentence and status 2", () => {
    const ran = shell(`hvmsg decode --json '${many}' > /dev/full`);
    expect(ran.stderr).toBe("hvmsg: standard output cannot be written: no space left on the device\n");
    expect(ran.status).toBe(2);
  });

  for (const [signal, status] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    it(`${signal} with a stalled reader ends with ${status}`, async () => {
      const child = start("decode", "--json", many);
      await until(child, "stdout", /\n/);
      await sleep(200);
      child.kill(signal);
      const [code] = await once(child, "exit");
      expect(code).toBe(status);
    });

    it(`${signal} leaves the old file as it was, and nothing beside it`, async () => {
      const old = join(folder, `${signal}.jsonl`);
      writeFileSync(old, "old");
      const before = readdirSync(folder);
      const child = start("decode", "-o", old);
      child.stdin.write(Buffer.concat(Array.from({ length: 600 }, () => one)));
      await sleep(300);
      child.kill(signal);
      const [code] = await once(child, "exit");
      expect(code).toBe(status);
      expect(readFileSync(old, "utf8")).toBe("old");
      expect(readdirSync(folder)).toEqual(before);
    });
  }

  it("-o appears only when it is complete; a failed run leaves the old file", () => {
    expect(
      shell(`hvmsg decode '${many}' -o '${folder}/out.jsonl' && wc -l < '${folder}/out.jsonl'`).stdout.trim(),
    ).toBe("40000");
    writeFileSync(join(folder, "kept.jsonl"), "old");
    const ran = shell(`hvmsg decode '${many}' -o '${folder}/nowhere/out.jsonl'`);
    expect(ran.stderr).toMatch(/nowhere\/out.jsonl: cannot be written: its folder does not exist/);
    expect(ran.status).toBe(2);
    expect(shell(`hvmsg decode '${many}' -o /dev/full`).status).toBe(2);
    expect(shell(`hvmsg decode '${many}' -o '${folder}'`).stderr).toMatch(/is a folder/);
  });
});
