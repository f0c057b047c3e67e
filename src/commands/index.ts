/**
 * commands: what a user can ask for, one file and one row each. The build makes a bundle of each file, so that a
 * start compiles what its command needs and nothing else.
 */
import type { CommandRow } from "./command.ts";

export type { Command, CommandRow, OptionRow } from "./command.ts";

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandRow[] = [
  {
    name: "decode",
    operands: "[FILE...]",
    about: "print every message",
    load: async () => (await import("./decode.ts")).decode,
  },
  {
    name: "filter",
    operands: "[FILE...]",
    about: "print the messages that match; status 1 where none does",
    load: async () => (await import("./filter.ts")).filter,
  },
  {
    name: "diff",
    operands: "<A> <B>",
    about: "align two captures and print what differs; the status is 0 where nothing does, else 1",
    load: async () => (await import("./diff.ts")).diff,
  },
  {
    name: "stats",
    operands: "[FILE...]",
    about: "count by type, VP, RIP, port, MSR, page ..., or by any fields",
    load: async () => (await import("./stats.ts")).stats,
  },
  {
    name: "encode",
    operands: "[FILE...]",
    about: "write the binary messages of JSON records, the reverse of decode --json",
    load: async () => (await import("./encode.ts")).encode,
  },
  {
    name: "explain",
    operands: "<CODE...>",
    about: "say what a number or name from a log means",
    load: async () => (await import("./explain.ts")).explain,
  },
  {
    name: "fields",
    operands: "",
    about: "list every field: path, type, values, the payloads that have it",
    load: async () => (await import("./fields.ts")).fields,
  },
  {
    name: "schema",
    operands: "",
    about: "print the JSON Schema of one record",
    load: async () => (await import("./schema.ts")).schema,
  },
  {
    name: "completion",
    operands: "<SHELL> [WORD...]",
    about: "print the completion script of bash, zsh, fish or powershell",
    load: async () => (await import("./completion.ts")).completionOf(() => COMMANDS),
  },
];
