/** What is measured: a row each. Adding a measurement is adding a row. */
import { readFileSync } from "node:fs";
import { asyncBufferFromFile, parquetMetadataAsync } from "hyparquet";
import { compareOutputs, countLines } from "./check-output.ts";
import { toPcapng } from "./make-pcapng.ts";
import { toXxd, XXD_LINE_BYTES } from "./make-text.ts";
import { unquoted, type Workshop } from "./workshop.ts";

/** A measurement of whole processes. */
export interface Row {
  name: string;
  /** What is compared with what. */
  about: string;
  /** Whether it needs a C compiler: for its reference, or to measure memory. */
  needsC?: boolean;
  /** Shell command under test. */
  subject(shop: Workshop): string;
  /** Shell command that it is compared with. */
  reference?(shop: Workshop): string;
  /** Most that is promised, and what is aimed at: of the reference's time, or of memory in MB (1,000,000 bytes). */
  promise: { ratio: number; goal?: number } | { peakMb: number };
  /** How often both are run, in turn, after one run each that is not counted. */
  runs: number;
  /** Statuses that the subject, and the reference, may end with. */
  statuses?: readonly number[];
  /** Messages that the subject handles, for messages a second. */
  messages?: number;
  /** Looks at results before anything is timed; says what is wrong. */
  check?(shop: Workshop): string | undefined | Promise<string | undefined>;
}

const MIXED = 1_000_000;
const TEXT = 50_000;
const PAIR = 200_000;
/** One message in a hundred is changed, left out or followed by one more. */
const EDITS = { every: 100 };

const mixed = (shop: Workshop) => shop.capture(MIXED, 1);
const packets = (shop: Workshop) => shop.converted(mixed(shop), ".pcapng", toPcapng);
const dump = (shop: Workshop) => shop.converted(shop.capture(TEXT, 2), ".txt", toXxd);
const gigabyte = (shop: Workshop) => shop.repeated(mixed(shop), 4);
const similar = (shop: Workshop, count: number) =>
  [shop.capture(count, 1), shop.capture(count, 1, EDITS)] as const;
const unrelated = (shop: Workshop) => [shop.capture(PAIR, 2), shop.capture(PAIR, 3)] as const;

const RIP_HIGH = 0xffffffff;
const RIP_LOW = 0x81000000;

