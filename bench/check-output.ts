/** What the checks before the timing look at: the output of whole commands, streamed. */
import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";

/** Lines that a shell command prints. */
export async function countLines(command: string): Promise<number> {
  const child = start(command);
  let lines = 0;
  for await (const chunk of child.stdout as Readable) lines += newlinesIn(chunk as Buffer);
  return lines;
}

/** Compares what two commands print, byte for byte; the number of lines, and where they part, if anywhere. */
export async function compareOutputs(
  one: string,
  other: string,
): Promise<{ lines: number; difference: string | undefined }> {
  const children = [start(one), start(other)] as const;
  const [left, right] = children.map((child) => new Chunks(child.stdout as Readable)) as [Chunks, Chunks];
  let lines = 0;
  for (;;) {
    const [a, b] = [await left.have(), await right.have()];
    const length = Math.min(a.length, b.length);
    if (length === 0) {
      const difference = a.length === b.length ? undefined : `one ends after ${lines} lines`;
      return { lines, difference };
    }
    if (a.compare(b, 0, length, 0, length) !== 0) {
      const at = a.subarray(0, length).findIndex((byte, place) => byte !== b[place]);
      lines += newlinesIn(a.subarray(0, at));
      for (const child of children) child.kill();
      return { lines, difference: `line ${lines + 1}: ${around(a, at)} but ${around(b, at)}` };
    }
    lines += newlinesIn(a.subarray(0, length));
    left.take(length);
    right.take(length);
  }
}

/** Bytes of a stream, as they come. */
class Chunks {
  readonly #chunks: AsyncIterator<Buffer>;
  #left: Buffer = Buffer.alloc(0);

  constructor(stream: Readable) {
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** What has come and was not taken; nothing at the end. */
  async have(): Promise<Buffer> {
    while (this.#left.length === 0) {
      const next = await this.#chunks.next();
      if (next.done) break;
      this.#left = next.value;
    }
    return this.#left;
  }

  take(length: number): void {
    this.#left = this.#left.subarray(length);
  }
}

function start(command: string): ChildProcess {
  return spawn(`exec ${command}`, { shell: true, stdio: ["ignore", "pipe", "inherit"] });
}

function newlinesIn(bytes: Uint8Array): number {
  let newlines = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) newlines++;
  return newlines;
}

function around(bytes: Buffer, at: number): string {
  return JSON.stringify(bytes.subarray(Math.max(0, at - 40), at + 40).toString("latin1"));
}
