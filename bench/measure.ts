import type { Row } from "./rows.ts";
import type { Run, Workshop } from "./workshop.ts";

/** Median, least and largest of several values. */
export interface Spread {
  median: number;
  least: number;
  most: number;
}

/** A row and what was measured for it. */
export interface Measured {
  row: Row;
  runs: number;
  /** Seconds of a run. */
  subject: Spread;
  reference: Spread | undefined;
  /** Subject by reference, pair by pair: of time, and of processor time. */
  ratio: Spread | undefined;
  cpuRatio: Spread | undefined;
  peakMb: number | undefined;
}

/** Runs a row's two commands in turn, so that what disturbs the machine disturbs both. */
export function measure(row: Row, shop: Workshop, runs: number): Measured {
  const commands = [row.subject(shop), ...(row.reference ? [row.reference(shop)] : [])];
  const [subject = [], reference] = runInTurn(shop, row, commands, runs);
  const peaks = subject.map((run) => run.peakBytes).filter((peak) => peak !== undefined);
  return {
    row,
    runs,
    subject: spread(subject.map((run) => run.wallNs / 1e9)),
    reference: reference && spread(reference.map((run) => run.wallNs / 1e9)),
    ratio: reference && ratios(subject, reference, (run) => run.wallNs),
    cpuRatio: reference && ratios(subject, reference, (run) => run.cpuNs),
    peakMb: peaks.length === 0 ? undefined : Math.max(...peaks) / 1e6,
  };
}

function runInTurn(shop: Workshop, row: Row, commands: readonly string[], runs: number): Run[][] {
  const all: Run[][] = commands.map(() => []);
  const warmUps = commands.length > 1 ? 1 : 0;
  for (let turn = 0; turn < runs + warmUps; turn++)
    for (const [place, command] of commands.entries()) {
      const run = shop.run(command, row.statuses);
      if (turn >= warmUps) all[place]?.push(run);
    }
  return all;
}

function ratios(
  subject: readonly Run[],
  reference: readonly Run[],
  value: (run: Run) => number | undefined,
): Spread | undefined {
  const each = subject.map((run, place) => (value(run) ?? 0) / (value(reference[place] as Run) ?? 0));
  return each.every(Number.isFinite) ? spread(each) : undefined;
}

function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return {
    median: sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2,
    least: sorted[0] as number,
    most: sorted.at(-1) as number,
  };
}
