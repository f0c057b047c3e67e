/** What users write: expressions, options, codes, symbol files, JSON. A result or a sentence, never a defect. */
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { createRng, type Rng, randomBelow, randomMessage, randomPick } from "../oracle/random.ts";
import { jsonLines } from "../run.ts";
import { decodedByOracle } from "./captures.ts";
import { expression, type JsonRecord, nonsense } from "./expressions.ts";
import { writeOddly } from "./reading.ts";
import { obey } from "./rules.ts";

const ABI = "hvhdk";
const MESSAGES = 40;
const READ = ["--input", "message", "--abi", ABI];

/** Messages of a seed, and their records by the oracle; a few seeds, each made once. */
const captures = new Map<number, { stdin: Uint8Array[]; records: JsonRecord[]; size: number }>();

function captureOf(seed: number) {
  const key = seed % 16;
  let capture = captures.get(key);
  if (!capture) {
    const rng = createRng(key);
    const messages = Array.from({ length: MESSAGES }, () => randomMessage(rng, ABI));
    const records = JSON.parse(JSON.stringify(decodedByOracle(messages, ABI))) as JsonRecord[];
    capture = { stdin: [Buffer.concat(messages)], records, size: MESSAGES * 256 };
    captures.set(key, capture);
  }
  return capture;
}

export const seeds = fc.noShrink(fc.nat());

/** A random expression means over records what a plain evaluation says. */
export async function checkMeaning(seed: number): Promise<void> {
  const rng = createRng(seed);
  const { records, ...given } = captureOf(seed);
  const { text, holds } = expression(rng, records, randomBelow(rng, 5));
  const ran = await obey(["filter", "--json", "--fields", "index", ...READ, "--where", text], given);
  const found = jsonLines(ran.stdout).map((record) => record.index);
  const expected = records.filter(holds).map((record) => record.index);
  if (found.join() !== expected.join())
    throw new Error(`${text}: ${found.join()} instead of ${expected.join()}`);
  const inverse = await obey(["filter", "-c", "-v", ...READ, "--where", text], given);
  if (Number(inverse.stdout) !== records.length - found.length)
    throw new Error(`${text}: -v counts ${inverse.stdout}`);
}

const DIFF_OPTIONS = ["--by", "--ignore", "--slide", "--context"];
const OPTIONS = [
  "--vp",
  "--type",
  "--access",
  "--rip",
  "--flags",
  "--index",
  "--fields",
  "--limit",
  "--by",
  "--top",
];

/** Texts for options: lists of what the options take, and of what they do not. */
function optionText(rng: Rng): string {
  const part = () =>
    randomPick(rng, [
      "0",
      "1",
      "2-4",
      "4-2",
      "0x1000",
      "0x1000..0x1fff",
      "0x1000+0x200",
      "0xffffffffffffffff+2",
      "-",
      "--",
      "..",
      "+",
      "io",
      "!msr",
      "%memory",
      "%",
      "!",
      "r",
      "w",
      "execute",
      "IF",
      "!TF",
      "cpl=3",
      "cpl=",
      "=3",
      "iopl=9",
      "vtl=0x1",
      "99999999999999999999999",
      "1e3",
      "-1",
      "0x",
      "",
      " ",
      "\t",
      "\n",
      "\0",
      "\x1b[31m",
      "\u202e",
      "payload",
      "payload.",
      "payload.rax",
      "rip",
      "rax",
      "file",
      "time",
      "problems",
      "__proto__",
      "constructor",
      "symbol",
      "instruction",
      "HvMessageTypeX64Halt",
      "HVMSG_X64_HALT",
      "2147549184",
      "-2147483648",
    ]);
  if (randomBelow(rng, 300) === 0)
    return Array(1 << randomBelow(rng, 15))
      .fill(part())
      .join(",");
  return Array.from({ length: 1 + randomBelow(rng, 4) }, part).join(
    randomPick(rng, [",", ",", ", ", "", "-"]),
  );
}

