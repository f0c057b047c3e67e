/** Captures through every reader and every output: nothing lost without a word, nothing counted twice. */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { parquetMetadata } from "hyparquet";
import { fieldCatalog } from "../../src/record/index.ts";
import { oracleDecode } from "../oracle/decode.ts";
import { jsonLines, type Ran } from "../run.ts";
import { type Capture, inPieces, makeCapture, type Recipe, recipes } from "./captures.ts";
import { NAMES } from "./names.ts";
import { obey } from "./rules.ts";

type Json = Record<string, unknown>;

/** What is asked of a capture beside its JSON lines, and what its answer must come to. */
interface View {
  argv: readonly string[];
  /** How many records the answer tells of; undefined: it does not tell. */
  count?(ran: Ran): number | undefined | Promise<number | undefined>;
}

const paths = [...fieldCatalog().keys()];
const folder = mkdtempSync(join(tmpdir(), "hvmsg-fuzz-"));

/** Names of files as nobody should give them. */
const FILE_NAMES = [
  "plain.bin",
  "two words.bin",
  "new\nline.bin",
  "\x1b]0;title\x07.bin",
  "\x9b31m.bin",
  "\u202egpj.bin",
  "tab\t.bin",
  "-dash.bin",
  "quote\"'.bin",
  "comma,.bin",
  "back\\slash.bin",
  "\u{1f600}.bin",
  "cr\r.bin",
  "del\x7f.bin",
];

/** Writes a file of one of the names that nobody should give; gives its path. */
export function writeOddly(bytes: Uint8Array | string, name: number, place = "a"): string {
  const path = join(folder, place, FILE_NAMES[name % FILE_NAMES.length] as string);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return path;
}

/** To fuzz another format, add a row. */
export const VIEWS: readonly View[] = [
  { argv: ["decode"], count: ({ stdout }) => Math.max(0, lines(stdout) - 1) },
  {
    argv: ["decode", "--color", "always", "--time", "vp", "--disasm"],
    count: ({ stdout }) => Math.max(0, lines(stdout) - 1),
  },
  { argv: ["decode", "-f", "tree"], count: blocks },
  { argv: ["decode", "-f", "hex", "--color", "always"] },
  { argv: ["decode", "-f", "hex"], count: blocks },
  { argv: ["decode", "-f", "json"], count: ({ stdout }) => (JSON.parse(stdout || "[]") as object[]).length },
  { argv: ["decode", "-f", "csv"], count: ({ stdout }) => Math.max(0, csvRows(stdout) - 1) },
  { argv: ["decode", "-f", "csv", "--no-header", "--disasm"], count: ({ stdout }) => csvRows(stdout) },
  {
    argv: ["decode", "-f", "raw"],
    count: ({ stdoutBytes }) => (stdoutBytes.length % 256 ? undefined : stdoutBytes.length / 256),
  },
  { argv: ["decode", "-f", "parquet"], count: parquetRows },
  { argv: ["decode", "-f", "pcapng"], count: packets },
  { argv: ["decode", "--json", "--disasm"], count: ({ stdout }) => lines(stdout) },
  { argv: ["filter", "-c"], count: ({ stdout }) => Number(stdout) },
  { argv: ["stats"] },
  { argv: ["stats", "--color", "always", "--top", "3"] },
  { argv: ["stats", "--json"], count: statsCount },
  { argv: ["stats", "--json", "--by", "messageType,vpIndex"], count: sumOfCounts },
  { argv: ["stats", "--json", "--by", "rip,flags,problems"], count: sumOfCounts },
  { argv: ["stats", "--by", "payload"] },
];

const lines = (text: string) => text.split("\n").length - 1;

function blocks({ stdout }: Ran): number {
  return stdout.split("\n").filter((line) => line.startsWith("#")).length;
}

/** Rows of a CSV, by RFC 4180. */
function csvRows(text: string): number {
  let rows = 0;
  let quoted = false;
  for (const character of text) {
    if (character === '"') quoted = !quoted;
    else if (character === "\n" && !quoted) rows++;
  }
  if (quoted) throw new Error("a quote that is not closed");
  return rows;
}

function parquetRows({ stdoutBytes }: Ran): number | undefined {
  if (stdoutBytes.length === 0) return undefined;
  return Number(parquetMetadata(Uint8Array.from(stdoutBytes).buffer).num_rows);
}

