/** Some of what `npm run fuzz` does, with a fixed seed: no crash, no hang, nothing lost, nothing that a terminal obeys. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { counted, loadSchema, watch } from "./fuzz/rules.ts";
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
  for (const target of TARGETS)
    it(`${target.name}: ${target.about}, ${target.cases} cases`, async () => {
      const failure = await runTarget(target, SEED, target.cases);
      expect(failure && `${failure.what}\n${failure.again}`).toBeUndefined();
    });
});
