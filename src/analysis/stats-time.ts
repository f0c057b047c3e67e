import { type Batch, FIRST_SECOND, type Source } from "../record/index.ts";
import { CountTable } from "./stats-table.ts";

/** A time: whole seconds since 1970 and nanoseconds. */
interface Time {
  seconds: number;
  nanoseconds: number;
}

/** A time without messages, before one of them. */
export interface Gap {
  /** Its length. */
  nanoseconds: number;
  file: string;
  /** Number of the record that ended it, and when that was. */
  index: number;
  at: Time;
}

/** A second since 1970, and how many messages came in it: up to `missing` more. */
interface BusySecond {
  second: number;
  count: number;
  missing: number;
}

/** When messages came: the first and last, how many in which second, and the longest gaps, in the order of the input. */
export class TimeStats {
  /** Inputs that were begun. */
  files = 0;
  /** Messages that have a time, and those of them that are earlier than the one before. */
  timed = 0;
  backwards = 0;
  /** The longest, longest first. */
  readonly gaps: Gap[] = [];
  readonly #mostGaps: number;
  /** Messages by second. */
  readonly #seconds = new CountTable(2);
  readonly #key = new Uint32Array(2);
  #file = "";
  /** The message before: NaN where there is none in this file. */
  #beforeSeconds = Number.NaN;
  #beforeNanoseconds = 0;
  #inSecond = 0;
  #firstSeconds = Number.POSITIVE_INFINITY;
  #firstNanoseconds = 0;
  #lastSeconds = Number.NEGATIVE_INFINITY;
  #lastNanoseconds = 0;
  /** What a gap has to exceed to be one of the longest. */
  #leastGap = 0;

  constructor(mostGaps: number) {
    this.#mostGaps = mostGaps;
  }

  begin({ name }: Source): void {
    this.#endSecond();
    this.files++;
    this.#file = name;
    this.#beforeSeconds = Number.NaN;
  }

  count(batch: Batch): void {
    const { picked, pickedCount, timeSeconds, timeNanoseconds } = batch;
    for (let i = 0; i < pickedCount; i++) {
      const record = picked[i]!;
      const seconds = timeSeconds[record]!;
      if (Number.isNaN(seconds)) continue;
      const nanoseconds = timeNanoseconds[record]!;
      this.timed++;
      if (seconds !== this.#beforeSeconds) this.#endSecond();
      this.#inSecond++;
      const gap = (seconds - this.#beforeSeconds) * 1e9 + (nanoseconds - this.#beforeNanoseconds);
      if (gap < 0) this.backwards++;
      if (gap > this.#leastGap) this.#addGap(gap, batch.firstIndex + record, { seconds, nanoseconds });
      if (isBefore(seconds, nanoseconds, this.#firstSeconds, this.#firstNanoseconds)) {
        this.#firstSeconds = seconds;
        this.#firstNanoseconds = nanoseconds;
      }
      if (isBefore(this.#lastSeconds, this.#lastNanoseconds, seconds, nanoseconds)) {
        this.#lastSeconds = seconds;
        this.#lastNanoseconds = nanoseconds;
      }
      this.#beforeSeconds = seconds;
      this.#beforeNanoseconds = nanoseconds;
    }
  }

  /** The earliest and the latest time; only where `timed` is not 0. */
  get first(): Time {
    return { seconds: this.#firstSeconds, nanoseconds: this.#firstNanoseconds };
  }

  get last(): Time {
    return { seconds: this.#lastSeconds, nanoseconds: this.#lastNanoseconds };
  }

  /** From the first to the last, in nanoseconds. */
  get spanNs(): number {
    return (this.#lastSeconds - this.#firstSeconds) * 1e9 + (this.#lastNanoseconds - this.#firstNanoseconds);
  }

  /** The second in which most messages came, the first of them where several have as many. */
  busiest(): BusySecond | undefined {
    this.#endSecond();
    let busiest: BusySecond | undefined;
    const table = this.#seconds;
    table.forEach((slot) => {
      const second = FIRST_SECOND + table.word(slot, 0) + table.word(slot, 1) * 0x1_0000_0000;
      const count = table.count(slot);
      if (!busiest || count > busiest.count || (count === busiest.count && second < busiest.second))
        busiest = { second, count, missing: table.missing(slot) };
    });
    return busiest;
  }

  #endSecond(): void {
    if (this.#inSecond === 0) return;
    const second = this.#beforeSeconds - FIRST_SECOND;
    this.#key[0] = second;
    this.#key[1] = second / 0x1_0000_0000;
    this.#seconds.add(this.#key, 0, this.#inSecond);
    this.#inSecond = 0;
  }

  #addGap(nanoseconds: number, index: number, at: Time): void {
    const place = this.gaps.findIndex((gap) => gap.nanoseconds < nanoseconds);
    this.gaps.splice(place < 0 ? this.gaps.length : place, 0, { nanoseconds, file: this.#file, index, at });
    if (this.gaps.length > this.#mostGaps) this.gaps.pop();
    if (this.gaps.length === this.#mostGaps) this.#leastGap = this.gaps.at(-1)?.nanoseconds ?? 0;
  }
}

function isBefore(
  seconds: number,
  nanoseconds: number,
  thanSeconds: number,
  thanNanoseconds: number,
): boolean {
  return seconds < thanSeconds || (seconds === thanSeconds && nanoseconds < thanNanoseconds);
}