async function packets({ stdoutBytes, stderr }: Ran): Promise<number | undefined> {
  if (stderr.includes("pcapng")) return undefined;
  const argv = ["decode", "--json", "--input", "pcapng", "--abi", "hvhdk"];
  const ran = await obey(argv, { stdin: [stdoutBytes], size: stdoutBytes.length });
  return lines(ran.stdout) + emptySlots(ran);
}

function statsCount({ stdout }: Ran): number {
  const { messages, ...sections } = JSON.parse(stdout) as { messages: number } & Record<
    string,
    { count: number }[]
  >;
  for (const [name, rows] of Object.entries(sections)) {
    if (!Array.isArray(rows)) continue;
    const sum = rows.reduce((total, row) => total + row.count, 0);
    if (name !== "interceptAccessType" && sum > messages)
      throw new Error(`${name} counts ${sum} of ${messages}`);
  }
  return messages;
}

function sumOfCounts({ stdout }: Ran): number {
  return jsonLines(stdout).reduce((total, row) => total + (row.count as number), 0);
}

function emptySlots({ stderr }: Ran): number {
  return Number(/(\d+) empty slots? \(message type 0\)/.exec(stderr)?.[1] ?? 0);
}

/** A case: a capture and one more way to look at it. */
export const readingCases = fc.record({
  recipe: recipes(),
  view: fc.nat(VIEWS.length - 1),
  recognised: fc.boolean(),
  name: fc.nat(FILE_NAMES.length - 1),
  columns: fc.option(fc.integer({ min: 1, max: 250 })),
  fields: fc.array(fc.constantFrom(...paths), { minLength: 1, maxLength: 4 }),
});

type ReadingCase = typeof readingCases extends fc.Arbitrary<infer Case> ? Case : never;

export async function checkReading({
  recipe,
  view,
  recognised,
  name,
  columns,
  fields,
}: ReadingCase): Promise<void> {
  const capture = makeCapture(recipe);
  const { bytes, options } = capture;
  const size = Math.max(bytes.length, capture.plain.length);
  const decode = ["decode", "--json"];
  const whole = await obey([...decode, ...options], { stdin: [bytes], size });
  const pieces = await obey([...decode, ...options], { stdin: inPieces(bytes, recipe.pieces), size });
  // Of packed data that are damaged, more or less comes out before the damage.
  if (!capture.packedDamage) equal("in pieces", pieces, whole);
  const records = jsonLines(whole.stdout);
  checkOrder(records);
  if (!capture.packedDamage) checkAccount(capture, recipe, whole, records.length);
  if (!capture.packed) checkBytes(capture, recipe, records);
  if (!capture.packed) await checkSound(capture, whole, records, size);
  await checkView(VIEWS[view] as View, capture, records.length, recipe);
  if (!recognised) return;
  await checkRecognised(capture, name, fields, columns, size);
  const given = { stdin: inPieces(bytes, recipe.pieces), size };
  if (!capture.packedDamage)
    equal("recognised in pieces", await obey(decode, given), await obey(decode, { stdin: [bytes], size }));
}

function equal(what: string, one: Ran, other: Ran): void {
  for (const part of ["stdout", "stderr", "status"] as const)
    if (one[part] !== other[part])
      throw new Error(`${what}: ${part} differs: ${excerpt(one[part])} instead of ${excerpt(other[part])}`);
}

const excerpt = (value: string | number) => JSON.stringify(value).slice(0, 1000);

function checkOrder(records: readonly Json[]): void {
  for (const [place, record] of records.entries()) {
    const before = records[place - 1];
    if (before && (record.index as number) <= (before.index as number))
      throw new Error(`record ${record.index} comes after ${before.index}`);
  }
}

/** Records of one size: each is printed, an empty slot, or a page without a message; of a cut one what there is. */
function checkAccount(capture: Capture, { container }: Recipe, ran: Ran, printed: number): void {
  const { bytes, stride, at, packed } = capture;
  // Damage may look like a compression.
  if (stride === undefined || packed || /compressed with|(gzip|zstd) data/.test(ran.stderr)) return;
  const gaps = emptySlots(ran);
  const without = Number(/(\d+) VP assist pages? held no message/.exec(ran.stderr)?.[1] ?? 0);
  const rest = bytes.length % stride;
  const wanted = Math.floor(bytes.length / stride) + Number(rest - at >= (container === "header" ? 4 : 16));
  const told = rest === 0 || (ran.status === 2 && ran.stderr.includes("cut short"));
  if (printed + gaps + without !== wanted || !told)
    throw new Error(
      `${bytes.length} bytes of ${stride} each: ${printed} printed, ${gaps} empty, ${without} without; ${excerpt(ran.stderr)}`,
    );
}

