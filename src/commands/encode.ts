import { Shapes } from "../record/index.ts";
import type { Command } from "./command.ts";
import { isToFile } from "./output-file.ts";
import { Progress } from "./progress.ts";
import { filesOf, INPUT_OPTIONS, inputOptionsOf, readFiles, StderrReporter } from "./reading.ts";
import { writeWhole } from "./whole-output.ts";
import { OUTPUT_OPTIONS, openOutput } from "./writing.ts";

export const encode: Command = {
  options: [
    ...OUTPUT_OPTIONS.filter(({ flags }) => flags.includes("--output")).map((option) => ({
      ...option,
      about: "write to a file, which appears only when it is whole",
    })),
    ...INPUT_OPTIONS.filter(({ flags }) => flags.includes("--abi")).map((option) => ({
      ...option,
      about: "generation of the structures, instead of telling it from the records",
    })),
  ],
  examples: [
    [
      "hvmsg decode samples/linux-boot.bin -o boot.jsonl && hvmsg encode boot.jsonl -o boot.bin",
      "there and back again",
    ],
    [
      "jq -c 'select(.vpIndex == 1)' boot.jsonl > vp1.jsonl && hvmsg encode vp1.jsonl -o vp1.bin",
      "only what jq selects",
    ],
  ],
  async run(operands, options, io) {
    const files = filesOf(operands);
    const input = { ...inputOptionsOf(options), container: "jsonl" };
    const shapes = new Shapes();
    const progress = new Progress(io, files, isToFile(options));
    const reporter = new StderrReporter(io, progress);
    const { sink, output } = await openOutput({ ...options, format: "raw" }, files, shapes, reporter, io);
    await writeWhole(output, reporter, io, () =>
      readFiles({ files, input, shapes, sink, reporter, io, progress }),
    ).finally(() => progress.end());
    return reporter.troubles > 0 ? 2 : 0;
  },
};
