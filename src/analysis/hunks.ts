import { EQUAL, type Run, type Script } from "./script.ts";

/** Runs that are shown together: differences, and equal messages around and between them. */
export type Hunk = Run[];

/** The hunks of a script, with up to `context` equal messages before and after each difference. */
export function* hunksOf(script: Script, context: number): Generator<Hunk> {
  let hunk: Hunk = [];
  for (let at = 0; at < script.length; at++) {
    const run = script.run(at);
    if (run.kind !== EQUAL) {
      hunk.push(run);
      continue;
    }
    const isLast = at === script.length - 1;
    const [after, before] = [at === 0 ? 0 : context, isLast ? 0 : context];
    if (run.length <= after + before) {
      hunk.push(run);
      continue;
    }
    if (after > 0) hunk.push(part(run, 0, after));
    if (at > 0) yield hunk;
    hunk = before > 0 ? [part(run, run.length - before, before)] : [];
  }
  if (hunk.some(({ kind }) => kind !== EQUAL)) yield hunk;
}

function part({ kind, a, b }: Run, from: number, length: number): Run {
  return { kind, a: a + from, b: b + from, length };
}
