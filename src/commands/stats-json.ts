import { type CountTable, largest, type Stats, type TimeStats } from "../analysis/index.ts";
import { timeText, type Value } from "../record/index.ts";

/** Characters after which a piece of text is handed on. */
const PIECE_LENGTH = 1 << 16;

/**
 * The counts as JSON, in pieces: one object with every section in which something was counted, or the rows of
 * `--by` as lines or as an array. `share` is of all messages counted. Only where values were merged does a row have
 * `missing` (how much too low its count may be), and is there something under `other`.
 */
export function* statsJson(stats: Stats, top: number, form: "object" | "rows" | "array"): Iterable<string> {
  let piece = "";
  for (const text of form === "object" ? objectParts(stats, top) : rowParts(stats, top, form)) {
    piece += text;
    if (piece.length < PIECE_LENGTH) continue;
    yield piece;
    piece = "";
  }
  yield piece;
}

function* objectParts(stats: Stats, top: number): Iterable<string> {
  yield `{"messages":${stats.messages}`;
  for (const { section, table } of stats.sections) {
    if (table.size === 0 && table.dropped === 0) continue;
    yield `,${JSON.stringify(section.name)}:[`;
    let comma = "";
    for (const slot of largest(table, top, pairOrder(table))) {
      const value = section.value(table.word(slot, 0), table.word(slot, 1));
      yield `${comma}{"value":${JSON.stringify(value)},${countMembers(stats, table, slot)}}`;
      comma = ",";
    }
    yield "]";
  }
  const merged = stats.sections.filter(({ table }) => table.drops > 0);
  if (merged.length > 0) {
    const members = merged.map(({ section, table }) => [
      section.name,
      { count: table.dropped, share: table.dropped / stats.messages },
    ]);
    yield `,"other":${JSON.stringify(Object.fromEntries(members))}`;
  }
  if (stats.time.timed > 0) yield `,"time":${JSON.stringify(timeObject(stats.time))}`;
  yield "}\n";
}

/** Keys of two words by their number. */
export function pairOrder(table: CountTable): (one: number, other: number) => number {
  return (one, other) =>
    table.word(one, 1) - table.word(other, 1) || table.word(one, 0) - table.word(other, 0);
}

function* rowParts(stats: Stats, top: number, form: "rows" | "array"): Iterable<string> {
  const { by } = stats;
  if (!by) return;
  const [open, between, close] = form === "rows" ? ["", "\n", "\n"] : ["[\n", ",\n", "\n]\n"];
  const labels = by.fields.map((field) => JSON.stringify(field.label));
  let before = open;
  for (const slot of largest(by.table, top, (one, other) => by.compare(one, other))) {
    const members = by
      .values(slot)
      .flatMap((value, place) => (value === undefined ? [] : [`${labels[place]}:${JSON.stringify(value)}`]));
    yield `${before}{${[...members, countMembers(stats, by.table, slot)].join()}}`;
    before = between;
  }
  if (by.table.drops > 0) {
    const { dropped } = by.table;
    yield `${before}${JSON.stringify({ other: true, count: dropped, share: dropped / stats.messages })}`;
  }
  if (stats.messages > 0) yield close;
  else if (form === "array") yield "[]\n";
}

function countMembers(stats: Stats, table: CountTable, slot: number): string {
  const count = table.count(slot);
  const missing = table.missing(slot);
  return `"count":${count},"share":${count / stats.messages}${missing > 0 ? `,"missing":${missing}` : ""}`;
}

function timeObject(time: TimeStats): { [name: string]: Value } {
  const { timed, backwards, first, last, spanNs } = time;
  const busiest = time.busiest();
  return {
    messages: timed,
    first: timeText(first.seconds, first.nanoseconds),
    last: timeText(last.seconds, last.nanoseconds),
    seconds: spanNs / 1e9,
    ...(spanNs > 0 ? { perSecond: timed / (spanNs / 1e9) } : {}),
    ...(busiest
      ? {
          busiestSecond: {
            time: timeText(busiest.second, 0),
            count: busiest.count,
            ...(busiest.missing > 0 ? { missing: busiest.missing } : {}),
          },
        }
      : {}),
    ...(backwards > 0 ? { backwards } : {}),
    longestGaps: time.gaps.map((gap) => ({
      seconds: gap.nanoseconds / 1e9,
      ...(time.files > 1 ? { file: gap.file } : {}),
      index: gap.index,
      time: timeText(gap.at.seconds, gap.at.nanoseconds),
    })),
  };
}