export const ROWS: readonly Row[] = [
  {
    name: "json-lines",
    about: "decode --json of 1,000,000 messages : C program with printf",
    needsC: true,
    subject: (shop) => `${shop.hvmsg} decode --json ${mixed(shop)}`,
    reference: (shop) => `${shop.c("print-json")} ${mixed(shop)}`,
    promise: { ratio: 0.6, goal: 0.5 },
    runs: 7,
    messages: MIXED,
    async check(shop) {
      const { lines, difference } = await compareOutputs(
        this.subject(shop),
        `${shop.c("print-json")} ${mixed(shop)}`,
      );
      return difference ?? wrongCount("lines", lines, MIXED);
    },
  },
  {
    name: "table",
    about: "decode of 1,000,000 messages : decode --json",
    subject: (shop) => `${shop.hvmsg} decode ${mixed(shop)}`,
    reference: (shop) => `${shop.hvmsg} decode --json ${mixed(shop)}`,
    promise: { ratio: 1 },
    runs: 7,
    messages: MIXED,
    check: async (shop) =>
      wrongCount("lines", await countLines(`${shop.hvmsg} decode ${mixed(shop)}`), MIXED + 1),
  },
  {
    name: "csv",
    about: "decode -f csv of 1,000,000 messages : decode --json",
    subject: (shop) => `${shop.hvmsg} decode -f csv ${mixed(shop)}`,
    reference: (shop) => `${shop.hvmsg} decode --json ${mixed(shop)}`,
    promise: { ratio: 1 },
    runs: 7,
    messages: MIXED,
    check: async (shop) =>
      wrongCount("lines", await countLines(`${shop.hvmsg} decode -f csv ${mixed(shop)}`), MIXED + 1),
  },
  {
    name: "parquet",
    about: "decode -f parquet of 1,000,000 messages : decode --json",
    subject: (shop) => `${shop.hvmsg} decode -f parquet ${mixed(shop)}`,
    reference: (shop) => `${shop.hvmsg} decode --json ${mixed(shop)}`,
    promise: { ratio: 4 },
    runs: 7,
    messages: MIXED,
    async check(shop) {
      const path = shop.scratch("check.parquet");
      shop.output(`${this.subject(shop)} > ${path}`);
      const { num_rows: rows } = await parquetMetadataAsync(await asyncBufferFromFile(unquoted(path)));
      return wrongCount("rows", Number(rows), MIXED);
    },
  },
  {
    name: "parquet-memory",
    about: "peak of decode -f parquet, 1 GB through a pipe",
    needsC: true,
    subject: (shop) => `cat ${Array(4).fill(mixed(shop)).join(" ")} | ${shop.hvmsg} decode -f parquet`,
    promise: { peakMb: 400 },
    runs: 1,
    messages: 4 * MIXED,
  },
  {
    name: "data-set-memory",
    about: "peak of decode --partition-by vpIndex,messageType of 1,000,000 messages",
    needsC: true,
    subject(shop) {
      const folder = shop.scratch("data-set");
      const argv = `--partition-by vpIndex,messageType -o ${folder}`;
      return `rm -rf ${folder}; ${shop.hvmsg} decode ${argv} ${mixed(shop)}`;
    },
    promise: { peakMb: 400 },
    runs: 1,
    messages: MIXED,
  },
  {
    name: "start-up",
    about: "decode of one message : node -e 0",
    subject: (shop) => `${shop.hvmsg} decode ${shop.capture(1, 1)}`,
    reference: (shop) => `${shop.node} -e 0`,
    promise: { ratio: 1.35, goal: 1.3 },
    runs: 30,
    check: (shop) =>
      wrongCount(
        "lines",
        shop.output(`${shop.hvmsg} decode ${shop.capture(1, 1)}`).split("\n").length - 1,
        2,
      ),
  },
  {
    name: "pcapng",
    about: "decode --json of 1,000,000 messages in pcapng : the same as plain messages",
    subject: (shop) => `${shop.hvmsg} decode --json ${packets(shop)}`,
    reference: (shop) => `${shop.hvmsg} decode --json ${mixed(shop)}`,
    promise: { ratio: 2 },
    runs: 7,
    messages: MIXED,
    check: async (shop) =>
      wrongCount("lines", await countLines(`${shop.hvmsg} decode --json ${packets(shop)}`), MIXED),
  },
  {
    name: "text",
    about: "filter -c of 50,000 messages as xxd prints them : the time for 50 MB of text a second",
    subject: (shop) => `${shop.hvmsg} filter -c ${dump(shop)}`,
    reference: () => `sleep ${(TEXT * 16 * XXD_LINE_BYTES) / 50e6}`,
    promise: { ratio: 1 },
    runs: 5,
    messages: TEXT,
    check: async (shop) =>
      wrongCount("lines", await countLines(`${shop.hvmsg} decode --json ${dump(shop)}`), TEXT),
  },
  {
    name: "memory",
    about: "peak of decode --json, 1 GB through a pipe",
    needsC: true,
    subject: (shop) => `cat ${Array(4).fill(mixed(shop)).join(" ")} | ${shop.hvmsg} decode --json`,
    promise: { peakMb: 130 },
    runs: 1,
    messages: 4 * MIXED,
  },
  {
    name: "filter-count",
    about: "filter -c over 1 GB in the page cache : dd bs=128k + node -e 0",
    subject: filterCount,
    reference: (shop) => `dd bs=128k if=${gigabyte(shop)} of=/dev/null 2>/dev/null; ${shop.node} -e 0`,
    promise: { ratio: 2 },
    runs: 11,
    messages: 4 * MIXED,
    check: (shop) =>
      wrongCount("matches", Number(shop.output(filterCount(shop))), 4 * plainCount(unquoted(mixed(shop)))),
  },
  {
    name: "filter-memory",
    about: "peak of filter -c, 1 GB through a pipe",
    needsC: true,
    subject: (shop) => `cat ${Array(4).fill(mixed(shop)).join(" ")} | ${filterCount(shop, "")}`,
    promise: { peakMb: 130 },
    runs: 1,
  },
  {
    name: "stats",
    about: "stats over 1 GB in the page cache : filter -c",
    subject: (shop) => `${shop.hvmsg} stats ${gigabyte(shop)}`,
    reference: filterCount,
    promise: { ratio: 3 },
    runs: 11,
    messages: 4 * MIXED,
    check: (shop) =>
      wrongStats(shop.output(`${shop.hvmsg} stats --json ${mixed(shop)}`), unquoted(mixed(shop))),
  },
  {
    name: "ten-gigabytes",
    about: "peak of decode --json, 10 GB through a pipe",
    needsC: true,
    subject: (shop) => `for i in $(seq 40); do cat ${mixed(shop)}; done | ${shop.hvmsg} decode --json`,
    promise: { peakMb: 130 },
    runs: 1,
    messages: 40 * MIXED,
  },
  {
    name: "stats-memory",
    about: "peak of stats, 1 GB through a pipe",
    needsC: true,
    subject: (shop) => `cat ${Array(4).fill(mixed(shop)).join(" ")} | ${shop.hvmsg} stats`,
    promise: { peakMb: 130 },
    runs: 1,
    messages: 4 * MIXED,
  },
  {
    name: "diff",
    about: "diff of 200,000 with 200,000 messages, 1 % edits : C text of both, all fields + GNU diff",
    needsC: true,
    subject: (shop) => `${shop.hvmsg} diff ${similar(shop, PAIR).join(" ")}`,
    // diff compares every field, so the text has to hold every field. As JSON records (print-json) it would be four
    // times as long and the reference some three times as slow; a line of plain numbers is the quickest that will do.
    reference: (shop) => gnuDiff(shop, "print-text"),
    promise: { ratio: 0.5, goal: 0.35 },
    runs: 7,
    statuses: [1],
    messages: 2 * PAIR,
    check: (shop) => wrongDiff(shop, PAIR, similar(shop, PAIR)) ?? wrongTexts(shop),
  },
  {
    name: "diff-key-text",
    about: "the same : C text of both, key fields alone + GNU diff",
    needsC: true,
    subject: (shop) => `${shop.hvmsg} diff ${similar(shop, PAIR).join(" ")}`,
    reference: (shop) => gnuDiff(shop, "print-key-text"),
    promise: { ratio: 1 },
    runs: 7,
    statuses: [1],
    messages: 2 * PAIR,
  },
  {
    name: "diff-memory",
    about: "peak of diff of 1,000,000 with 1,000,000 messages, 1 % edits",
    needsC: true,
    subject: (shop) => `${shop.hvmsg} diff ${similar(shop, MIXED).join(" ")}`,
    promise: { peakMb: 1000 },
    runs: 1,
    statuses: [1],
    messages: 2 * MIXED,
    check: (shop) => wrongDiff(shop, MIXED, similar(shop, MIXED)),
  },
  {
    name: "diff-unrelated",
    about: "diff of two captures of 200,000 that share nothing : the similar pair",
    subject: (shop) => `${shop.hvmsg} diff ${unrelated(shop).join(" ")}`,
    reference: (shop) => `${shop.hvmsg} diff ${similar(shop, PAIR).join(" ")}`,
    promise: { ratio: 5 },
    runs: 5,
    statuses: [1],
    messages: 2 * PAIR,
    check: (shop) => wrongSums(summaryOf(shop, unrelated(shop)), PAIR, PAIR),
  },
];

