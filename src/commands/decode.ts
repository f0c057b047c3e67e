import { ADDITION_OPTIONS } from "./adding.ts";
import type { Command } from "./command.ts";
import { printRecords } from "./printing.ts";
import { filesOf, INPUT_OPTIONS } from "./reading.ts";
import { LIMIT_OPTION, SELECT_OPTIONS } from "./selecting.ts";
import { COLOR_OPTION, OUTPUT_OPTIONS } from "./writing.ts";

export const decode: Command = {
  options: [
    ...OUTPUT_OPTIONS,
    COLOR_OPTION,
    ...ADDITION_OPTIONS,
    ...SELECT_OPTIONS,
    LIMIT_OPTION,
    ...INPUT_OPTIONS,
  ],
  examples: [
    ["hvmsg decode samples/linux-boot.bin", "one line a message"],
    ["hvmsg decode -f tree --limit 1 samples/linux-boot.bin", "every field of the first, explained"],
    ["hvmsg decode --json samples/linux-boot.bin | jq -c '[.vpIndex, .rip]'", "for jq"],
    [
      "hvmsg decode --symbols samples/System.map --disasm samples/linux-boot.bin",
      "where in the kernel, doing what",
    ],
    ["hvmsg decode --fields index,rip,portNumber samples/linux-boot.bin", "only these columns"],
    ["hvmsg decode -o boot.parquet samples/linux-boot.bin", "for DuckDB; .csv and .pcapng for others"],
    ["hvmsg decode --partition-by vpIndex -o captures samples/linux-boot.bin", "a folder a VP, for Spark"],
  ],
  async run(operands, options, io) {
    const { troubles } = await printRecords(filesOf(operands), options, io);
    return troubles > 0 ? 2 : 0;
  },
};
