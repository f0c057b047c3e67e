/** Some of what `npm run fuzz` does, with a fixed seed: no crash, no hang, nothing lost, nothing that a terminal obeys. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OPERATORS } from "../src/filter/operators.ts";
import { CONTAINERS } from "../src/input/index.ts";
import { FORMATS } from "../src/output/index.ts";
import * as captures from "./fuzz/captures.ts";
import { MEANINGS } from "./fuzz/expressions.ts";
import { VIEWS } from "./fuzz/reading.ts";
import { counted, formatOf, loadSchema, watch } from "./fuzz/rules.ts";
import { runTarget, TARGETS } from "./fuzz/targets.ts";
import { startWatchdog } from "./fuzz/watchdog.ts";

const SEED = 20261123;

beforeAll(async () => {
  await loadSchema();
  watch.dog = startWatchdog(120_000);
});

afterAll(async () => {
  expect(counted.runs).toBeGreaterThan(10_000);
  await watch.dog?.close();
});

describe("fuzzing", () => {
  it("knows every container, format and operator", () => {
    const formats = VIEWS.map(({ argv }) => formatOf(argv).replace("text", "table"));
    expect(formats, "test/fuzz/reading.ts").toEqual(expect.arrayContaining(FORMATS.map(({ name }) => name)));
    const containers = Object.keys(captures.CONTAINERS);
    expect(containers, "test/fuzz/captures.ts").toEqual(
      expect.arrayContaining(CONTAINERS.map(({ name }) => name)),
    );
    const spellings = MEANINGS.flatMap(([each]) => each);
    expect(spellings, "test/fuzz/expressions.ts").toEqual(
      expect.arrayContaining(OPERATORS.flatMap((each) => each.spellings)),
    );
  });

  for (const target of TARGETS)
    it(`${target.name}: ${target.about}, ${target.cases} cases`, async () => {
      const failure = await runTarget(target, SEED, target.cases);
      expect(failure && `${failure.what}\n${failure.again}`).toBeUndefined();
    });
});