function wrongCount(what: string, found: number, expected: number): string | undefined {
  return found === expected ? undefined : `${found} ${what}, expected ${expected}`;
}

function filterCount(shop: Workshop, file = gigabyte(shop)): string {
  return `${shop.hvmsg} filter -c --vp 2 --access write --where 'rip >= 0xffffffff81000000' ${file}`.trim();
}

/** Writes by VP 2 with the RIP in the kernel's text or above, counted by a loop over the bytes. */
function plainCount(path: string): number {
  const bytes = readFileSync(path);
  let count = 0;
  for (let at = 0; at < bytes.length; at += 256) {
    if (bytes.readUInt8(at + 4) < 40 || bytes.readUInt32LE(at + 16) !== 2 || bytes.readUInt8(at + 21) !== 1)
      continue;
    if (bytes.readUInt32LE(at + 44) === RIP_HIGH && bytes.readUInt32LE(at + 40) >= RIP_LOW) count++;
  }
  return count;
}

interface Counted {
  messages: number;
  vpIndex: { value: number; count: number }[];
  rip: { value: string; count: number }[];
}

/** Messages by VP and by RIP, counted by a loop over the bytes. */
function wrongStats(json: string, path: string): string | undefined {
  const bytes = readFileSync(path);
  const vps = new Map<number, number>();
  const rips = new Map<string, number>();
  for (let at = 0; at < bytes.length; at += 256) {
    const vp = bytes.readUInt32LE(at + 16);
    vps.set(vp, (vps.get(vp) ?? 0) + 1);
    if (bytes.readUInt8(at + 4) < 40) continue;
    const rip = `0x${bytes
      .readBigUInt64LE(at + 40)
      .toString(16)
      .padStart(16, "0")}`;
    rips.set(rip, (rips.get(rip) ?? 0) + 1);
  }
  const counted = JSON.parse(json) as Counted;
  const wrong =
    counted.vpIndex.find(({ value, count }) => vps.get(value) !== count) ??
    counted.rip.find(({ value, count }) => rips.get(value) !== count);
  if (wrong) return `${wrong.value} is not there ${wrong.count} times`;
  return (
    wrongCount("messages", counted.messages, bytes.length / 256) ??
    wrongCount("VPs", counted.vpIndex.length, vps.size) ??
    wrongCount("RIPs", counted.rip.length, rips.size)
  );
}

