import { Command as Commander, CommanderError, Option } from "commander";
import packageJson from "../package.json" with { type: "json" };
import { isHvmsgError, systemSentence, usageError } from "./base/errors.ts";
import type { Io } from "./base/io.ts";
import { didYouMean, printable } from "./base/text.ts";
import { COMMANDS, type Command, type CommandRow, type OptionRow } from "./commands/index.ts";

/** Statuses that every command shares; 1 is "nothing matched" or "different". */
const DONE = 0;
const TROUBLE = 2;

/** Runs the command line; resolves to the exit status. Everything it prints goes through `io`. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  let status = DONE;
  const program = buildProgram(io);
  const [name] = argv;
  try {
    if (name === undefined) {
      addRest(program);
      io.stderr.write(program.helpInformation());
      return TROUBLE;
    }
    const row = COMMANDS.find((each) => each.name === name);
    if (row)
      addCommand(program, row, await row.load(), io, (result) => {
        status = result;
      });
    else {
      checkIsOption(name);
      addRest(program);
    }
    await program.parseAsync(argv as string[], { from: "user" });
    return status;
  } catch (error) {
    return statusOf(error, io);
  }
}

function buildProgram(io: Io): Commander {
  const program = new Commander("hvmsg")
    .description("Inspector for Hyper-V intercept messages: decodes captured HV_MESSAGE dumps.")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false);
  configure(program, io);
  return program;
}

/** What the program has beside the command that is run: for its help, and for --version. */
function addRest(program: Commander): void {
  program.version(packageJson.version, "--version", "print the version");
  for (const { name, operands, about } of COMMANDS)
    program.command(`${name} ${operands}`.trim()).description(about);
}

function addCommand(
  program: Commander,
  { name, operands, about }: CommandRow,
  { options, examples, run }: Command,
  io: Io,
  done: (status: number) => void,
): void {
  const command = program.command(`${name} ${operands}`.trim()).description(about);
  configure(command, io);
  for (const option of options) command.addOption(makeOption(option));
  command.addHelpText("after", () => examplesText(examples));
  command.action(async (...parts: unknown[]) => {
    const given = parts.slice(0, -2).flat() as (string | undefined)[];
    done(
      await run(
        given.filter((each) => each !== undefined),
        command.opts(),
        io,
      ),
    );
  });
}

function configure(command: Commander, io: Io): void {
  command.exitOverride().helpOption("-h, --help", "print this help");
  command.configureHelp({ helpWidth: Math.min(100, io.stdout.columns ?? 100) });
  command.configureOutput({
    writeOut: (text) => void io.stdout.write(Buffer.from(text)),
    writeErr: () => {},
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  });
}

function makeOption(row: OptionRow): Option {
  const option = new Option(row.flags, row.about);
  if (row.choices) option.choices([...row.choices]);
  if (row.parse) option.argParser(row.parse);
  if (row.repeatable === "list")
    option.argParser((text, before: string[] | undefined) => [...(before ?? []), text]);
  if (row.repeatable === "joined")
    option.argParser((text, before: string | undefined) =>
      before === undefined ? text : `${before},${text}`,
    );
  return option;
}

function examplesText(examples: Command["examples"]): string {
  const width = Math.max(...examples.map(([command]) => command.length));
  return `\nExamples:\n${examples.map(([command, about]) => `  ${command.padEnd(width)}  # ${about}`).join("\n")}\n`;
}

/** commander would take an unknown first word for an operand. */
function checkIsOption(name: string): void {
  if (name.startsWith("-")) return;
  const names = COMMANDS.map((command) => command.name);
  const hint = didYouMean(name, names) ?? `the commands are ${names.join(", ")}`;
  throw usageError(`unknown command '${name}'`, hint);
}

/** Turns what was thrown into a sentence on stderr and a status; no stack trace reaches a user. */
function statusOf(error: unknown, io: Io): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return DONE;
    io.stderr.write(
      `hvmsg: ${commanderSentence(error)} - 'hvmsg --help' and 'hvmsg COMMAND --help' tell more\n`,
    );
    return TROUBLE;
  }
  if (isHvmsgError(error)) {
    const hint = error.hint === undefined ? "" : ` - ${printable(error.hint)}`;
    const excerpt =
      error.excerpt === undefined ? "" : `${error.excerpt.split("\n").map(printable).join("\n")}\n`;
    io.stderr.write(`hvmsg: ${printable(error.message)}${hint}\n${excerpt}`);
    return TROUBLE;
  }
  // Whoever read the output has enough (`| head`): that is no trouble.
  if ((error as NodeJS.ErrnoException | undefined)?.code === "EPIPE") return DONE;
  const system = (error as NodeJS.ErrnoException | undefined)?.syscall !== undefined;
  io.stderr.write(
    system ? `hvmsg: standard output cannot be written: ${systemSentence(error)}\n` : defectText(error),
  );
  return TROUBLE;
}

function commanderSentence(error: CommanderError): string {
  const text = printable(
    error.message.replace(/^error: /, "").replace(/\.?\n\(Did you mean (.*?)\?\)$/s, "; did you mean $1?"),
  );
  return text.replace(/\s*\\x0a\s*/g, " ");
}

/** A defect of hvmsg: says so, and what to report. */
function defectText(error: unknown): string {
  const place = error instanceof Error ? (error.stack?.split("\n")[1]?.trim() ?? "") : "";
  return `hvmsg: this is a defect of hvmsg, please report it: ${systemSentence(error)} ${printable(place)}\n`;
}
