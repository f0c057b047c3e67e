import { closeSync, fstatSync, openSync, readSync, type Stats } from "node:fs";
import type { Readable } from "node:stream";
import { HvmsgError, systemSentence } from "../base/errors.ts";

/** Bytes in order, from wherever they come. */
export interface ByteReader {
  /**
   * Reads at most `length` bytes into `into` from `at` on; 0 at the end. A promise where they have to be waited
   * for. Throws (or rejects with) an HvmsgError where reading fails.
   */
  read(into: Uint8Array, at: number, length: number): number | Promise<number>;
  /** Whether somebody writes it while it is read, who may take his time. */
  readonly live?: true;
  close(): void;
}

/**
 * Opens what a user named: `-` is standard input. Throws an HvmsgError where that cannot be read. That a file was
 * made shorter while it was read is told to `trouble`.
 */
export async function openReader(
  name: string,
  stdin: () => StandardInput,
  trouble: (what: string) => void,
): Promise<ByteReader> {
  if (name === "-") {
    const input = stdin();
    const { fd } = input;
    const found = fd === undefined ? undefined : statOf(fd);
    if (found?.isDirectory()) throw folderError();
    return fd !== undefined && found?.isFile() ? fileReader(fd) : streamReader(input.stream());
  }
  let fd: number;
  try {
    fd = openSync(name, "r");
  } catch (error) {
    throw new HvmsgError("input", systemSentence(error));
  }
  const found = fstatSync(fd);
  if (found.isDirectory()) {
    closeSync(fd);
    throw folderError();
  }
  // A pipe is not read in the thread pool: a read that waits there would hold up the end of the process.
  if (!found.isFIFO()) return found.isFile() ? watched(fd, found.size, trouble) : fileReader(fd);
  const { Socket } = await import("node:net");
  return streamReader(new Socket({ fd, readable: true, writable: false }));
}

function folderError(): HvmsgError {
  return new HvmsgError("input", "is a folder, not a file", "name the files in it");
}

/** Standard input: a descriptor that may be read at once where it is a file, else a stream. */
export interface StandardInput {
  fd: number | undefined;
  stream(): Readable;
}

function statOf(fd: number): Stats | undefined {
  try {
    return fstatSync(fd);
  } catch {
    return undefined;
  }
}

/** Reads a file that had `sizeBytes` when it was opened, and says so where it ends before. */
function watched(fd: number, sizeBytes: number, trouble: (what: string) => void): ByteReader {
  const reader = fileReader(fd);
  let done = 0;
  let told = false;
  return {
    ...reader,
    read(into, at, length) {
      const got = reader.read(into, at, length) as number;
      done += got;
      if (got === 0 && done < sizeBytes && !told && fstatSync(fd).size < sizeBytes) {
        told = true;
        trouble(`it was made shorter while it was read: ${done} of ${sizeBytes} bytes were read`);
      }
      return got;
    },
  };
}

function fileReader(fd: number): ByteReader {
  return {
    read(into, at, length) {
      try {
        return readSync(fd, into, at, length, null);
      } catch (error) {
        throw new HvmsgError("input", systemSentence(error));
      }
    },
    close: () => closeSync(fd),
  };
}

/** Reads a stream; a chunk that is longer than what was asked for is handed out in parts. */
function streamReader(stream: Readable): ByteReader {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  let left: Uint8Array = new Uint8Array(0);
  const take = (into: Uint8Array, at: number, length: number) => {
    const part = left.subarray(0, length);
    into.set(part, at);
    left = left.subarray(part.length);
    return part.length;
  };
  const wait = async (into: Uint8Array, at: number, length: number): Promise<number> => {
    while (left.length === 0) {
      let next: IteratorResult<Uint8Array>;
      try {
        next = await chunks.next();
      } catch (error) {
        throw new HvmsgError("input", systemSentence(error));
      }
      if (next.done) return 0;
      left = typeof next.value === "string" ? Buffer.from(next.value) : next.value;
    }
    return take(into, at, length);
  };
  return {
    read: (into, at, length) => (left.length > 0 ? take(into, at, length) : wait(into, at, length)),
    live: true,
    close: () => stream.destroy(),
  };
}

/** Bytes that were looked at first, then the rest. */
export function withHead(head: Uint8Array, rest: ByteReader): ByteReader {
  let used = 0;
  return {
    read(into, at, length) {
      if (used === head.length) return rest.read(into, at, length);
      const part = head.subarray(used, used + length);
      into.set(part, at);
      used += part.length;
      return part.length;
    },
    close: () => rest.close(),
  };
}

/** Reads `length` bytes, or fewer where the input ends before. */
export async function readHead(reader: ByteReader, length: number): Promise<Uint8Array> {
  const head = new Uint8Array(length);
  let have = 0;
  while (have < length) {
    const got = await reader.read(head, have, length - have);
    if (got === 0) break;
    have += got;
  }
  return head.subarray(0, have);
}