/** Nonsense in every option that selects: a result, or one sentence and for an expression a caret. */
export async function checkNonsense(seed: number): Promise<void> {
  const rng = createRng(seed);
  const { records, ...given } = captureOf(seed);
  const isExpression = randomBelow(rng, 2) === 0;
  const isDiff = randomBelow(rng, 10) === 0;
  const option = isExpression ? "--where" : randomPick(rng, isDiff ? DIFF_OPTIONS : OPTIONS);
  const command = isDiff ? "diff" : option === "--by" || option === "--top" ? "stats" : "filter";
  const files = isDiff ? ["-", writeOddly(Buffer.concat(given.stdin), 0)] : [];
  const text = isExpression ? nonsense(rng, records) : optionText(rng);
  const more = randomBelow(rng, 3) === 0 ? ["--flags", optionText(rng)] : [];
  const ran = await obey([command, ...READ, `${option}=${text}`, ...more, ...files], given);
  if (ran.status !== 2) return;
  if (ran.stdout !== "") throw new Error(`an error and an output: ${option} ${text}`);
  const said = ran.stderr.split("\n");
  if (said.filter((line) => line.startsWith("hvmsg: ")).length !== 1)
    throw new Error(`not one sentence: ${ran.stderr}`);
  const caret = /^ {2} *\^~*$/.exec(said[2] ?? "");
  if (isExpression && more.length === 0 && !caret) throw new Error(`no caret: ${ran.stderr}`);
  // The caret stands under the expression, or just after it.
  if (caret && said[2]!.trimEnd().length > said[1]!.length + 1)
    throw new Error(`the caret is off: ${ran.stderr}`);
}

const CODES = [
  "0x40000083",
  "2147549184",
  "-2147483648",
  "#PF",
  "msr=",
  "port=0x3f8",
  "rflags=",
  "state=0x14",
  "attr=",
  "err=0x2",
  "err=",
  "gpa=0xfee000b0",
  "leaf=1",
  "HV_X64_MSR_SIMP",
  "HvMessageType",
  "0b",
  "0o8",
  "0x",
  "1h",
  "ffff",
  "whv=1",
  "=",
  "==",
  "-0x1",
  "0xffffffffffffffffffff",
  "1_000",
  "_",
  "%io",
  "io",
  " ",
  "",
  "\x1b[2J",
  "\u202e",
  "\0",
  "é",
  "\ud800",
  "vector=14",
  "type=",
  "apic=0x80",
  "call=0x5c",
  "register=0x40000",
];

/** Codes and names to explain, most of them of no meaning. */
export async function checkExplain(seed: number): Promise<void> {
  const rng = createRng(seed);
  const code = () => {
    const text = Array.from({ length: 1 + randomBelow(rng, 3) }, () =>
      randomPick(rng, [randomPick(rng, CODES), String(rng()), `0x${rng().toString(16)}`]),
    ).join("");
    return randomBelow(rng, 100) === 0 ? text.repeat(1 << randomBelow(rng, 14)) : text;
  };
  const codes = Array.from({ length: 1 + randomBelow(rng, 3) }, code);
  await obey(["explain", ...(randomBelow(rng, 5) === 0 ? ["--color", "always"] : []), "--", ...codes], {
    size: 0,
  });
}

/** Lines of symbol files, good and bad. */
function symbolFile(rng: Rng): Uint8Array {
  const name = () =>
    randomPick(rng, [
      "main",
      "init_8259A",
      "\x1b]0;title\x07",
      "\x9b31m",
      "a b",
      "\u202eevil",
      "x".repeat(5000),
      "$x",
      "f(int, char)",
      "#PF",
      "COM1",
      "0x10",
      "",
      "\0",
      "\r",
      "a+0x10",
      "a..b",
      "and",
      "\ud800",
      "operator&&",
    ]);
  const line = () =>
    randomPick(rng, [
      () => `ffffffff81${(rng() >>> 8).toString(16).padStart(6, "0")} T ${name()}`,
      () => `${rng().toString(16)} t ${name()}\t[${name()}]`,
      () => `${rng().toString(16).padStart(16, "0")} ${rng().toString(16).padStart(16, "0")} T ${name()}`,
      () => `                 U ${name()}`,
      () => `${name()} ${name()} ${name()}`,
      () => `0000000000000000 T ${name()}`,
      () => `ffffffffffffffff T ${name()}`,
    ])();
  const bytes = Buffer.from(
    Array.from({ length: randomBelow(rng, 30) }, line).join(randomPick(rng, ["\n", "\r\n"])),
    randomPick(rng, ["utf8", "latin1"]),
  );
  const whole = randomBelow(rng, 4) === 0 ? gzipSync(bytes) : bytes;
  return randomBelow(rng, 4) === 0 ? whole.subarray(0, randomBelow(rng, whole.length + 1)) : whole;
}

