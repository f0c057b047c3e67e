import { type Diff, diffPair, Pair, slideOf } from "../analysis/index.ts";
import type { Io } from "../base/io.ts";
import { printable } from "../base/text.ts";
import type { Destination } from "../output/index.ts";
import { type Reporter, type Select, Shapes } from "../record/index.ts";
import { SYMBOL_OPTIONS, symbolsOf } from "./adding.ts";
import type { Command, OptionValues } from "./command.ts";
import { printDiffText } from "./diff-hunks.ts";
import { jsonSummary, printJson, recordCompiler } from "./diff-json.ts";
import { analysisOf, DIFF_OPTIONS, type Printing, printingOf } from "./diff-options.ts";
import { CELL_COLUMNS, INTERLEAVED_CELL_COLUMNS, SideBySideLines } from "./diff-side-by-side.ts";
import { briefLine, estimateSentence } from "./diff-summary.ts";
import { SideSymbols, selectOfB } from "./diff-symbols.ts";
import { plainTable, TextLines } from "./diff-text.ts";
import { type DiffView, differencesIn } from "./diff-view.ts";
import { DiffWriter, writeAll } from "./diff-writer.ts";
import { openOutputFile } from "./output-file.ts";
import { Progress } from "./progress.ts";
import { filesOf, INPUT_OPTIONS, inputOptionsOf, readFiles, StderrReporter } from "./reading.ts";
import { SELECT_OPTIONS, selectOf } from "./selecting.ts";
import { writeWhole } from "./whole-output.ts";
import { COLOR_OPTION, loadStyle } from "./writing.ts";

export const diff: Command = {
  options: [...DIFF_OPTIONS, COLOR_OPTION, ...SYMBOL_OPTIONS, ...SELECT_OPTIONS, ...INPUT_OPTIONS],
  examples: [
    ["hvmsg diff samples/linux-boot.bin samples/triple-fault.bin", "where a boot goes wrong"],
    ["hvmsg diff --slide auto samples/linux-boot.bin samples/linux-boot-kaslr.bin", "two boots under KASLR"],
    ["hvmsg diff --brief --vp 2 samples/linux-boot.bin samples/triple-fault.bin", "one VP, in one line"],
    [
      "hvmsg diff --symbols samples/System.map -y samples/linux-boot.bin samples/triple-fault.bin",
      "side by side, with the kernel's names",
    ],
    [
      "hvmsg diff --ignore rflags --json samples/linux-boot.bin samples/triple-fault.bin",
      "for jq, without a field",
    ],
  ],
  async run(operands, options, io) {
    const files = filesOf(operands) as [string, string];
    const printing = printingOf(options);
    const { key, ...analysis } = analysisOf(options);
    const shapes = new Shapes();
    const progress = new Progress(io, files, true);
    const reporter = new StderrReporter(io, progress);
    const pair = new Pair(shapes, key);
    const symbols = await symbolsOf(options, reporter);
    const selects = [
      selectOf(options, shapes, symbols),
      selectOfB(options, shapes, symbols, analysis.slide ?? slideOf(0n)),
    ] as const;
    const there = await readPair(pair, files, selects, options, reporter, io, progress).finally(() =>
      progress.end(),
    );
    if (!there) return 2;
    const found = diffPair(pair, analysis);
    // The text has it in its summary.
    if (found.estimate && (printing.json || printing.brief)) reporter.note(estimateSentence(found.estimate));
    const names = symbols && new SideSymbols(symbols, found);
    await printDiff(found, files, printing, names, options, shapes, reporter, io);
    if (reporter.troubles > 0) return 2;
    return differencesIn(found) > 0 ? 1 : 0;
  },
};

/** Reads both captures; false where one cannot be opened: then there is nothing to compare with. */
async function readPair(
  pair: Pair,
  files: readonly [string, string],
  selects: readonly [{ select?: Select }, { select?: Select }],
  options: OptionValues,
  reporter: Reporter,
  io: Io,
  progress: Progress,
): Promise<boolean> {
  const input = inputOptionsOf(options);
  for (const [file, sink, select] of [
    [files[0], pair.a, selects[0]],
    [files[1], pair.b, selects[1]],
  ] as const)
    await readFiles({ files: [file], input, shapes: pair.shapes, sink, reporter, io, progress, ...select });
  const [a, b] = [pair.a.capture, pair.b.capture];
  if (a.abi === undefined || b.abi === undefined) return false;
  if (a.framing !== b.framing)
    reporter.note(
      "one capture holds bare headers, the other whole messages: they align only by fields that both have, such as --by rip,rflags",
    );
  if (a.abi !== b.abi)
    reporter.note(
      `A is read as ${a.abi} and B as ${b.abi}: fields that only one of them has are not compared (--abi decides)`,
    );
  return true;
}

/** Prints a diff to where the options say. */
async function printDiff(
  found: Diff,
  files: readonly [string, string],
  printing: Printing,
  symbols: SideSymbols | undefined,
  options: OptionValues,
  shapes: Shapes,
  reporter: StderrReporter,
  io: Io,
): Promise<void> {
  const file = openOutputFile(options);
  const style = await loadStyle(options, io);
  const width = Number(io.env.COLUMNS) || io.stdout.columns || DEFAULT_WIDTH;
  const view: DiffView = {
    ...printing,
    diff: found,
    names: [nameOf(files[0]), nameOf(files[1])],
    style,
    width,
    ...(symbols ? { symbols } : {}),
  };
  await writeWhole(file, reporter, io, () => printTo(file ?? io.stdout, view, printing, shapes));
}

const DEFAULT_WIDTH = 160;

async function printTo(
  destination: Destination,
  view: DiffView,
  printing: Printing,
  shapes: Shapes,
): Promise<void> {
  if (printing.brief) {
    await destination.write(Buffer.from(printing.json ? jsonSummary(view.diff) : briefLine(view)));
    return;
  }
  if (printing.json) {
    const writer = new DiffWriter(shapes, recordCompiler(view.symbols), destination, view.symbols);
    return writeAll(printJson(view, writer), writer);
  }
  const cells = view.diff.interleaved ? INTERLEAVED_CELL_COLUMNS : CELL_COLUMNS;
  const { compile } = plainTable(shapes, view.symbols, printing.sideBySide ? cells : undefined);
  const writer = new DiffWriter(shapes, compile, destination, view.symbols);
  const lines = printing.sideBySide ? new SideBySideLines(view, writer) : new TextLines(view, shapes, writer);
  return writeAll(printDiffText(view, writer, lines), writer);
}

function nameOf(file: string): string {
  return file === "-" ? "standard input" : printable(file);
}
