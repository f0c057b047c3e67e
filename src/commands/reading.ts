/** What all commands that read captures share: their options, and the run over the files. */
import { isHvmsgError, usageError } from "../base/errors.ts";
import type { Io } from "../base/io.ts";
import { plural, printable } from "../base/text.ts";
import { CONTAINERS, checkInputOptions, type InputOptions, openSource } from "../input/index.ts";
import { ABIS, type Abi } from "../messages/index.ts";
import { type Counts, pump } from "../pump.ts";
import type { Reporter, Select, Shapes, Sink } from "../record/index.ts";
import type { OptionRow, OptionValues } from "./command.ts";
import { parseCount } from "./parse-values.ts";
import type { Progress } from "./progress.ts";

export const INPUT_OPTIONS: readonly OptionRow[] = [
  {
    flags: "--input <container>",
    about: "what the input is, instead of recognising it",
    choices: ["auto", ...CONTAINERS.map((container) => container.name)],
  },
  {
    flags: "--abi <abi>",
    about: "generation of the structures, instead of telling it from the data",
    choices: ["auto", ...ABIS],
  },
  {
    flags: "--record-size <bytes>",
    about: "records of this size, for any other container",
    parse: parseCount("--record-size", 1, 1 << 24),
  },
  {
    flags: "--message-offset <bytes>",
    about: "where the message begins in a record",
    parse: parseCount("--message-offset", 0, 1 << 24),
  },
  { flags: "--verbose", about: "say what the input was recognised as" },
];

/** The input options as the reader takes them; throws a usage error where they contradict each other. */
export function inputOptionsOf(options: OptionValues): InputOptions {
  const input: InputOptions = {
    ...(options.input !== undefined && options.input !== "auto"
      ? { container: options.input as string }
      : {}),
    ...(options.abi !== undefined && options.abi !== "auto" ? { abi: options.abi as Abi } : {}),
    ...(options.recordSize === undefined ? {} : { recordSize: options.recordSize as number }),
    ...(options.verbose === true ? { verbose: true } : {}),
    ...(options.messageOffset === undefined ? {} : { messageOffset: options.messageOffset as number }),
  };
  checkInputOptions(input);
  return input;
}

/** Collects what went wrong, a line each on stderr; nothing in it that a terminal would obey. */
export class StderrReporter implements Reporter {
  troubles = 0;
  readonly #io: Io;
  readonly #progress: Progress | undefined;
  readonly #noted = new Set<string>();

  /** `progress`: a line on the terminal that gives way to what is said. */
  constructor(io: Io, progress?: Progress) {
    this.#io = io;
    this.#progress = progress;
  }

  trouble(file: string, what: string, hint?: string): void {
    this.troubles++;
    this.#progress?.erase();
    const text = hint === undefined ? what : `${what} - ${hint}`;
    this.#io.stderr.write(`hvmsg: ${printable(file)}: ${printable(text)}\n`);
  }

  /** Says a thing once. */
  note(what: string): void {
    if (this.#noted.has(what)) return;
    this.#noted.add(what);
    this.#progress?.erase();
    this.#io.stderr.write(`hvmsg: note: ${printable(what)}\n`);
  }
}

interface ReadRun {
  files: readonly string[];
  input: InputOptions;
  shapes: Shapes;
  select?: Select;
  limit?: number;
  sink: Sink;
  reporter: Reporter;
  io: Io;
  /** Shown while it runs, and taken away at its end. */
  progress?: Progress | undefined;
}

/**
 * Reads the files one after another into the sink, and ends it. A file that fails is reported and the rest are
 * still read. Rejects where the output fails.
 */
export async function readFiles({
  files,
  input,
  shapes,
  select,
  limit,
  sink,
  reporter,
  io,
  progress,
}: ReadRun): Promise<Counts> {
  const counts: Counts = { read: 0, empty: 0, left: 0, printed: 0 };
  const options = { shapes, limit: limit ?? Number.POSITIVE_INFINITY, ...(select ? { select } : {}) };
  for (const file of files) {
    if (file === "-" && io.stdin.isTty) reporter.note("reading standard input, which is a terminal");
    try {
      const source = await openSource(file, input, reporter, () => io.stdin);
      try {
        if (!(await pump(progress?.watch(source) ?? source, sink, counts, options))) break;
      } finally {
        source.close();
      }
    } catch (error) {
      if (!isHvmsgError(error) || error.code !== "input") throw error;
      reporter.trouble(file, error.message, error.hint);
    }
  }
  await sink.end();
  if (counts.empty > 0)
    reporter.note(
      `${plural(counts.empty, "empty slot")} (message type 0) ${counts.empty === 1 ? "was" : "were"} skipped`,
    );
  return counts;
}

/** No operand is standard input, which can be named once. */
export function filesOf(operands: string[]): string[] {
  if (operands.filter((operand) => operand === "-").length > 1)
    throw usageError("standard input ('-') can be read only once");
  return operands.length === 0 ? ["-"] : operands;
}
