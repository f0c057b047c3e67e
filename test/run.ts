import { Readable } from "node:stream";
import type { Io } from "../src/base/io.ts";
import { main } from "../src/main.ts";

export interface Ran {
  status: number;
  stdout: string;
  stdoutBytes: Buffer;
  stderr: string;
}

export interface RunOptions {
  /** Standard input, in the pieces in which it arrives. */
  stdin?: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  isTty?: boolean;
  columns?: number;
  env?: Record<string, string>;
}

/** Runs a command line in this process, with everything it prints collected. */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const out: Buffer[] = [];
  let stderr = "";
  const io: Io = {
    stdin: {
      fd: undefined,
      isTty: false,
      stream: () => Readable.from(options.stdin ?? [], { objectMode: false }),
    },
    stdout: {
      isTty: options.isTty ?? false,
      columns: options.columns,
      write: (bytes) => void out.push(Buffer.from(bytes)),
    },
    stderr: { isTty: false, write: (text) => (stderr += text) },
    env: options.env ?? {},
    onInterrupt: () => () => {},
  };
  const status = await main(argv, io);
  const stdoutBytes = Buffer.concat(out);
  return { status, stdout: stdoutBytes.toString(), stdoutBytes, stderr };
}

/** The JSON lines of a text. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
