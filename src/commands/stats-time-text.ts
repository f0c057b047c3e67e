import type { TimeStats } from "../analysis/index.ts";
import { plural, printable } from "../base/text.ts";
import { timeText } from "../record/index.ts";

/** Rates and gaps as rows of two cells. */
export function timeRows(time: TimeStats, top: number): string[][] {
  const { timed, backwards, first, last, spanNs } = time;
  const rows = [
    ["time", ""],
    ["  first", timeText(first.seconds, first.nanoseconds)],
    ["  last", `${timeText(last.seconds, last.nanoseconds)}, after ${durationText(spanNs)}`],
  ];
  if (spanNs > 0) rows.push(["  rate", `${rateText(timed / (spanNs / 1e9))} messages a second`]);
  const busiest = time.busiest();
  if (busiest)
    rows.push([
      "  busiest second",
      `${timeText(busiest.second, 0).slice(0, 19)}Z: ${busiest.missing > 0 ? "≥ " : ""}${plural(busiest.count, "message")}`,
    ]);
  if (backwards > 0)
    rows.push(["  backwards", `${plural(backwards, "message")} earlier than the one before`]);
  const gaps = time.gaps.slice(0, top);
  gaps.forEach((gap, place) => {
    const where = time.files > 1 ? ` of ${printable(gap.file)}` : "";
    rows.push([
      place === 0 ? "  longest gaps" : "",
      `${durationText(gap.nanoseconds)} before #${gap.index}${where}, ${timeText(gap.at.seconds, gap.at.nanoseconds)}`,
    ]);
  });
  return rows;
}

const UNITS = [
  [1e9, "s"],
  [1e6, "ms"],
  [1e3, "µs"],
] as const;

/** `1.5 s`, `20 ms`, in the largest unit that is not below 1. */
function durationText(nanoseconds: number): string {
  const [factor, unit] = UNITS.find(([factor]) => nanoseconds >= factor) ?? [1, "ns"];
  return `${Number((nanoseconds / factor).toFixed(3))} ${unit}`;
}

function rateText(perSecond: number): string {
  return perSecond >= 100 ? String(Math.round(perSecond)) : String(Number(perSecond.toPrecision(3)));
}
