import type { Io } from "../base/io.ts";

/** An option as a row: help, completion and parsing come from it. */
export interface OptionRow {
  /** As commander writes it: `-f, --format <name>`. */
  flags: string;
  about: string;
  /** The values that it takes, where they are few. */
  choices?: readonly string[];
  /** What its value is made of, for completion; a `<file>` is a file, what has `choices` one of these. */
  values?: "fields" | "types" | "access" | "flags" | "expression";
  /** Turns the text into a value; throws a usage error. */
  parse?: (text: string) => unknown;
  /** It may be given several times: its value is the list of all, or all of them joined by commas. */
  repeatable?: "list" | "joined";
}

/** What an option's parsing left, by its long name in camelCase. */
export type OptionValues = Record<string, unknown>;

/** A command by its name: a row in commands/index.ts. */
export interface CommandRow {
  name: string;
  /** Its operands, as commander writes them: `[FILE...]`. */
  operands: string;
  /** One line for the help. */
  about: string;
  /** Everything else about it, from a file that only a command line with this name reads: a start has no time. */
  load(): Promise<Command>;
}

/** What a command takes and does. */
export interface Command {
  /** The values that its operands take, where they are few; else they are files. */
  operandChoices?: readonly string[];
  options: readonly OptionRow[];
  /** Command lines with what they are for; shown in `--help`, run by the tests. */
  examples: readonly (readonly [command: string, about: string])[];
  /** Returns the exit status. */
  run(operands: string[], options: OptionValues, io: Io): Promise<number>;
}
