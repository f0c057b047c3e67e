/** What is shown beside what the messages hold: symbols, instructions, times; the options for it. */
import { readFileSync } from "node:fs";
import { HvmsgError, systemSentence, usageError } from "../base/errors.ts";
import { plural } from "../base/text.ts";
import { openDisassembler, parseSymbols, type SymbolRow, Symbols } from "../code/index.ts";
import { type Additions, TIME_STYLES, type TimeStyle } from "../output/index.ts";
import type { Reporter } from "../record/index.ts";
import type { OptionRow, OptionValues } from "./command.ts";

/** For all commands that show RIPs or select by them. */
export const SYMBOL_OPTIONS: readonly OptionRow[] = [
  {
    flags: "--symbols <file>",
    about:
      "name RIPs from a System.map, /proc/kallsyms or nm's output, gzip too (repeatable); --rip and --where then " +
      "take symbol, symbol+0x10, symbol..symbol2",
    repeatable: "list",
  },
  {
    flags: "--symbols-slide <hex>",
    about: "what is added to the addresses of all symbols: where the code is, less where it was linked",
    parse: parseSlide,
  },
];

export const DISASM_OPTION: OptionRow = {
  flags: "--disasm",
  about: "show the instruction at RIP, where the message has its bytes",
};

export const TIME_OPTION: OptionRow = {
  flags: "--time <how>",
  about: "a column of times (table): absolute, seconds since the start, or since the last message of the VP",
  choices: TIME_STYLES,
};

export const ADDITION_OPTIONS: readonly OptionRow[] = [...SYMBOL_OPTIONS, DISASM_OPTION, TIME_OPTION];

/** Loads the symbols that the options name; undefined where they name none. Throws for a file that has none. */
export async function symbolsOf(options: OptionValues, reporter: Reporter): Promise<Symbols | undefined> {
  const files = (options.symbols ?? []) as string[];
  if (files.length === 0) {
    if (options.symbolsSlide !== undefined) throw usageError("--symbols-slide needs --symbols");
    return undefined;
  }
  const rows: SymbolRow[] = [];
  for (const file of files) for (const row of await readSymbols(file, reporter)) rows.push(row);
  return new Symbols(rows, (options.symbolsSlide ?? 0n) as bigint);
}

/** What the options add to the records. */
export async function additionsOf(
  options: OptionValues,
  symbols: Symbols | undefined,
): Promise<Additions & { time?: TimeStyle }> {
  return {
    ...(symbols ? { symbols } : {}),
    ...(options.disasm === true ? { disassembler: await openDisassembler() } : {}),
    ...(options.time === undefined ? {} : { time: options.time as TimeStyle }),
  };
}

async function readSymbols(file: string, reporter: Reporter): Promise<SymbolRow[]> {
  const text = await readText(file);
  const { rows, badLines, firstBadLine } = parseSymbols(text);
  if (rows.length === 0) throw new HvmsgError("input", `${file}: no symbol is in it`, whatItIs(text));
  if (rows.every((row) => row.low === 0 && row.high === 0))
    throw new HvmsgError(
      "input",
      `${file}: all addresses are 0: the kernel hides them from whoever read it`,
      "read /proc/kallsyms as root (kernel.kptr_restrict tells who may see addresses)",
    );
  if (badLines > 0)
    reporter.note(
      `${file}: ${plural(badLines, "line")} passed over: no symbol (the first is line ${firstBadLine})`,
    );
  return rows;
}

async function readText(file: string): Promise<string> {
  try {
    const bytes = readFileSync(file);
    if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes.toString();
    const { gunzipSync } = await import("node:zlib");
    return gunzipSync(bytes).toString();
  } catch (error) {
    throw new HvmsgError("input", `${file}: cannot be read: ${systemSentence(error)}`);
  }
}

function whatItIs(text: string): string {
  if (text.startsWith("\x7fELF")) return `it is an ELF file: give what 'nm -n' prints of it`;
  return "expected lines such as 'ffffffff81000000 T startup_64'";
}

/** A slide in hexadecimal, with or without `0x`, negative too. */
function parseSlide(text: string): bigint {
  const match = /^(-?)(?:0x)?([0-9a-f]{1,16})$/i.exec(text);
  if (!match) throw usageError(`--symbols-slide takes a number in hexadecimal; '${text}' is not one`);
  const slide = BigInt(`0x${match[2]}`);
  return match[1] === "-" ? -slide : slide;
}
