import { type Batch, EMPTY_SHAPE, type Shape, type Shapes, timeText } from "../record/index.ts";
import type { TimeStyle } from "./format.ts";

const NANOSECONDS = 1_000_000_000;

/** Widths of an ISO 8601 time, and of `999999.999999999` seconds. */
const WIDTHS: Record<TimeStyle, number> = { absolute: 30, start: 16, vp: 16 };

/** A time: whole seconds since 1970, and nanoseconds. */
interface Moment {
  seconds: number;
  nanoseconds: number;
}

/**
 * Tells the times of records as the user wants them. It looks at every record of the input, printed or not: what
 * a filter leaves out does not change the times of the others. `-` where there is no time to tell.
 */
export class Clock {
  readonly width: number;
  readonly #style: TimeStyle;
  readonly #shapes: Shapes;
  #start: Moment | undefined;
  readonly #lastOfVp = new Map<number, Moment>();
  /** For each record of the batch, the time since the one before it of its VP; NaN: none. */
  #seconds = new Float64Array(0);
  #nanoseconds = new Float64Array(0);

  constructor(style: TimeStyle, shapes: Shapes) {
    this.#style = style;
    this.#shapes = shapes;
    this.width = WIDTHS[style];
  }

  /** Each input is a capture of its own. */
  begin(): void {
    this.#start = undefined;
    this.#lastOfVp.clear();
  }

  observe(batch: Batch): void {
    if (this.#style === "vp") this.#observeVps(batch);
    else if (this.#style === "start" && this.#start === undefined) this.#findStart(batch);
  }

  text(batch: Batch, record: number): string {
    const seconds = batch.timeSeconds[record]!;
    const nanoseconds = batch.timeNanoseconds[record]!;
    if (this.#style === "vp")
      return sinceText(this.#seconds[record]!, this.#nanoseconds[record]!, this.width);
    if (Number.isNaN(seconds)) return "-".padStart(this.#style === "start" ? this.width : 0);
    if (this.#style === "absolute") return timeText(seconds, nanoseconds);
    const start = this.#start as Moment;
    return sinceText(seconds - start.seconds, nanoseconds - start.nanoseconds, this.width);
  }

  #findStart(batch: Batch): void {
    for (let record = 0; record < batch.count; record++) {
      const seconds = batch.timeSeconds[record]!;
      if (batch.shapes[record] === EMPTY_SHAPE || Number.isNaN(seconds)) continue;
      this.#start = { seconds, nanoseconds: batch.timeNanoseconds[record]! };
      return;
    }
  }

  #observeVps(batch: Batch): void {
    if (this.#seconds.length < batch.count) {
      this.#seconds = new Float64Array(batch.count);
      this.#nanoseconds = new Float64Array(batch.count);
    }
    this.#seconds.fill(Number.NaN, 0, batch.count);
    for (let record = 0; record < batch.count; record++) {
      const seconds = batch.timeSeconds[record]!;
      const vp = this.#vpOf(batch, record);
      if (vp === undefined || Number.isNaN(seconds)) continue;
      const nanoseconds = batch.timeNanoseconds[record]!;
      const last = this.#lastOfVp.get(vp);
      if (last === undefined) {
        this.#lastOfVp.set(vp, { seconds, nanoseconds });
        continue;
      }
      this.#seconds[record] = seconds - last.seconds;
      this.#nanoseconds[record] = nanoseconds - last.nanoseconds;
      last.seconds = seconds;
      last.nanoseconds = nanoseconds;
    }
  }

  #vpOf(batch: Batch, record: number): number | undefined {
    const shape = batch.shapes[record] as number;
    if (shape === EMPTY_SHAPE) return undefined;
    const field = (this.#shapes.list[shape] as Shape).byPath.get("vpIndex");
    return field && batch.words[record * 64 + (field.byte >> 2)];
  }
}

/** Seconds with nine decimals, right-aligned, so that the points stand below each other. */
function sinceText(seconds: number, nanoseconds: number, width: number): string {
  if (Number.isNaN(seconds)) return "-".padStart(width);
  const negative = seconds < 0 || (seconds === 0 && nanoseconds < 0);
  let whole = negative ? -seconds : seconds;
  let rest = negative ? -nanoseconds : nanoseconds;
  if (rest < 0) {
    whole--;
    rest += NANOSECONDS;
  }
  return `${negative ? "-" : ""}${whole}.${String(rest).padStart(9, "0")}`.padStart(width);
}
