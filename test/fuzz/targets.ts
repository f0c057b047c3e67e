/** What is fuzzed: a row each. To add one, add its row. */
import fc from "fast-check";
import {
  checkEncode,
  checkExplain,
  checkMeaning,
  checkNonsense,
  checkSymbols,
  encodeCases,
  seeds,
} from "./asking.ts";
import { checkDiff, diffCases } from "./comparing.ts";
import { checkGrowth, growthCases } from "./growing.ts";
import { checkReading, readingCases } from "./reading.ts";
import { watch } from "./rules.ts";
import { compareValues } from "./values.ts";

interface Target {
  name: string;
  about: string;
  /** Cases of one round, so that the targets share the time well. */
  cases: number;
  property: fc.IAsyncPropertyWithHooks<unknown>;
}

const valueCases = fc.record({
  abi: fc.constantFrom("hvhdk" as const, "hvimapi" as const),
  framing: fc.constantFrom("message" as const, "message" as const, "message" as const, "header" as const),
  seed: seeds,
});

/** Records of a case of `values`. */
const VALUE_RECORDS = 400;

export const TARGETS: readonly Target[] = [
  target("reading", "captures through every reader and output", 600, readingCases, checkReading),
  target(
    "values",
    "JSON, single fields and the oracle agree",
    250,
    valueCases,
    async ({ abi, framing, seed }) => {
      await compareValues(abi, framing, seed, VALUE_RECORDS);
    },
  ),
  target("meaning", "expressions mean what a plain evaluation says", 600, seeds, checkMeaning),
  target("nonsense", "nonsense in the options that select", 4000, seeds, checkNonsense),
  target("diff", "pairs of captures, all options", 400, diffCases, checkDiff),
  target("encode", "JSON that somebody has edited", 800, encodeCases, checkEncode),
  target("explain", "codes and names", 500, seeds, checkExplain),
  target("symbols", "symbol files", 600, seeds, checkSymbols),
  target("growth", "time grows as the input does", 15, growthCases, checkGrowth),
];

function target<Case>(
  name: string,
  about: string,
  cases: number,
  arbitrary: fc.Arbitrary<Case>,
  check: (value: Case) => Promise<void>,
): Target {
  return {
    name,
    about,
    cases,
    property: fc.asyncProperty(arbitrary, check) as fc.IAsyncPropertyWithHooks<unknown>,
  };
}

/** A case that breaks a rule, and how it is found again. */
export interface Failure {
  target: Target;
  what: string;
  again: string;
}

/** Runs cases of a target; `path` runs the one case again that a failure named. */
export async function runTarget(
  target: Target,
  seed: number,
  cases: number,
  path?: string,
): Promise<Failure | undefined> {
  const again = (place: string) => `npm run fuzz -- --target ${target.name} --seed ${seed} --path ${place}`;
  let at = 0;
  const { property } = target;
  watch.dog?.say(again("0"));
  const found = await fc.check(
    property.beforeEach(() => watch.dog?.say(again(String(at++)))),
    {
      seed,
      numRuns: cases,
      ...(path === undefined ? {} : { path }),
      interruptAfterTimeLimit: 600_000,
    },
  );
  if (!found.failed) return undefined;
  const error = found.errorInstance;
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    target,
    what: `${what}\ncase: ${fc.stringify(found.counterexample).slice(0, 3000)}`,
    again: again(found.counterexamplePath ?? "0"),
  };
}
