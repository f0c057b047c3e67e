import type { Readable } from "node:stream";

/** What a run of the command has of the outside world; tests give their own. */
export interface Io {
  stdin: { fd: number | undefined; isTty: boolean; stream(): Readable };
  stdout: {
    isTty: boolean;
    /** Columns of the terminal; undefined where there is none. */
    columns: number | undefined;
    /** Takes the bytes before it returns, or before the promise is kept. Rejects with EPIPE where nobody reads. */
    write(bytes: Uint8Array): void | Promise<void>;
  };
  stderr: { isTty: boolean; write(text: string): void };
  env: Readonly<Record<string, string | undefined>>;
  /** Calls back once on SIGINT or SIGTERM, before the process ends; returns what takes that back. */
  onInterrupt(cleanUp: () => void): () => void;
}
