/** The run that `decode` and `filter` share: read, select, print. */
import type { Io } from "../base/io.ts";
import type { Counts } from "../pump.ts";
import { Shapes } from "../record/index.ts";
import { additionsOf, symbolsOf } from "./adding.ts";
import type { OptionValues } from "./command.ts";
import { isToFile } from "./output-file.ts";
import { Progress } from "./progress.ts";
import { inputOptionsOf, readFiles, StderrReporter } from "./reading.ts";
import { limitOf, selectOf } from "./selecting.ts";
import { writeWhole } from "./whole-output.ts";
import { openOutput } from "./writing.ts";

/** Prints the selected records of the files; gives what went through, and how many troubles there were. */
export async function printRecords(
  files: readonly string[],
  options: OptionValues,
  io: Io,
): Promise<{ counts: Counts; troubles: number }> {
  const input = inputOptionsOf(options);
  const shapes = new Shapes();
  const progress = new Progress(io, files, isToFile(options));
  const reporter = new StderrReporter(io, progress);
  const symbols = await symbolsOf(options, reporter);
  const chosen = { ...selectOf(options, shapes, symbols), ...limitOf(options) };
  const additions = await additionsOf(options, symbols);
  const { sink, output } = await openOutput(options, files, shapes, reporter, io, additions);
  const counts = await writeWhole(output, reporter, io, () =>
    readFiles({ files, input, shapes, sink, reporter, io, progress, ...chosen }),
  ).finally(() => progress.end());
  return { counts, troubles: reporter.troubles };
}
