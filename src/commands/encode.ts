import { Shapes } from "../record/index.ts";
import type { Command } from "./command.ts";
import { filesOf, INPUT_OPTIONS, inputOptionsOf, readFiles, StderrReporter } from "./reading.ts";
import { OUTPUT_OPTIONS, openOutput } from "./writing.ts";

export const encode: Command = {
  name: "encode",
  operands: "[FILE...]",
  about: "write the binary messages of JSON records, the reverse of decode --json",
  options: [
    ...OUTPUT_OPTIONS.filter(({ flags }) => flags.includes("--output")).map((option) => ({
      ...option,
      about: "write to a file, which appears only when it is complete",
    })),
    ...INPUT_OPTIONS.filter(({ flags }) => flags.includes("--abi")).map((option) => ({
      ...option,
      about: "generation of the structures, instead of telling it from the records",
    })),
  ],
  examples: [
    [
      "hvmsg decode --json samples/linux-boot.bin | jq -c 'select(.vpIndex == 1)' | hvmsg encode -o vp1.bin",
      "the messages that jq selects",
    ],
    [
      "hvmsg decode --json samples/linux-boot.bin | hvmsg encode | hvmsg decode --limit 3",
      "there and back again",
    ],
  ],
  async run(operands, options, io) {
    const files = filesOf(operands);
    const input = { ...inputOptionsOf(options), container: "jsonl" };
    const shapes = new Shapes();
    const reporter = new StderrReporter(io);
    const { sink, commit, abandon } = openOutput({ ...options, format: "raw" }, files, shapes, io);
    try {
      await readFiles({ files, input, shapes, sink, reporter, io });
      commit();
    } catch (error) {
      abandon();
      throw error;
    }
    return reporter.troubles > 0 ? 2 : 0;
  },
};
