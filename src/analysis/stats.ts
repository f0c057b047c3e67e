/**
 * stats: what a capture holds, counted while it streams through. `Stats` is a sink; a section (stats-sections.ts)
 * is a row of what makes its key, `--by` makes keys of any fields (stats-by.ts). Keys are gathered a batch at a time
 * (stats-gather.ts) and counted in tables whose memory is bounded (stats-table.ts). To count one thing more, add its row.
 */
import type { Batch, Shapes, Sink, Source } from "../record/index.ts";
import { ByCounter, type ByField } from "./stats-by.ts";
import { type Scratch, SectionCounter } from "./stats-counter.ts";
import { Grouper } from "./stats-gather.ts";
import type { Section } from "./stats-sections.ts";
import { TimeStats } from "./stats-time.ts";

export { accessValue } from "./stats-access.ts";
export type { ByField } from "./stats-by.ts";
export { largest } from "./stats-largest.ts";
export { PORT_BITS, type Section, TEXT_SECTIONS, VALUE_SECTIONS } from "./stats-sections.ts";
export { CountTable } from "./stats-table.ts";
export type { TimeStats } from "./stats-time.ts";
export type { ByCounter, SectionCounter };

interface StatsOptions {
  shapes: Shapes;
  /** The sections to count, or the fields to count by. */
  sections: readonly Section[];
  by?: readonly ByField[];
  /** How many of the longest gaps to keep. */
  gaps: number;
  /** Most different values of a section; the rarer ones are merged above it. */
  limit?: number;
}

/** Counts all records that it is given. */
export class Stats implements Sink {
  /** Messages counted. */
  messages = 0;
  readonly sections: readonly SectionCounter[];
  readonly by: ByCounter | undefined;
  readonly time: TimeStats;
  readonly #grouper: Grouper;
  #scratch: Scratch = { low: new Uint32Array(0), high: new Uint32Array(0) };

  constructor({ shapes, sections, by, gaps, limit }: StatsOptions) {
    this.sections = by ? [] : sections.map((section) => new SectionCounter(section, limit));
    this.by = by && new ByCounter(by, limit);
    this.time = new TimeStats(gaps);
    this.#grouper = new Grouper(shapes);
  }

  begin(source: Source): void {
    this.by?.begin(source.name);
    this.time.begin(source);
  }

  write(batch: Batch): void {
    if (batch.pickedCount === 0) return;
    this.messages += batch.pickedCount;
    const room = batch.picked.length;
    if (this.#scratch.low.length < room)
      this.#scratch = { low: new Uint32Array(room), high: new Uint32Array(room) };
    this.#grouper.forEach(batch, (group) => {
      for (const section of this.sections) section.count(group, this.#scratch);
      this.by?.count(group);
    });
    this.time.count(batch);
  }

  flush(): void {}

  end(): void {
    for (const section of this.sections) section.settle();
  }
}
