/** What all commands that print records share: their options, and the sink that they open. */
import { extname } from "node:path";
import { Chalk } from "chalk";
import { usageError } from "../base/errors.ts";
import type { Io } from "../base/io.ts";
import { type Destination, FORMATS, type Format } from "../output/index.ts";
import { resolvePaths, type Shapes, type Sink } from "../record/index.ts";
import type { OptionRow, OptionValues } from "./command.ts";
import { openOutputFile } from "./output-file.ts";

export const OUTPUT_OPTIONS: readonly OptionRow[] = [
  { flags: "-f, --format <format>", about: "how to print", choices: FORMATS.map((format) => format.name) },
  { flags: "--json", about: "short for --format jsonl" },
  {
    flags: "-o, --output <file>",
    about: "write to a file, which appears only when it is complete; its extension chooses the format",
  },
  {
    flags: "--fields <list>",
    about: "only these fields, as 'hvmsg fields' lists them (table, jsonl, json)",
    values: "fields",
  },
  { flags: "--no-header", about: "no header line (table)" },
];

export const COLOR_OPTION: OptionRow = {
  flags: "--color <when>",
  about: "colours; auto: on a terminal, unless NO_COLOR is set or TERM is dumb",
  choices: ["auto", "always", "never"],
};

/** An opened output; `commit` makes it count, `abandon` leaves no trace of it. */
export interface OpenedOutput {
  sink: Sink;
  commit(): void;
  abandon(): void;
}

/** Opens the format and destination that the options ask for; throws a usage error where they contradict each other. */
export function openOutput(
  options: OptionValues,
  files: readonly string[],
  shapes: Shapes,
  io: Io,
): OpenedOutput {
  const path = options.output as string | undefined;
  const format = chooseFormat(options, path);
  const fields = options.fields === undefined ? undefined : parseFields(options.fields as string);
  if (fields && !format.takesFields) throw usageError(`--fields does not go with --format ${format.name}`);
  const file = path === undefined || path === "-" ? undefined : openOutputFile(path);
  const destination: Destination = file ?? io.stdout;
  const style = makeStyle(options.color as string | undefined, io, file !== undefined);
  const sink = format.open(
    { shapes, header: options.header !== false, style, files, ...(fields ? { fields } : {}) },
    destination,
  );
  const forget = file && io.onInterrupt(() => file.abandon());
  return {
    sink,
    commit() {
      file?.commit();
      forget?.();
    },
    abandon() {
      file?.abandon();
      forget?.();
    },
  };
}

function chooseFormat(options: OptionValues, path: string | undefined): Format {
  const named = options.format as string | undefined;
  if (options.json === true && named !== undefined && named !== "jsonl")
    throw usageError(`--json is short for --format jsonl; --format ${named} contradicts it`);
  const extension = path === undefined ? "" : extname(path).toLowerCase();
  const byExtension = FORMATS.find((format) => format.extensions.includes(extension));
  const name = options.json === true ? "jsonl" : named;
  const chosen = name === undefined ? byExtension : FORMATS.find((format) => format.name === name);
  return chosen ?? (FORMATS[0] as Format);
}

/** Field paths from a list such as `rip,payload.portNumber`; groups stand for all below them. */
export function parseFields(list: string): string[] {
  const names = list.split(",").map((name) => name.trim());
  if (names.some((name) => name === "")) throw usageError(`--fields '${list}' has an empty name in it`);
  return [...new Set(names.flatMap(resolvePaths))];
}

/** Colours as the user wants them. A file gets none unless they are asked for. */
export function makeStyle(color: string | undefined, io: Io, toFile = false): InstanceType<typeof Chalk> {
  const wanted =
    color === "always" ||
    ((color ?? "auto") === "auto" &&
      io.stdout.isTty &&
      !toFile &&
      !io.env.NO_COLOR &&
      io.env.TERM !== "dumb");
  return new Chalk({ level: wanted ? 1 : 0 });
}
