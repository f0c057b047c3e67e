import { Shapes } from "../record/index.ts";
import type { Command } from "./command.ts";
import { parseCount } from "./parse-values.ts";
import { filesOf, INPUT_OPTIONS, inputOptionsOf, readFiles, StderrReporter } from "./reading.ts";
import { COLOR_OPTION, OUTPUT_OPTIONS, openOutput } from "./writing.ts";

export const decode: Command = {
  name: "decode",
  operands: "[FILE...]",
  about: "print every message",
  options: [
    { flags: "--limit <count>", about: "stop after this many are printed", parse: parseCount("--limit", 0) },
    ...OUTPUT_OPTIONS,
    COLOR_OPTION,
    ...INPUT_OPTIONS,
  ],
  examples: [
    ["hvmsg decode samples/linux-boot.bin", "one line a message"],
    ["hvmsg decode -f tree --limit 1 samples/linux-boot.bin", "every field of the first, explained"],
    ["hvmsg decode --json samples/linux-boot.bin | jq -c '[.vpIndex, .rip]'", "for jq"],
    ["hvmsg decode --fields index,rip,payload.portNumber samples/linux-boot.bin", "only these columns"],
  ],
  async run(operands, options, io) {
    const files = filesOf(operands);
    const input = inputOptionsOf(options);
    const shapes = new Shapes();
    const reporter = new StderrReporter(io);
    const { sink, commit, abandon } = openOutput(options, files, shapes, io);
    try {
      const limit = options.limit === undefined ? {} : { limit: options.limit as number };
      await readFiles({ files, input, shapes, sink, reporter, io, ...limit });
      commit();
    } catch (error) {
      abandon();
      throw error;
    }
    return reporter.troubles > 0 ? 2 : 0;
  },
};
