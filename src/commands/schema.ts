import type { Command } from "./command.ts";

export const schema: Command = {
  options: [],
  examples: [["hvmsg schema | jq '.properties.executionState'", "what a part of the record looks like"]],
  async run(_operands, _options, io) {
    const { recordJsonSchema } = await import("../record/record-schema.ts");
    await io.stdout.write(Buffer.from(`${JSON.stringify(recordJsonSchema(), null, 2)}\n`));
    return 0;
  },
};