/** Symbol files in every place where symbols are used. */
export async function checkSymbols(seed: number): Promise<void> {
  const rng = createRng(seed);
  const { records, ...given } = captureOf(seed);
  const bytes = symbolFile(rng);
  // Some symbols begin where a message is.
  const rips = records.flatMap(({ rip }) =>
    typeof rip === "string" && randomBelow(rng, 3) === 0 ? [rip] : [],
  );
  const path = writeOddly(
    Buffer.concat([bytes, Buffer.from(rips.map((rip, at) => `\n${rip} T \x1b[${at}m`).join(""))]),
    randomBelow(rng, 99),
  );
  const command = randomPick(rng, [
    ["decode"],
    ["decode", "--json"],
    ["decode", "-f", "tree"],
    ["decode", "-f", "hex", "--color", "always"],
    ["decode", "-f", "csv"],
    ["decode", "--fields", "symbol,rip", "--json"],
    ["filter", "--rip", "main"],
    ["filter", "--where", "rip == init_8259A+0x2"],
    ["filter", "--rip", nonsense(rng, records)],
    ["stats"],
    ["stats", "--by", "rip"],
  ]);
  const slide =
    randomBelow(rng, 5) === 0
      ? ["--symbols-slide", randomPick(rng, ["0x1000", "-1", "ffffffffffffffff"])]
      : [];
  await obey(
    [...command, ...READ, `--symbols=${path}`, ...slide.slice(0, 1).map((name) => `${name}=${slide[1]}`)],
    given,
  );
}

/** Arrays in each other, deeper than a record is. */
const nested = fc
  .integer({ min: 1, max: 500 })
  .map((levels) => JSON.parse(`${"[".repeat(levels)}1${"]".repeat(levels)}`) as fc.JsonValue);

/** JSON that somebody has edited: any value in any place. */
export const encodeCases = fc.record({
  seed: seeds,
  edits: fc.array(
    fc.record({
      place: fc.nat(10_000),
      value: fc.oneof({ weight: 20, arbitrary: fc.jsonValue() }, nested),
      name: fc.option(fc.string()),
    }),
    {
      maxLength: 4,
    },
  ),
  space: fc.constantFrom(undefined, 1),
  abi: fc.constantFrom(["--abi", "hvhdk"], ["--abi", "hvimapi"], []),
});

type EncodeCase = typeof encodeCases extends fc.Arbitrary<infer Case> ? Case : never;

export async function checkEncode({ seed, edits, space, abi }: EncodeCase): Promise<void> {
  const records = structuredClone(captureOf(seed).records.slice(0, 6));
  for (const { place, value, name } of edits) edit(records, place, value, name);
  const text = Buffer.from(records.map((record) => `${JSON.stringify(record, null, space)}\n`).join(""));
  const given = { stdin: [text], size: text.length };
  const encoded = await obey(["encode", ...abi], given);
  const decoded = await obey(["decode", "--json", "--input", "jsonl", ...abi], given);
  const again = { stdin: [Buffer.from(decoded.stdout)], size: decoded.stdoutBytes.length };
  if (decoded.stdout === "") return;
  const twice = await obey(["encode", ...abi], again);
  if (encoded.status === 0 && abi.length > 0 && !twice.stdoutBytes.equals(encoded.stdoutBytes))
    throw new Error(`decoded and encoded again it is something else: ${text.toString().slice(0, 2000)}`);
}

/** Puts a value, or a member of another name, somewhere into the records. */
function edit(records: JsonRecord[], place: number, value: unknown, name: string | null): void {
  const places: [object: JsonRecord, key: string][] = [];
  const visit = (object: JsonRecord) => {
    for (const [key, inside] of Object.entries(object)) {
      places.push([object, key]);
      if (typeof inside === "object" && inside !== null) visit(inside as JsonRecord);
    }
  };
  visit(records as unknown as JsonRecord);
  const found = places[place % Math.max(1, places.length)];
  if (!found) return;
  const [object, key] = found;
  if (place % 3 === 0) Reflect.deleteProperty(object, key);
  else if (name === null || Array.isArray(object)) object[key] = value;
  else object[name] = value;
}