/** Every record is what the oracle makes of the bytes at its offset, as many as there are: nothing is invented. */
function checkBytes(capture: Capture, { container, abi }: Recipe, records: readonly Json[]): void {
  const { bytes, stride, sound } = capture;
  const isPcap = container === "pcap" && sound >= PCAP_HEADER_BYTES;
  if (stride === undefined && !isPcap) return;
  const input = container === "header" ? "header" : "message";
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (const { index, offset, time, ...rest } of records as {
    index: number;
    offset: number;
    time?: string;
  }[]) {
    const most = input === "header" ? 40 : 256;
    // The length of a packet stands 8 bytes before it.
    const length = isPcap ? view.getUint32(offset - 8, (bytes[0] as number) !== 0xa1) : most;
    const there = Uint8Array.from(bytes.subarray(offset, offset + Math.min(most, length)));
    // A packet of a whole payload lacks nothing.
    const isWhole = isPcap && there.length >= 16 + Math.min(240, there[4] as number);
    const read = isWhole ? new Uint8Array(256) : there;
    read.set(there);
    const timed = time === undefined ? {} : { time };
    const expected = JSON.stringify(
      oracleDecode(read, { abi, input, index, offset, names: NAMES, ...timed }),
    );
    const printed = JSON.stringify({ index, offset, ...timed, ...rest });
    if (printed !== expected) throw new Error(`${excerpt(printed)}\nthe oracle: ${excerpt(expected)}`);
  }
}

const PCAP_HEADER_BYTES = 24;

/** Records that a reader may hold back, or finish only with what follows them. */
const HELD = 2;
const HELD_IN_TEXT = 8;

/** What lies before the damage is read as it was before it. */
async function checkSound(capture: Capture, ran: Ran, records: readonly Json[], size: number): Promise<void> {
  const { plain, sound, options, isText } = capture;
  // A line of text is read as a whole: what a spoilt one loses is told.
  if (sound === plain.length || (isText && / line \d+: | no dump in /.test(ran.stderr))) return;
  const before = jsonLines((await obey(["decode", "--json", ...options], { stdin: [plain], size })).stdout);
  const held = isText ? HELD_IN_TEXT : HELD;
  for (const [place, record] of before.entries()) {
    const later = before[place + held];
    if (!later || (later.offset as number) > sound) return;
    if (JSON.stringify(record) !== JSON.stringify(records[place]))
      throw new Error(
        `record ${place} differs, though the first ${sound} bytes do not: ${excerpt(JSON.stringify(records[place] ?? null))} instead of ${excerpt(JSON.stringify(record))}`,
      );
  }
}

async function checkView(
  view: View,
  { bytes, options, plain }: Capture,
  wanted: number,
  recipe: Recipe,
): Promise<void> {
  if (view.argv.includes("raw") && recipe.container === "header") return;
  const size = Math.max(bytes.length, plain.length);
  const ran = await obey([...view.argv, ...options], { stdin: [bytes], size });
  const count = await view.count?.(ran);
  if (count !== undefined && count !== wanted && !ran.stderr.includes("not recognised"))
    throw new Error(`${view.argv.join(" ")} tells of ${count} records, decode --json of ${wanted}`);
}

/** The same by its bytes alone, from two files with odd names. */
async function checkRecognised(
  capture: Capture,
  name: number,
  fields: readonly string[],
  columns: number | null,
  size: number,
): Promise<void> {
  const paths = [writeOddly(capture.bytes, name), writeOddly(capture.plain, name + 1, "b")];
  const given = { size: 2 * size, ...(columns === null ? {} : { isTty: true, columns }) };
  const ran = await obey(["decode", "--json", "--verbose", "--", ...paths], given);
  for (const record of jsonLines(ran.stdout))
    if (!paths.includes(record.file as string))
      throw new Error(`a record of no file: ${JSON.stringify(record.file)}`);
  await obey(["decode", "--", ...paths], given);
  await obey(["stats", "--", ...paths], given);
  await obey(["decode", "-f", "csv", "--fields", `file,${fields.join()}`, "--", ...paths], given);
  await obey(["decode", "-f", "tree", "--limit", "3", "--", ...paths], given);
  await obey(["filter", "-c", "--where", `has ${fields[0]}`, "--", ...paths], given);
}
