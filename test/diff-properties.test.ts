/** What must hold of any diff: edits are found, the script leads from A to B, sides and interleaving do not matter. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  applied,
  type Difference,
  type Event,
  encodeEvent,
  jsonDiff,
  KERNEL,
  type Record,
  withoutPlace,
  writeCapture,
} from "./diff-captures.ts";
import { jsonLines, run } from "./run.ts";

const SEED = 20260101;
const RUNS = 60;

type Arbitrary<T> = fc.Arbitrary<T>;

const kind: Arbitrary<Event["kind"]> = fc.constantFrom("ioPort", "msr", "memory", "cpuid", "halt");

/** Events of few kinds and places, so that they repeat: hard to align. */
const repeating: Arbitrary<Event> = fc.record({
  vp: fc.nat(2),
  kind: fc.constantFrom("ioPort", "msr"),
  rip: fc.nat(2).map((place) => KERNEL + BigInt(place)),
  identity: fc.nat(1),
  data: fc.nat(2),
});

/** An event each with an RIP of its own, and what is done to it; how the VPs interleave in B is another matter. */
const edited = fc.array(
  fc.record({
    event: fc.record({ vp: fc.nat(3), kind, identity: fc.nat(3), data: fc.nat(5) }),
    edit: fc.constantFrom("keep", "keep", "keep", "delete", "insert", "change"),
    turn: fc.nat(1000),
  }),
  { maxLength: 80 },
);

function holds<T>(arbitrary: Arbitrary<T>, property: (value: T) => Promise<void>): Promise<void> {
  return fc.assert(fc.asyncProperty(arbitrary, property), { seed: SEED, numRuns: RUNS });
}

/** Puts messages in another order, in which those of each VP stay in theirs. */
function interleaved<T extends { vp: number }>(messages: readonly T[], turns: readonly number[]): T[] {
  const queues = [...new Set(messages.map(({ vp }) => vp))].map((vp) =>
    messages.filter((each) => each.vp === vp),
  );
  return messages.map((_, at) => {
    const waiting = queues.filter((queue) => queue.length > 0);
    return waiting[(turns[at] ?? at) % waiting.length]!.shift() as T;
  });
}

const files = (a: readonly Event[], b: readonly Event[], stale = 0): [string, string] => [
  writeCapture(
    "a.bin",
    a.map((event) => encodeEvent(event)),
  ),
  writeCapture(
    "b.bin",
    b.map((event) => encodeEvent(event, stale)),
  ),
];

describe("known edits, where RIPs are unique", () => {
  it("are recovered exactly, whatever the interleaving and the stale bytes", () =>
    holds(edited, async (script) => {
      const a: Event[] = [];
      const b: (Event & { turn: number })[] = [];
      const expected: string[] = [];
      script.forEach(({ event, edit, turn }, at) => {
        const rip = KERNEL + BigInt(2 * at);
        const here = { ...event, rip };
        const there = edit === "change" ? { ...here, data: here.data + 1 } : here;
        if (edit !== "insert") a.push(here);
        if (edit !== "delete") b.push({ ...there, turn });
        if (edit !== "keep") expected.push(`${event.vp} ${edit} ${rip.toString(16)}`);
      });
      const other = interleaved(
        b,
        b.map(({ turn }) => turn),
      );
      const { differences, summary, ran } = await jsonDiff(...files(a, other, 0xee));
      const found = differences.map(({ vpIndex, op, a: before, b: after }) => {
        const rip = String((before ?? after)?.rip);
        return `${vpIndex} ${op} ${rip.slice(2)}`;
      });
      expect(found.sort()).toEqual(expected.sort());
      expect(summary.equal).toBe(script.filter(({ edit }) => edit === "keep").length);
      expect(ran.status).toBe(expected.length === 0 ? 0 : 1);
    }));
});

