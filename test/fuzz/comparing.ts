/** Pairs of captures through `diff` with any options: the counts add up, nothing differs from itself. */
import fc from "fast-check";
import { flatten } from "../columns.ts";
import { applied, type Difference, type Record, withoutPlace } from "../diff-captures.ts";
import { jsonLines, type Ran } from "../run.ts";
import { makeCapture, recipes } from "./captures.ts";
import { writeOddly } from "./reading.ts";
import { obey } from "./rules.ts";

const SELECTIONS = [
  [],
  [],
  [],
  ["--vp", "0-9"],
  ["--type", "!msr"],
  ["--where", "has payload.rax"],
  ["-v", "--flags", "IF"],
];

const options = fc
  .tuple(
    fc.constantFrom(
      [],
      [],
      ["--by", "messageType"],
      ["--by", "rip,vpIndex"],
      ["--by", "payload.instructionBytes"],
      ["--by", "flags"],
    ),
    fc.constantFrom(
      [],
      [],
      ["--ignore", "payload"],
      ["--ignore", "rflags,csSegment.base"],
      ["--ignore", "problems"],
    ),
    fc.constantFrom([], ["--interleaved"]),
    fc.constantFrom([], [], ["--slide", "auto"], ["--slide", "0x200000"], ["--slide=-0x1000"]),
    fc.constantFrom([], ["--context", "0"], ["--context", "99"], ["--limit", "2"]),
  )
  .map((parts) => parts.flat());

export const diffCases = fc.record({
  a: recipes(["message", "message", "pcapng", "jsonl", "header"]),
  b: fc.option(recipes(["message", "message", "text"])),
  options,
  selection: fc.constantFrom(...SELECTIONS),
  form: fc.constantFrom(
    [],
    [],
    ["-y"],
    ["--color", "always"],
    ["-y", "--color", "always"],
    ["--brief"],
    ["--brief", "--json"],
  ),
  name: fc.nat(20),
  columns: fc.option(fc.integer({ min: 1, max: 250 })),
});

type DiffCase = typeof diffCases extends fc.Arbitrary<infer Case> ? Case : never;

/** The pair is the capture before and after its damage, or two that have nothing in common. */
export async function checkDiff({ a, b, options, selection, form, name, columns }: DiffCase): Promise<void> {
  const damaged = makeCapture(a);
  const other = b ? makeCapture(b).bytes : damaged.plain;
  const files = [writeOddly(other, name), writeOddly(damaged.bytes, name + 3, "b")];
  const given = { size: other.length + damaged.bytes.length };
  const argv = ["diff", ...options, ...selection, "--abi", a.abi];
  const json = await obey([...argv, "--json", "--", ...files], given);
  const terminal = columns === null ? {} : { isTty: true, columns };
  const text = await obey([...argv, ...form, "--", ...files], { ...given, ...terminal });
  if (text.status !== json.status)
    throw new Error(`status ${text.status} with ${form.join(" ")}, else ${json.status}`);
  await checkCounts(json, files, [...selection, "--abi", a.abi], options, given.size);
  if (selection.length === 0 && options.every((option) => option === "--interleaved"))
    await checkApplied(json, files, a.abi, options.length > 0, given.size);
  const itself = await obey([...argv, "--json", "--", files[0] as string, files[0] as string], given);
  if (itself.stdout === "" || options.some((option) => option.startsWith("--slide"))) return;
  const summary = jsonLines(itself.stdout).at(-1);
  if (
    jsonLines(itself.stdout).length > 1 ||
    summary?.changed !== 0 ||
    summary.deleted !== 0 ||
    summary.inserted !== 0
  )
    throw new Error(`a capture differs from itself: ${itself.stdout.slice(0, 2000)}`);
}

/** Every message of both sides is equal, changed, or in one of them alone. */
async function checkCounts(
  json: Ran,
  files: readonly string[],
  selecting: readonly string[],
  options: readonly string[],
  size: number,
): Promise<void> {
  if (json.stdout === "") {
    if (json.status !== 2) throw new Error(`no summary and status ${json.status}`);
    return;
  }
  const differences = jsonLines(json.stdout);
  const summary = differences.pop() as { equal: number; changed: number; deleted: number; inserted: number };
  const { equal, changed, deleted, inserted } = summary;
  const counts: number[] = [];
  for (const file of files)
    counts.push(Number((await obey(["filter", "-c", ...selecting, "--", file], { size })).stdout));
  if (equal + changed + deleted !== counts[0] || equal + changed + inserted !== counts[1])
    throw new Error(`${JSON.stringify(summary)} of ${counts.join(" and ")}`);
  checkChanges(differences as unknown as Difference[], options);
  const count = changed + deleted + inserted;
  if (!options.includes("--limit") && differences.length !== count)
    throw new Error(`${differences.length} differences, the summary has ${count}`);
  if (json.status !== 2 && json.status !== Number(count > 0))
    throw new Error(`status ${json.status}, ${count} differ`);
}

/** What is told to have changed has: the values are those of the records, and differ. */
function checkChanges(differences: readonly Difference[], options: readonly string[]): void {
  const isSlid = options.some((option) => option.startsWith("--slide"));
  for (const difference of differences) {
    if (difference.op !== "change") continue;
    const { a, b, changes } = difference;
    // A list of problems is there only where there are any.
    const sides = [a, b].map((record) => flatten({ problems: [], ...record }));
    const wrong = changes.find((change) =>
      [change.a, change.b].some(
        (value, side) =>
          value !== null && JSON.stringify(value) !== JSON.stringify(sides[side]?.get(change.field)),
      ),
    );
    const same = changes.find((change) => JSON.stringify(change.a) === JSON.stringify(change.b));
    if (changes.length === 0 || wrong || (same && !isSlid))
      throw new Error(
        `no change: ${JSON.stringify(wrong ?? same)} in ${JSON.stringify(difference).slice(0, 2000)}`,
      );
  }
}

/** The differences lead from A to B: what is in none of them is equal. */
async function checkApplied(
  json: Ran,
  files: readonly string[],
  abi: string,
  whole: boolean,
  size: number,
): Promise<void> {
  if (json.stdout === "") return;
  const differences = jsonLines(json.stdout).slice(0, -1) as unknown as Difference[];
  const sides: Record[][] = [];
  for (const file of files) {
    const { stdout } = await obey(["decode", "--json", "--abi", abi, "--", file], { size });
    sides.push(jsonLines(stdout) as unknown as Record[]);
  }
  const [a = [], b = []] = sides;
  const groups = new Set<unknown>(whole ? ["all"] : [...a, ...b].map((record) => record.vpIndex));
  for (const group of groups) {
    const isMember = (record: Record) => whole || record.vpIndex === group;
    const found = applied(a.filter(isMember), b.filter(isMember), differences);
    const expected = b.filter(isMember).map(withoutPlace);
    const at = expected.findIndex((record, place) => JSON.stringify(record) !== JSON.stringify(found[place]));
    if (at >= 0)
      throw new Error(
        `VP ${group}: ${JSON.stringify(found[at])?.slice(0, 2000)} is said to be ${JSON.stringify(expected[at]).slice(0, 2000)}`,
      );
  }
}