interface Summary {
  equal: number;
  changed: number;
  deleted: number;
  inserted: number;
}

function summaryOf(shop: Workshop, pair: readonly string[]): Summary {
  const lines = shop.output(`${shop.hvmsg} diff -f jsonl ${pair.join(" ")} | tail -n 1`);
  return JSON.parse(lines) as Summary;
}

/**
 * Both captures as text by a C program, one after the other, and GNU diff of the texts. Decoding into `<(...)` is no
 * quicker: diff reads one after the other.
 */
function gnuDiff(shop: Workshop, program: string): string {
  const texts = [shop.scratch("a.txt"), shop.scratch("b.txt")] as const;
  const prints = similar(shop, PAIR).map((path, side) => `${shop.c(program)} ${path} > ${texts[side]}`);
  return `${prints.join(" && ")} && diff ${texts.join(" ")}`;
}

/** GNU diff has to find the edits in the texts, else it is no reference: at least a line for each. */
function wrongTexts(shop: Workshop): string | undefined {
  const edited = shop.editedIn(similar(shop, PAIR)[1]);
  const least = edited.changed + edited.deleted + edited.inserted;
  const found = Number(shop.output(`(${gnuDiff(shop, "print-text")}) | grep -c '^[<>]'`));
  return found >= least ? undefined : `GNU diff prints ${found} lines, edited were ${least}`;
}

/** The sums have to add up, and no more may differ than was edited. */
function wrongDiff(shop: Workshop, count: number, pair: readonly [string, string]): string | undefined {
  const edited = shop.editedIn(pair[1]);
  const summary = summaryOf(shop, pair);
  const wrong = wrongSums(summary, count, count - edited.deleted + edited.inserted);
  if (wrong !== undefined) return wrong;
  const found = summary.changed + summary.deleted + summary.inserted;
  const most = edited.changed + edited.deleted + edited.inserted;
  return found <= most ? undefined : `${found} differences, edited were ${most}`;
}

function wrongSums(summary: Summary, countA: number, countB: number): string | undefined {
  const shared = summary.equal + summary.changed;
  return (
    wrongCount("messages of A", shared + summary.deleted, countA) ??
    wrongCount("messages of B", shared + summary.inserted, countB)
  );
}
