/**
 * Measures what is promised: `npm run bench -- [NAME] [--write] [--runs N]`. Results are checked before they are
 * timed, whole processes are run in turn with what they are compared with, and the median of the pairs' ratios
 * counts. NAME picks the rows whose names have it as a part; `--write` keeps the table under bench/results.
 * The status is 1 where a result is wrong; a promise that is missed is only shown.
 */
import { parseArgs } from "node:util";
import { type Measured, measure } from "./measure.ts";
import { printReport, writeReport } from "./report.ts";
import { ROWS, type Row } from "./rows.ts";
import { Workshop } from "./workshop.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: "boolean" }, runs: { type: "string" } },
});
const rows = ROWS.filter(
  (row) => positionals.length === 0 || positionals.some((part) => row.name.includes(part)),
);

const shop = new Workshop();
process.once("SIGINT", () => {
  shop.close();
  process.exit(130);
});
try {
  const measured = rows.length === 0 ? [] : await measureAll(rows);
  if (rows.length === 0) say(`no row has such a name; there are ${ROWS.map((row) => row.name).join(", ")}`);
  printReport(measured);
  if (values.write) say(`written: ${writeReport(measured)}`);
} finally {
  shop.close();
}

async function measureAll(wanted: readonly Row[]): Promise<Measured[]> {
  if (!shop.hasC) say("there is no gcc: rows that need the C programs, or memory, are left out");
  const all: Measured[] = [];
  for (const row of wanted) {
    if (row.needsC && !shop.hasC) continue;
    say(`${row.name}: ${row.about}`);
    const wrong = await checkRow(row);
    if (wrong !== undefined) {
      say(`${row.name}: WRONG RESULT, not timed: ${wrong}`);
      process.exitCode = 1;
    } else all.push(measure(row, shop, values.runs === undefined ? row.runs : Number(values.runs)));
  }
  return all;
}

async function checkRow(row: Row): Promise<string | undefined> {
  try {
    return await row.check?.(shop);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function say(line: string): void {
  process.stderr.write(`bench: ${line}\n`);
}
