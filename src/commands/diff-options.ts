/** The options of `diff`, and what they come to. */
import { extname } from "node:path";
import { defaultKey, keyOfPaths, type Slide, slideOf } from "../analysis/index.ts";
import { usageError } from "../base/errors.ts";
import { fieldCatalog, resolvePaths } from "../record/index.ts";
import type { OptionRow, OptionValues } from "./command.ts";
import { parseCount } from "./parse-values.ts";

export const DIFF_OPTIONS: readonly OptionRow[] = [
  {
    flags: "--by <list>",
    about:
      "fields that make messages the same event (default: type, access, RIP, and what identifies the payload)",
    values: "fields",
    repeatable: "joined",
  },
  {
    flags: "--ignore <list>",
    about: "fields that are not compared; a group leaves out all below it",
    values: "fields",
    repeatable: "joined",
  },
  { flags: "--interleaved", about: "align the whole sequence instead of each VP's" },
  {
    flags: "--slide <offset>",
    about:
      "how far B's code lies above A's: -0x200000, or auto to find it (two boots under KASLR). It is taken off an RIP of B where that gives an RIP of A; other 64-bit values that differ by it alone count as the same",
    parse: parseSlide,
  },
  {
    flags: "--context <count>",
    about: "equal messages around each difference (3)",
    parse: parseCount("--context", 0),
  },
  { flags: "-y, --side-by-side", about: "two columns, as wide as the terminal" },
  { flags: "--brief", about: "one line" },
  {
    flags: "--limit <count>",
    about: "stop after this many differences are printed",
    parse: parseCount("--limit", 0),
  },
  { flags: "-f, --format <format>", about: "how to print", choices: ["text", "jsonl"] },
  { flags: "--json", about: "short for --format jsonl" },
  { flags: "-o, --output <file>", about: "write to a file, which appears only when it is whole" },
];

/** A whole number of equal messages around differences, where none is given. */
const DEFAULT_CONTEXT = 3;

/** How the differences are printed. */
export interface Printing {
  json: boolean;
  brief: boolean;
  sideBySide: boolean;
  context: number;
  limit: number;
}

/** Throws a usage error where options contradict each other. */
export function printingOf(options: OptionValues): Printing {
  const { format, output } = options as { format?: string; output?: string };
  if (options.json === true && format === "text")
    throw usageError("--json is short for --format jsonl; --format text contradicts it");
  const byExtension = output !== undefined && [".jsonl", ".ndjson"].includes(extname(output).toLowerCase());
  const json = options.json === true || format === "jsonl" || (format === undefined && byExtension);
  const sideBySide = options.sideBySide === true;
  if (json && sideBySide) throw usageError("--side-by-side does not go with --format jsonl");
  return {
    json,
    brief: options.brief === true,
    sideBySide,
    context: (options.context as number | undefined) ?? DEFAULT_CONTEXT,
    limit: (options.limit as number | undefined) ?? Number.POSITIVE_INFINITY,
  };
}

/** What `--by`, `--ignore`, `--interleaved` and `--slide` ask of the analysis; throws a usage error. */
export function analysisOf(options: OptionValues) {
  const by = options.by === undefined ? undefined : pathsOf("--by", options.by as string);
  const fixed = by?.find(
    (path) => path === "problems" || fieldCatalog().get(path)?.field.type === "position",
  );
  if (fixed !== undefined) throw usageError(`--by takes fields of the message; ${fixed} is none`);
  const ignored = options.ignore === undefined ? [] : pathsOf("--ignore", options.ignore as string);
  return {
    key: by ? keyOfPaths(by) : defaultKey,
    ...(options.slide === undefined ? {} : { slide: options.slide as Slide | "auto" }),
    ignored: new Set(ignored),
    interleaved: options.interleaved === true,
  };
}

function pathsOf(option: string, list: string): string[] {
  const names = list.split(",").map((name) => name.trim());
  if (names.includes("")) throw usageError(`${option} '${list}' has an empty name in it`);
  return [...new Set(names.flatMap(resolvePaths))];
}

function parseSlide(text: string): Slide | "auto" {
  if (text === "auto") return "auto";
  const match = /^([+-]?)0x([0-9a-f]{1,16})$/i.exec(text);
  if (!match)
    throw usageError(`--slide takes auto, or an offset such as 0x200000 or -0x200000; '${text}' is neither`);
  const size = BigInt(`0x${match[2]}`);
  return slideOf(match[1] === "-" ? -size : size);
}
