import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { HvmsgError } from "../base/errors.ts";
import type { DestinationFolder, PartFile } from "../output/index.ts";
import { sentence } from "./output-file.ts";
import type { WholeOutput } from "./whole-output.ts";

/** Files of a folder at most: more are no help to anyone who reads them. */
const MOST_FILES = 10_000;

/** A folder that is filled under a temporary name beside it, and takes its name only when it is complete. */
type OutputFolder = DestinationFolder & WholeOutput;

/**
 * Opens a folder that is not there yet, or is empty. Throws an HvmsgError (also from what is done with it later) where
 * it is neither, or cannot be written.
 */
export function openOutputFolder(path: string): OutputFolder {
  const target = resolve(path);
  sentence(path, () => checkTarget(path, target));
  const temporary = join(
    dirname(target),
    `.${basename(target).slice(0, 200)}.${Math.random().toString(36).slice(2)}.tmp`,
  );
  const files: string[] = [];
  let done = false;
  const abandon = () => {
    if (!done) rmSync(temporary, { recursive: true, force: true });
    done = true;
  };
  const step = <Result>(run: () => Result) => sentence(path, run, abandon);
  step(() => mkdirSync(temporary));
  return {
    path,
    instead: "to keep what could be read, begin with 'hvmsg decode -f raw FILE > GOOD'",
    create(name) {
      if (files.length === MOST_FILES) throw tooMany(path);
      const file = join(temporary, name);
      files.push(file);
      return step(() => openPart(file, step));
    },
    commit() {
      step(() => {
        for (const file of files) sync(file);
        checkTarget(path, target);
        // An empty folder of that name makes way; elsewhere than on POSIX nothing is renamed over it.
        if (existsSync(target)) rmdirSync(target);
        renameSync(temporary, target);
        done = true;
      });
    },
    abandon,
  };
}

function checkTarget(path: string, target: string): void {
  if (!existsSync(target)) return;
  if (!statSync(target).isDirectory())
    throw new HvmsgError("output", `${path}: is a file; --partition-by writes a folder`);
  if (readdirSync(target).length > 0)
    throw new HvmsgError("output", `${path}: is a folder that is not empty`, "give -o the name of a new one");
}

function openPart(file: string, step: <Result>(run: () => Result) => Result): PartFile {
  mkdirSync(dirname(file), { recursive: true });
  const aside = join(dirname(file), `.${basename(file)}.aside`);
  return {
    append: (bytes) => step(() => appendFileSync(file, bytes)),
    setAside: (bytes) => step(() => appendFileSync(aside, bytes)),
    takeBack: () =>
      step(() => {
        const bytes = readFileSync(aside);
        rmSync(aside);
        return bytes;
      }),
  };
}

function sync(file: string): void {
  const fd = openSync(file, "r+");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function tooMany(path: string): HvmsgError {
  return new HvmsgError(
    "output",
    `${path}: --partition-by would make more than ${MOST_FILES} files`,
    "choose fields that have fewer values",
  );
}
