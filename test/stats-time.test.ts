/** Rates and gaps, where the records have times. */
import Table from "cli-table3";
import { describe, expect, it } from "vitest";
import { Stats, VALUE_SECTIONS } from "../src/analysis/index.ts";
import { PLAIN } from "../src/base/style.ts";
import { statsJson } from "../src/commands/stats-json.ts";
import { statsText } from "../src/commands/stats-text.ts";
import { Classifier, makeBatch, Shapes } from "../src/record/index.ts";
import { createRng, randomBelow } from "./oracle/random.ts";

/** Nanoseconds since 1970, or undefined where a message has no time. */
type Times = readonly (bigint | undefined)[];

const SECOND = 1_000_000_000n;

/** Counts messages that came at these times, a list for each file, in batches of seven. */
function countTimes(files: readonly Times[], gaps: number, by?: string): Stats {
  const shapes = new Shapes();
  const fields = by === undefined ? {} : { by: [{ path: by, label: by }] };
  const stats = new Stats({ shapes, sections: VALUE_SECTIONS, gaps, ...fields });
  const batch = makeBatch(7);
  files.forEach((times, file) => {
    const classifier = new Classifier(shapes, "hvhdk", "message");
    stats.begin({ name: `file ${file}`, abi: "hvhdk", framing: "message", next: () => null, close() {} });
    for (let from = 0; from < times.length; from += batch.count) {
      batch.firstIndex = from;
      batch.count = Math.min(7, times.length - from);
      for (let record = 0; record < batch.count; record++) {
        const time = times[from + record];
        batch.words[record * 64] = 0x80010007;
        batch.words[record * 64 + 1] = 40;
        batch.available[record] = 256;
        const second = time === undefined ? 0n : (time - (((time % SECOND) + SECOND) % SECOND)) / SECOND;
        batch.timeSeconds[record] = time === undefined ? Number.NaN : Number(second);
        batch.timeNanoseconds[record] = time === undefined ? 0 : Number(time - second * SECOND);
      }
      classifier.classify(batch);
      stats.write(batch);
    }
  });
  stats.end();
  return stats;
}

const START = 1_700_000_000n * SECOND;

describe("times", () => {
  const files: Times[] = [
    [0n, 5n, undefined, 1_000_000n, 3n * SECOND, 3n * SECOND + 250_000_000n].map((time) =>
      time === undefined ? undefined : START + time,
    ),
    [START + 10n * SECOND, START + 10n * SECOND + 1n, START + 9n * SECOND],
  ];

  it("JSON", () => {
    const text = [...statsJson(countTimes(files, 2), 1, "object")].join("");
    expect(JSON.parse(text).time).toEqual({
      messages: 8,
      first: "2023-11-14T22:13:20.000000000Z",
      last: "2023-11-14T22:13:30.000000001Z",
      seconds: 10.000000001,
      perSecond: 8 / 10.000000001,
      busiestSecond: { time: "2023-11-14T22:13:20.000000000Z", count: 3 },
      backwards: 1,
      longestGaps: [
        { seconds: 2.999, file: "file 0", index: 4, time: "2023-11-14T22:13:23.000000000Z" },
        { seconds: 0.25, file: "file 0", index: 5, time: "2023-11-14T22:13:23.250000000Z" },
      ],
    });
  });

  it("text", () => {
    const text = statsText(countTimes(files, 2), {
      Table,
      style: PLAIN,
      top: 1,
      columns: undefined,
    });
    expect(text).toContain(`9 messages

time
  first           2023-11-14T22:13:20.000000000Z
  last            2023-11-14T22:13:30.000000001Z, after 10 s
  rate            0.8 messages a second
  busiest second  2023-11-14T22:13:20Z: 3 messages
  backwards       1 message earlier than the one before
  longest gaps    2.999 s before #4 of file 0, 2023-11-14T22:13:23.000000000Z

message type`);
  });

  it("nothing is said where there are none", () => {
    expect([...statsJson(countTimes([[undefined, undefined]], 2), 1, "object")].join("")).not.toContain(
      "time",
    );
  });

  it("--by time", () => {
    const rows = [
      ...statsJson(countTimes([[START, undefined, START, START + 7n]], 2, "time"), 9, "rows"),
    ].join("");
    expect(rows).toBe(
      '{"time":"2023-11-14T22:13:20.000000000Z","count":2,"share":0.5}\n' +
        '{"time":"2023-11-14T22:13:20.000000007Z","count":1,"share":0.25}\n' +
        '{"count":1,"share":0.25}\n',
    );
  });

  it("random times, before and after 1970, against a plain computation", () => {
    const rng = createRng(31);
    for (let turn = 0; turn < 200; turn++) {
      let now = BigInt(randomBelow(rng, 4)) * 10n * SECOND - 15n * SECOND;
      const times = Array.from({ length: 1 + randomBelow(rng, 60) }, () => {
        now += BigInt(randomBelow(rng, 5) === 0 ? -randomBelow(rng, 1e9) : randomBelow(rng, 5e8));
        return randomBelow(rng, 8) === 0 ? undefined : now;
      });
      const { time } = countTimes([times], 4);
      const known = times.flatMap((each, index) => (each === undefined ? [] : [{ each, index }]));
      expect(time.timed).toBe(known.length);
      if (known.length === 0) continue;
      const sorted = known.map(({ each }) => each).sort((a, b) => (a < b ? -1 : 1));
      expect(time.spanNs).toBe(Number(sorted.at(-1)! - sorted[0]!));
      const gaps = known
        .slice(1)
        .map(({ each, index }, at) => ({ gap: Number(each - known[at]!.each), index }));
      expect(time.backwards).toBe(gaps.filter(({ gap }) => gap < 0).length);
      const longest = gaps.filter(({ gap }) => gap > 0).sort((a, b) => b.gap - a.gap || a.index - b.index);
      expect(time.gaps.map(({ nanoseconds, index }) => ({ gap: nanoseconds, index }))).toEqual(
        longest.slice(0, 4),
      );
      const bySecond = new Map<bigint, number>();
      for (const each of sorted) {
        const second = (each - (((each % SECOND) + SECOND) % SECOND)) / SECOND;
        bySecond.set(second, (bySecond.get(second) ?? 0) + 1);
      }
      const [second, count] = [...bySecond].reduce((best, next) => (next[1] > best[1] ? next : best));
      expect(time.busiest()).toEqual({ second: Number(second), count, missing: 0 });
    }
  });
});
