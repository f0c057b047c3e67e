import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, release, totalmem } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";
import type { Measured, Spread } from "./measure.ts";

const TITLES = [
  "row",
  "time",
  "reference",
  "ratio (least-most)",
  "cpu ratio",
  "peak MB",
  "promise",
  "verdict",
];

/** Prints the table, and under it what the rows are. */
export function printReport(measured: readonly Measured[]): void {
  if (measured.length === 0) return;
  const table = new Table({ head: TITLES, style: { head: [], border: [] } });
  table.push(...measured.map(cells));
  const about = measured.map((each) => `${each.row.name}: ${each.row.about}; ${aboutRuns(each)}`);
  process.stdout.write(`${table.toString()}\n${about.join("\n")}\n${machine()}\n`);
}

/** Writes the same as a Markdown file under bench/results, named for the day; returns its path. */
export function writeReport(measured: readonly Measured[]): string {
  const day = new Date().toISOString().slice(0, 10);
  const line = (values: readonly string[]) => `| ${values.join(" | ")} |`;
  const table = [line(TITLES), line(TITLES.map(() => "---")), ...measured.map((each) => line(cells(each)))];
  const about = measured.map((each) => `- **${each.row.name}**: ${each.row.about}; ${aboutRuns(each)}`);
  const path = join("bench/results", `${day}.md`);
  mkdirSync("bench/results", { recursive: true });
  writeFileSync(path, `# ${day}\n\n${machine()}\n\n${table.join("\n")}\n\n${about.join("\n")}\n`);
  return path;
}

function cells(each: Measured): string[] {
  const { row, subject, reference, ratio, cpuRatio, peakMb } = each;
  const most = "ratio" in row.promise ? `${row.promise.ratio}` : `${row.promise.peakMb} MB`;
  return [
    row.name,
    seconds(subject),
    reference ? seconds(reference) : "-",
    ratio ? `${ratio.median.toFixed(2)} (${ratio.least.toFixed(2)}-${ratio.most.toFixed(2)})` : "-",
    cpuRatio ? cpuRatio.median.toFixed(2) : "-",
    peakMb === undefined ? "-" : peakMb.toFixed(0),
    most,
    verdict(each),
  ];
}

function verdict({ row, ratio, peakMb }: Measured): string {
  if ("peakMb" in row.promise) return peakMb !== undefined && peakMb <= row.promise.peakMb ? "ok" : "over";
  const found = ratio?.median ?? Number.POSITIVE_INFINITY;
  if (found > row.promise.ratio) return "over";
  if (row.promise.goal === undefined) return "ok";
  return found <= row.promise.goal ? `ok (goal ${row.promise.goal} met)` : `ok (goal ${row.promise.goal})`;
}

function aboutRuns({ row, runs, subject }: Measured): string {
  const rate = row.messages && `${Math.round(row.messages / subject.median).toLocaleString("en")} messages/s`;
  return [`${runs} run${runs === 1 ? "" : "s"}`, ...(rate ? [rate] : [])].join(", ");
}

function seconds({ median }: Spread): string {
  return median < 1 ? `${(median * 1000).toFixed(0)} ms` : `${median.toFixed(2)} s`;
}

function machine(): string {
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  const gigabytes = (totalmem() / 1e9).toFixed(0);
  const certificates = process.env.NODE_EXTRA_CA_CERTS
    ? "; NODE_EXTRA_CA_CERTS lengthens every start of Node"
    : "";
  return `${model}, ${availableParallelism()} processors, ${gigabytes} GB; Linux ${release()}; Node ${process.version}${certificates}`;
}