describe("any two captures", () => {
  const two = fc.tuple(fc.array(repeating, { maxLength: 40 }), fc.array(repeating, { maxLength: 40 }));

  for (const options of [[], ["--interleaved"]])
    it(`the edit script applied to A gives B ${options.join("")}`, () =>
      holds(two, async ([a, b]) => {
        const paths = files(a, b);
        const { differences, summary } = await jsonDiff(...options, ...paths);
        const [recordsA, recordsB] = [await decode(paths[0]), await decode(paths[1])];
        expect(summary.equal + summary.changed + summary.deleted).toBe(a.length);
        expect(summary.equal + summary.changed + summary.inserted).toBe(b.length);
        const groups =
          options.length > 0 ? [() => true] : [0, 1, 2].map((vp) => (each: Record) => each.vpIndex === vp);
        for (const isMember of groups)
          expect(applied(recordsA.filter(isMember), recordsB.filter(isMember), differences)).toEqual(
            recordsB.filter(isMember).map(withoutPlace),
          );
      }));

  it("swapped, have deletes for inserts", () =>
    holds(two, async ([a, b]) => {
      const [pathA, pathB] = files(a, b);
      const [there, back] = [await jsonDiff(pathA, pathB), await jsonDiff(pathB, pathA)];
      expect(back.differences.map(swapped).sort(byPlace)).toEqual([...there.differences].sort(byPlace));
    }));

  it("a capture has no difference from itself, nor from another interleaving of itself", () =>
    holds(fc.tuple(fc.array(repeating, { maxLength: 60 }), fc.array(fc.nat(99))), async ([a, turns]) => {
      const { differences, summary, ran } = await jsonDiff(...files(a, interleaved(a, turns), 0x55));
      expect(differences).toEqual([]);
      expect(summary).toMatchObject({ equal: a.length, changed: 0, deleted: 0, inserted: 0 });
      expect(ran.status).toBe(0);
    }));

  it("the interleaving of B changes nothing", () =>
    holds(fc.tuple(two, fc.array(fc.nat(99))), async ([[a, b], turns]) => {
      const plain = await jsonDiff(...files(a, b));
      const mixed = await jsonDiff(...files(a, interleaved(b, turns)));
      const placeless = ({ a: sideA, b: sideB, ...rest }: Difference) => ({
        ...rest,
        a: sideA && withoutPlace(sideA),
        b: sideB && withoutPlace(sideB),
      });
      expect(mixed.differences.map(placeless)).toEqual(plain.differences.map(placeless));
    }));
});

describe("a row of alike messages", () => {
  it("of which some are missing: those are told that are, not others", () =>
    holds(
      fc.tuple(fc.uniqueArray(fc.nat(1000), { minLength: 2, maxLength: 20 }), fc.nat(), fc.nat()),
      async (drawn) => {
        const [values, start, size] = drawn;
        const from = start % values.length;
        const to = Math.min(values.length, from + 1 + (size % 3));
        const events = values.map((data): Event => ({ vp: 0, kind: "msr", rip: KERNEL, identity: 1, data }));
        const rest = events.filter((_, at) => at < from || at >= to);
        const { differences, summary } = await jsonDiff(...files(events, rest));
        expect(summary).toMatchObject({ changed: 0, deleted: to - from, inserted: 0 });
        expect(differences.map((each) => each.a?.index)).toEqual(
          values.flatMap((_, at) => (at >= from && at < to ? [at] : [])),
        );
      },
    ));
});

describe("a slid capture", () => {
  it("is the same under --slide auto, in either direction, with what does not slide in it", () =>
    holds(fc.tuple(edited, fc.integer({ min: 1, max: 0x1ff })), async ([script, pages]) => {
      const slide = BigInt(pages) << 21n;
      const a = script.map(
        ({ event }, at): Event => ({ ...event, rip: at % 5 === 4 ? 0xf0000n : KERNEL + BigInt(2 * at) }),
      );
      const b = a.map((event) => ({ ...event, rip: event.rip < KERNEL ? event.rip : event.rip + slide }));
      const [pathA, pathB] = files(a, b);
      const enough = a.filter(({ rip }) => rip >= KERNEL).length > 2;
      for (const [paths, offset] of [
        [[pathA, pathB], slide],
        [[pathB, pathA], -slide],
      ] as const) {
        const { summary } = await jsonDiff("--slide", "auto", ...paths);
        expect(summary).toMatchObject({ equal: enough ? a.length : expect.any(Number) });
        if (enough)
          expect(summary.slide).toBe(`0x${BigInt.asUintN(64, offset).toString(16).padStart(16, "0")}`);
      }
      const given = await jsonDiff("--slide", `0x${slide.toString(16)}`, pathA, pathB);
      expect(given.summary.equal).toBe(a.length);
    }));
});

async function decode(path: string): Promise<Record[]> {
  const { stdout } = await run(["decode", "--json", "--abi", "hvhdk", path]);
  return jsonLines(stdout) as unknown as Record[];
}

function swapped(difference: Difference): unknown {
  const { vpIndex, a, b } = difference;
  if (difference.op !== "change") return { op: a ? "insert" : "delete", vpIndex, a: b, b: a };
  const changes = difference.changes.map((change) => ({ field: change.field, a: change.b, b: change.a }));
  return { op: "change", vpIndex, a: b, b: a, changes };
}

function byPlace(one: unknown, other: unknown): number {
  const place = (each: unknown) => JSON.stringify(each);
  return place(one) < place(other) ? -1 : 1;
}
