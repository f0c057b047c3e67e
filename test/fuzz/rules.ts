/** What every run of the command owes, whatever it is given. */
import { Ajv2020 } from "ajv/dist/2020.js";
import { FORMATS } from "../../src/output/index.ts";
import { jsonLines, type Ran, type RunOptions, run } from "../run.ts";
import type { Watchdog } from "./watchdog.ts";

/** Runs so far. */
export const counted = { runs: 0 };

/** Watches that every run comes to an end; set by whoever has one. */
export const watch: { dog: Watchdog | undefined } = { dog: undefined };

/** Processor time that a run may take: a second and a half, and two microseconds a byte that goes in or out. */
const BASE_MS = 1500;
const MS_PER_BYTE = 0.002;

/** What a terminal obeys or what hides text, less the end of a line. */
const NOT_PRINTABLE = /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
/** The same for data, in which any letter of a language is allowed. */
const OBEYED = /[^\P{Cc}\n]/u;
/** What colours look like. */
const COLOURS = /\x1b\[\d{1,2}m/g;

const BINARY = FORMATS.filter(({ binary }) => binary).map(({ name }) => name);

interface Given extends RunOptions {
  /** Bytes that are read, from wherever. */
  size: number;
}

/** Runs a command line; throws where the run breaks a rule. */
export async function obey(argv: readonly string[], given: Given): Promise<Ran> {
  counted.runs++;
  watch.dog?.begin(argv.join(" "));
  const before = process.cpuUsage();
  const ran = await run(argv, given).finally(() => watch.dog?.end());
  const { user, system } = process.cpuUsage(before);
  const about = `hvmsg ${argv.map((word) => JSON.stringify(word.slice(0, 300))).join(" ")}`;
  const milliseconds = (user + system) / 1000;
  const size = given.size + ran.stdoutBytes.length + ran.stderr.length + argv.join(" ").length;
  if (milliseconds > BASE_MS + size * MS_PER_BYTE)
    throw new Error(`slow: ${Math.round(milliseconds)} ms for ${size} bytes: ${about}`);
  if (![0, 1, 2].includes(ran.status)) throw new Error(`status ${ran.status}: ${about}`);
  if (ran.stderr.includes("defect of hvmsg")) throw new Error(`${ran.stderr.slice(0, 300)}: ${about}`);
  checkText("stderr", ran.stderr, NOT_PRINTABLE, about);
  checkOutput(argv, ran, given.isTty === true || argv.includes("always"), about);
  if (ran.status === 2 && ran.stderr === "") throw new Error(`status 2 without a word: ${about}`);
  return ran;
}

function checkOutput(argv: readonly string[], ran: Ran, coloured: boolean, about: string): void {
  const format = formatOf(argv);
  if (BINARY.includes(format)) return;
  const colourless = coloured ? ran.stdout.replace(COLOURS, "") : ran.stdout;
  const text = format === "csv" ? colourless.replaceAll("\r\n", "\n") : colourless;
  const isData = ["jsonl", "json", "csv"].includes(format);
  checkText("stdout", text, isData ? OBEYED : NOT_PRINTABLE, about);
  if (format === "jsonl" && argv[0] !== "stats")
    for (const record of jsonLines(ran.stdout)) checkRecord(record);
  if (format === "json" && ran.stdout !== "")
    for (const record of JSON.parse(ran.stdout) as object[]) checkRecord(record);
}

/** The format that options ask for. */
export function formatOf(argv: readonly string[]): string {
  if (argv[0] === "encode") return "raw";
  if (argv.includes("--json")) return "jsonl";
  const at = argv.indexOf("-f");
  return at < 0 ? "text" : (argv[at + 1] as string);
}

function checkText(what: string, text: string, wrong: RegExp, about: string): void {
  const at = text.search(wrong);
  if (at < 0) return;
  const near = JSON.stringify(text.slice(Math.max(0, at - 40), at + 40));
  throw new Error(`${what} has a character that is not to be printed: ${near}: ${about}`);
}

type Validate = ReturnType<Ajv2020["compile"]>;
let validate: Validate | undefined;

/** Compiles the schema that hvmsg prints; call it once, before records are checked. */
export async function loadSchema(): Promise<void> {
  const { stdout } = await run(["schema"]);
  validate ??= new Ajv2020({ allowUnionTypes: true }).compile(JSON.parse(stdout));
}

/** A record, or an object of `diff --json` with records in it, against the schema. */
function checkRecord(object: object): void {
  const isDifference = "op" in object;
  const { a, b } = object as { a?: object | null; b?: object | null };
  for (const record of isDifference ? [a, b] : [object])
    if (record && validate?.(record) !== true)
      throw new Error(
        `not as the schema says: ${JSON.stringify(validate?.errors)}: ${JSON.stringify(record)}`,
      );
}
