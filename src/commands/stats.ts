import { extname } from "node:path";
import { type ByField, Stats, TEXT_SECTIONS, VALUE_SECTIONS } from "../analysis/index.ts";
import { usageError } from "../base/errors.ts";
import type { Io } from "../base/io.ts";
import type { Symbols } from "../code/index.ts";
import { FORMATS } from "../output/index.ts";
import { resolvePaths, Shapes } from "../record/index.ts";
import { SYMBOL_OPTIONS, symbolsOf } from "./adding.ts";
import type { Command, OptionValues } from "./command.ts";
import { openOutputFile } from "./output-file.ts";
import { parseCount } from "./parse-values.ts";
import { Progress } from "./progress.ts";
import { filesOf, INPUT_OPTIONS, inputOptionsOf, readFiles, StderrReporter } from "./reading.ts";
import { LIMIT_OPTION, limitOf, SELECT_OPTIONS, selectOf } from "./selecting.ts";
import { statsJson } from "./stats-json.ts";
import { mergedNotes } from "./stats-notes.ts";
import { statsText } from "./stats-text.ts";
import { writeWhole } from "./whole-output.ts";
import { COLOR_OPTION, loadStyle } from "./writing.ts";

export const stats: Command = {
  options: [
    {
      flags: "--by <list>",
      about: "count by these fields instead: messageType,vpIndex",
      values: "fields",
      parse: parseBy,
    },
    {
      flags: "--top <count>",
      about: "rows of a section at most (10; with --json all)",
      parse: parseCount("--top", 1),
    },
    { flags: "--json", about: "one object with every section; with --by, one object a row" },
    {
      flags: "-o, --output <file>",
      about: "write to a file, which appears only when it is whole; JSON where it is a .json or .jsonl",
    },
    COLOR_OPTION,
    ...SYMBOL_OPTIONS,
    ...SELECT_OPTIONS,
    { ...LIMIT_OPTION, about: "stop after this many are counted" },
    ...INPUT_OPTIONS,
  ],
  examples: [
    ["hvmsg stats samples/linux-boot.bin", "what the guest did most"],
    ["hvmsg stats --by vpIndex,messageType samples/linux-boot.bin", "by any fields"],
    ["hvmsg stats --by rip --top 5 --type io samples/linux-boot.bin", "the code that does the most I/O"],
    ["hvmsg stats --json samples/linux-boot.bin | jq -c '.msrNumber[:3]'", "for jq"],
  ],
  async run(operands, options, io) {
    const files = filesOf(operands);
    const form = formOf(options);
    const shapes = new Shapes();
    const input = inputOptionsOf(options);
    const progress = new Progress(io, files, true);
    const reporter = new StderrReporter(io, progress);
    const symbols = await symbolsOf(options, reporter);
    const chosen = { ...selectOf(options, shapes, symbols), ...limitOf(options) };
    const by = options.by as ByField[] | undefined;
    const counted = new Stats({
      shapes,
      sections: form === "text" ? TEXT_SECTIONS : VALUE_SECTIONS,
      gaps: Math.min((options.top as number | undefined) ?? DEFAULT_GAPS, MOST_GAPS),
      ...(by ? { by } : {}),
    });
    const file = openOutputFile(options);
    const destination = file ?? io.stdout;
    await writeWhole(file, reporter, io, async () => {
      await readFiles({ files, input, shapes, sink: counted, reporter, io, progress, ...chosen }).finally(
        () => progress.end(),
      );
      for (const note of mergedNotes(counted)) reporter.note(note);
      for await (const text of texts(counted, form, options, io, file !== undefined, symbols))
        await destination.write(Buffer.from(text));
    });
    return reporter.troubles > 0 ? 2 : 0;
  },
};

/** Rows of a section in the text, and of the longest gaps. */
const DEFAULT_TOP = 10;
const DEFAULT_GAPS = 5;
const MOST_GAPS = 1000;

type Form = "text" | "object" | "rows" | "array";

/** What is printed: text, one JSON object, JSON lines, or (`--by` into a .json file) a JSON array. */
function formOf(options: OptionValues): Form {
  const path = options.output as string | undefined;
  const extension = path === undefined ? "" : extname(path).toLowerCase();
  const isJson = extension === ".json" || extension === ".jsonl";
  const other = FORMATS.find((format) => format.extensions.includes(extension));
  if (options.json !== true && !isJson) {
    if (other)
      throw usageError(`stats prints text or JSON, not ${extension}`, "give --json, or another name");
    return "text";
  }
  if (options.by === undefined) return "object";
  return extension === ".json" && options.json !== true ? "array" : "rows";
}

/** The text in pieces. cli-table3 is loaded only where it is wanted. */
async function* texts(
  counted: Stats,
  form: Form,
  options: OptionValues,
  io: Io,
  toFile: boolean,
  symbols: Symbols | undefined,
): AsyncIterable<string> {
  const top = options.top as number | undefined;
  if (form !== "text") {
    yield* statsJson(counted, top ?? Number.POSITIVE_INFINITY, form);
    return;
  }
  const { default: Table } = await import("cli-table3");
  yield statsText(counted, {
    Table,
    style: await loadStyle(options, io),
    top: top ?? DEFAULT_TOP,
    symbols,
    columns: toFile ? undefined : io.stdout.columns,
  });
}

/** The fields of `--by`: each is called in the rows as it was asked for, the fields of a group by their paths. */
function parseBy(list: string): ByField[] {
  const fields = new Map<string, ByField>();
  for (const name of list.split(",").map((each) => each.trim())) {
    if (name === "") throw usageError(`--by '${list}' has an empty name in it`);
    const paths = resolvePaths(name);
    for (const path of paths)
      if (!fields.has(path)) fields.set(path, { path, label: paths.length === 1 ? name : path });
  }
  return [...fields.values()];
}
