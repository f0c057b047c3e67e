import { usageError } from "../base/errors.ts";
import type { Io } from "../base/io.ts";
import { printable } from "../base/text.ts";
import { type Batch, Shapes, type Sink } from "../record/index.ts";
import { ADDITION_OPTIONS, DISASM_OPTION, symbolsOf, TIME_OPTION } from "./adding.ts";
import type { Command, OptionValues } from "./command.ts";
import { printRecords } from "./printing.ts";
import { Progress } from "./progress.ts";
import { filesOf, INPUT_OPTIONS, inputOptionsOf, readFiles, StderrReporter } from "./reading.ts";
import { LIMIT_OPTION, limitOf, SELECT_OPTIONS, selectOf } from "./selecting.ts";
import { COLOR_OPTION, OUTPUT_OPTIONS } from "./writing.ts";

export const filter: Command = {
  options: [
    ...SELECT_OPTIONS,
    { flags: "-c, --count", about: "print only how many match, for each file where there are several" },
    { flags: "-q, --quiet", about: "print nothing and stop at the first match: the status tells" },
    LIMIT_OPTION,
    ...OUTPUT_OPTIONS,
    COLOR_OPTION,
    ...ADDITION_OPTIONS,
    ...INPUT_OPTIONS,
  ],
  examples: [
    ["hvmsg filter --vp 2 samples/linux-boot.bin", "what VP 2 did"],
    [
      "hvmsg filter --type io --access write --where 'portNumber == COM1' samples/linux-boot.bin",
      "what goes out on COM1",
    ],
    [
      "hvmsg filter --symbols samples/System.map --rip init_8259A samples/linux-boot.bin",
      "what a function of the kernel does",
    ],
    ["hvmsg filter -c --flags '!IF' samples/linux-boot.bin", "how many exits with interrupts disabled"],
    [
      "hvmsg filter --rip 0xffffffff81000000+0x100000 -o part.bin samples/linux-boot.bin",
      "into a capture of its own",
    ],
  ],
  async run(operands, options, io) {
    const files = filesOf(operands);
    if (options.count === true && options.quiet === true)
      throw usageError("--count and --quiet contradict each other");
    const silent = options.count === true || options.quiet === true;
    const { matched, troubles } = silent ? await count(files, options, io) : await print(files, options, io);
    if (troubles > 0) return 2;
    return matched > 0 ? 0 : 1;
  },
};

async function print(files: readonly string[], options: OptionValues, io: Io) {
  const { counts, troubles } = await printRecords(files, options, io);
  return { matched: counts.printed, troubles };
}

/** Counts matches without printing them; `--quiet` stops at the first. */
async function count(files: readonly string[], options: OptionValues, io: Io) {
  const given = [...OUTPUT_OPTIONS, DISASM_OPTION, TIME_OPTION]
    .map((row) => row.flags.replace(/^(-\w, )?--(no-)?([\w-]+).*/, "$3"))
    .find((name) => {
      const value = options[name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())];
      return name === "header" ? value === false : value !== undefined;
    });
  if (given !== undefined)
    throw usageError(
      `--${given === "header" ? "no-header" : given} does not go with --count or --quiet, which print no messages`,
    );
  const shapes = new Shapes();
  const progress = options.quiet === true ? undefined : new Progress(io, files, true);
  const reporter = new StderrReporter(io, progress);
  const sink = new CountingSink();
  const limit = options.quiet === true ? { limit: 1 } : limitOf(options);
  const input = inputOptionsOf(options);
  const counts = await readFiles({
    files,
    input,
    shapes,
    sink,
    reporter,
    io,
    progress,
    ...selectOf(options, shapes, await symbolsOf(options, reporter)),
    ...limit,
  }).finally(() => progress?.end());
  if (options.count === true) await io.stdout.write(Buffer.from(sink.text(files.length > 1)));
  return { matched: counts.printed, troubles: reporter.troubles };
}

/** Counts what it is given, for each file. */
class CountingSink implements Sink {
  readonly #counts = new Map<string, number>();
  #file = "";

  begin({ name }: { name: string }): void {
    this.#file = name;
    if (!this.#counts.has(name)) this.#counts.set(name, 0);
  }

  write(batch: Batch): void {
    this.#counts.set(this.#file, (this.#counts.get(this.#file) ?? 0) + batch.pickedCount);
  }

  flush(): void {}

  end(): void {}

  /** A number, or `file: number` lines for several files; nothing for what could not be read. */
  text(several: boolean): string {
    const named = (file: string) => (several ? `${printable(file)}: ` : "");
    return [...this.#counts].map(([file, matched]) => `${named(file)}${matched}\n`).join("");
  }
}
