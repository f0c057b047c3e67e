import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { HvmsgError, isHvmsgError, systemSentence } from "../base/errors.ts";
import type { OptionValues } from "./command.ts";
import type { WholeOutput } from "./whole-output.ts";

/** A file that is written under a temporary name beside it, and takes its name only when it is complete. */
interface OutputFile extends WholeOutput {
  write(bytes: Uint8Array): void;
}

/** Whether `-o` names a file, and not standard output. */
export function isToFile({ output }: OptionValues): boolean {
  return output !== undefined && output !== "-";
}

/**
 * Opens the file of `-o` for writing; undefined where there is none, or it is standard output. A device or pipe is
 * written directly. Throws an HvmsgError (also from `write` and `commit`) where that fails.
 */
export function openOutputFile(options: OptionValues): OutputFile | undefined {
  return isToFile(options) ? openFile(options.output as string) : undefined;
}

function openFile(path: string): OutputFile {
  return sentence(path, () => {
    const existing = existsSync(path) ? statSync(path) : undefined;
    if (existing?.isDirectory())
      throw new HvmsgError("output", `${path}: is a folder, not a file`, "give -o the name of a file");
    if (existing && !existing.isFile()) return directFile(path);
    return replacingFile(path, existing ? realpathSync(path) : path, existing?.mode);
  });
}

function directFile(path: string): OutputFile {
  const fd = openSync(path, "w");
  return {
    path,
    write: (bytes) => sentence(path, () => writeAll(fd, bytes)),
    commit: () => sentence(path, () => closeSync(fd)),
    abandon: () => closeSync(fd),
  };
}

function replacingFile(path: string, target: string, mode: number | undefined): OutputFile {
  const temporary = join(
    dirname(target),
    `.${basename(target).slice(0, 200)}.${Math.random().toString(36).slice(2)}.tmp`,
  );
  const fd = openSync(temporary, "wx");
  let open = true;
  let done = false;
  const abandon = () => {
    if (open) closeSync(fd);
    open = false;
    if (!done) rmSync(temporary, { force: true });
    done = true;
  };
  return {
    path,
    instead: "to keep what could be read, name the format and give '> FILE' instead of -o",
    write: (bytes) => sentence(path, () => writeAll(fd, bytes), abandon),
    commit: () =>
      sentence(
        path,
        () => {
          if (mode !== undefined) chmodSync(temporary, mode & 0o7777);
          fsyncSync(fd);
          closeSync(fd);
          open = false;
          renameSync(temporary, target);
          done = true;
        },
        abandon,
      ),
    abandon,
  };
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done);
}

/** Runs a step; a system error becomes a sentence with the file's name, after `undo`. */
export function sentence<Result>(path: string, step: () => Result, undo?: () => void): Result {
  try {
    return step();
  } catch (error) {
    undo?.();
    if (isHvmsgError(error)) throw error;
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    const why = missing ? "its folder does not exist" : systemSentence(error);
    throw new HvmsgError("output", `${path}: cannot be written: ${why}`);
  }
}
