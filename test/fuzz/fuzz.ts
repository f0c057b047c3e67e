/**
 * Looks for what breaks: `npm run fuzz -- --minutes N [--seed S] [--target NAME]`. Rounds over all targets with
 * one seed after another until the time is over; a failure is told once, with the command that finds it again
 * (`--path`), and the status is 1. The same targets run for a while in test/fuzz.test.ts.
 */
import { parseArgs } from "node:util";
import { counted, loadSchema, watch } from "./rules.ts";
import { type Failure, runTarget, TARGETS } from "./targets.ts";
import { startWatchdog } from "./watchdog.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    seed: { type: "string" },
    target: { type: "string" },
    path: { type: "string" },
  },
});
const targets = TARGETS.filter(({ name }) => values.target === undefined || name === values.target);
const begun = Date.now();
let end = begun + Number(values.minutes) * 60_000;
const first = Number(values.seed ?? begun % 0x7fffffff);
const failures = new Map<string, Failure>();

// The first Ctrl-C ends it after the round that it is at, with what was found.
process.once("SIGINT", () => {
  end = 0;
});
await loadSchema();
watch.dog = startWatchdog(60_000);
if (targets.length === 0) say(`no such target; there are ${TARGETS.map(({ name }) => name).join(", ")}`);
else if (values.path !== undefined) tell(await runTarget(targets[0]!, first, 1, values.path));
else await runRounds();
await watch.dog.close();
say(`${counted.runs} runs in ${Math.round((Date.now() - begun) / 1000)} s, ${failures.size} failures`);
process.exitCode = failures.size > 0 || targets.length === 0 ? 1 : 0;

/** A round is a sixth of a target's cases, so that none waits long for its turn. */
async function runRounds(): Promise<void> {
  for (let seed = first; Date.now() < end; seed++) {
    for (const target of targets)
      if (Date.now() < end) tell(await runTarget(target, seed, Math.ceil(target.cases / 6)));
    say(`seed ${seed}: ${counted.runs} runs, ${failures.size} failures`);
    // Nothing else lets a signal in.
    await new Promise(setImmediate);
  }
}

/** Tells a failure, unless one of its kind was told. */
function tell(failure: Failure | undefined): void {
  if (!failure) return;
  const kind = `${failure.target.name} ${failure.what.slice(0, 60).replaceAll(/\d+/g, "0")}`;
  if (failures.has(kind)) return;
  failures.set(kind, failure);
  say(`FAILS: ${failure.what}\n${failure.again}`);
}

function say(line: string): void {
  process.stderr.write(`fuzz: ${line}\n`);
}
