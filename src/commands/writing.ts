/** What all commands that print records share: their options, and the sink that they open. */
import { extname } from "node:path";
import { usageError } from "../base/errors.ts";
import type { Io } from "../base/io.ts";
import { PLAIN, type Style } from "../base/style.ts";
import {
  type Additions,
  type Destination,
  FORMATS,
  type Format,
  type FormatTaking,
  isPartitionField,
  openDataSet,
  type TimeStyle,
} from "../output/index.ts";
import {
  ADDED_FIELDS,
  fieldCatalog,
  type Reporter,
  resolvePaths,
  type Shapes,
  type Sink,
} from "../record/index.ts";
import type { OptionRow, OptionValues } from "./command.ts";
import { isToFile, openOutputFile } from "./output-file.ts";
import { openOutputFolder } from "./output-folder.ts";
import type { WholeOutput } from "./whole-output.ts";

export const OUTPUT_OPTIONS: readonly OptionRow[] = [
  { flags: "-f, --format <format>", about: "how to print", choices: FORMATS.map((format) => format.name) },
  { flags: "--json", about: "short for --format jsonl" },
  {
    flags: "-o, --output <file>",
    about: "write to a file, which appears only when it is whole; its extension chooses the format",
  },
  {
    flags: "--fields <list>",
    about: `only these fields, as 'hvmsg fields' lists them (${formatsThatTake("fields")})`,
    values: "fields",
    repeatable: "joined",
  },
  { flags: "--no-header", about: `no header line (${formatsThatTake("header")})` },
  {
    flags: "--partition-by <list>",
    about: "with -o FOLDER: a Parquet data set with a folder for each value of these fields",
    values: "fields",
  },
];

export const COLOR_OPTION: OptionRow = {
  flags: "--color <when>",
  about: "colours; auto: on a terminal, unless NO_COLOR is set or TERM is dumb",
  choices: ["auto", "always", "never"],
};

/** An opened output: its sink, and what is to be made whole by `writeWhole`; none for standard output. */
interface OpenedOutput {
  sink: Sink;
  output: WholeOutput | undefined;
}

/** Opens the format and destination that the options ask for; throws a usage error where they contradict each other. */
export async function openOutput(
  options: OptionValues,
  files: readonly string[],
  shapes: Shapes,
  reporter: Reporter,
  io: Io,
  additions: Additions & { time?: TimeStyle } = {},
): Promise<OpenedOutput> {
  const path = options.output as string | undefined;
  const fields = options.fields === undefined ? undefined : parseFields(options.fields as string);
  const about = {
    shapes,
    header: options.header !== false,
    files,
    ...(fields ? { fields } : {}),
    ...additions,
  };
  const style = await loadStyle(options, io);
  if (options.partitionBy !== undefined) {
    const by = partitionFields(options);
    checkAdditions(FORMATS.find(({ name }) => name === "parquet") as Format, fields ?? [], additions);
    const folder = openOutputFolder(path as string);
    return { sink: openDataSet({ ...about, style }, by, folder), output: folder };
  }
  const format = chooseFormat(options, path, reporter);
  if (fields && !format.takes.includes("fields"))
    throw usageError(`--fields does not go with --format ${format.name}`);
  checkAdditions(format, fields ?? [], additions);
  const file = openOutputFile(options);
  if (!file && format.binary && io.stdout.isTty)
    throw usageError(`--format ${format.name} is no text for a terminal`, "write it to a file with -o FILE");
  const destination: Destination = file ?? io.stdout;
  return { sink: format.open({ ...about, style }, destination), output: file };
}

function formatsThatTake(what: FormatTaking): string {
  return FORMATS.filter(({ takes }) => takes.includes(what))
    .map(({ name }) => name)
    .join(", ");
}

/** The fields of --partition-by; throws a usage error where other options contradict it, or a field is of no use. */
function partitionFields(options: OptionValues): string[] {
  const named = options.json === true ? "jsonl" : options.format;
  if (named !== undefined && named !== "parquet")
    throw usageError(`--partition-by writes Parquet; --format ${named as string} contradicts it`);
  if (!isToFile(options)) throw usageError("--partition-by writes a folder: name it with -o FOLDER");
  const paths = parseFields(options.partitionBy as string, "--partition-by");
  const unfit = paths.find((each) => !isPartitionField(fieldCatalog().get(each)?.field));
  if (unfit !== undefined)
    throw usageError(
      `--partition-by ${unfit}: takes fields of one value of at most 32 bits`,
      "vpIndex, messageType and payload.kind are useful ones",
    );
  return paths;
}

/** Throws a usage error for an addition that the format does not show, or that is asked for and not there. */
function checkAdditions(
  format: Format,
  fields: readonly string[],
  additions: Additions & { time?: TimeStyle },
): void {
  const shown = format.takes.includes("additions");
  if (additions.time && !format.takes.includes("time"))
    throw usageError(
      `--time is for --format ${formatsThatTake("time")}, not ${format.name}`,
      "every other format has the field time",
    );
  if (additions.disassembler && !shown) throw usageError(`--disasm does not go with --format ${format.name}`);
  for (const { path, option } of ADDED_FIELDS) {
    if (!fields.includes(path)) continue;
    if (!shown) throw usageError(`--fields ${path} does not go with --format ${format.name}`);
    const there = path === "symbol" ? additions.symbols : additions.disassembler;
    if (!there) throw usageError(`--fields ${path} needs ${option}`);
  }
}

/** Extensions of text, which the table is. */
const TEXT_EXTENSIONS = ["", ".txt", ".log"];

function chooseFormat(options: OptionValues, path: string | undefined, reporter: Reporter): Format {
  const named = options.format as string | undefined;
  if (options.json === true && named !== undefined && named !== "jsonl")
    throw usageError(`--json is short for --format jsonl; --format ${named} contradicts it`);
  const extension = path === undefined ? "" : extname(path).toLowerCase();
  const byExtension = FORMATS.find((format) => format.extensions.includes(extension));
  const name = options.json === true ? "jsonl" : named;
  const chosen = name === undefined ? byExtension : FORMATS.find((format) => format.name === name);
  if (!chosen && !TEXT_EXTENSIONS.includes(extension))
    reporter.note(`no format has the extension ${extension}: it is written as text (-f chooses)`);
  return chosen ?? (FORMATS[0] as Format);
}

/** Field paths from a list such as `rip,payload.portNumber`; groups stand for all below them. */
function parseFields(list: string, option = "--fields"): string[] {
  const names = list.split(",").map((name) => name.trim());
  if (names.some((name) => name === "")) throw usageError(`${option} '${list}' has an empty name in it`);
  return [...new Set(names.flatMap((name) => (isAdded(name) ? [name] : resolvePaths(name))))];
}

function isAdded(name: string): boolean {
  return ADDED_FIELDS.some(({ path }) => path === name);
}

/** Colours as the user wants them. A file gets none unless they are asked for. */
export async function loadStyle(options: OptionValues, io: Io): Promise<Style> {
  const color = options.color ?? "auto";
  const wanted =
    color === "always" ||
    (color === "auto" && io.stdout.isTty && !isToFile(options) && !io.env.NO_COLOR && io.env.TERM !== "dumb");
  return wanted ? new (await import("chalk")).Chalk({ level: 1 }) : PLAIN;
}
