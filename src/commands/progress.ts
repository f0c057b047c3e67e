/** A line on the terminal that tells how far long work has come: bytes, rate, time left. */
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { basename } from "node:path";
import type { Io } from "../base/io.ts";
import { printable } from "../base/text.ts";
import type { Batch, Source } from "../record/index.ts";

/** Work that takes less long shows nothing; then the line is drawn anew at most five times a second. */
const PATIENCE_MS = 1000;
const REDRAW_MS = 200;

/**
 * A batch that comes later than this after the one before says that the work waits for somebody: for a live
 * input, or for a pager that has the screen. Then nothing is drawn.
 */
const STEADY_MS = 300;

/** Columns of a terminal that does not say how many it has. */
const USUAL_COLUMNS = 80;

/** First bytes of gzip and Zstandard, whose size says nothing about what is in them. */
const COMPRESSED = ["1f8b", "28b52ffd"];

/**
 * Whether progress can be shown: not where stderr is no terminal, or stdout is one, on which the records appear
 * themselves. `stdoutRests`: while it runs, nothing is written there (`-o`, a count).
 */
export function showsProgress(io: Io, stdoutRests: boolean): boolean {
  return io.stderr.isTty && io.env.TERM !== "dumb" && (stdoutRests || !io.stdout.isTty);
}

/**
 * Watches batches go by, and shows how far the run over `files` has come, where `showsProgress`; costs a look at the
 * clock a batch.
 */
export class Progress {
  readonly #io: Io;
  readonly #files: readonly string[];
  readonly #stdoutRests: boolean;
  readonly #now: () => number;
  readonly #forget: () => void;
  readonly #begun: number;
  #file = "";
  #fileNumber = 0;
  #sizeBytes: number | undefined;
  #sizeAsked = false;
  #fileBegun = 0;
  #seen = 0;
  #drawn = 0;
  #shown = false;
  #wanted: boolean | undefined;

  /** `now` gives milliseconds. */
  constructor(io: Io, files: readonly string[], stdoutRests: boolean, now: () => number = Date.now) {
    this.#io = io;
    this.#files = files;
    this.#stdoutRests = stdoutRests;
    this.#now = now;
    this.#begun = now();
    this.#forget = io.onInterrupt(() => this.erase());
  }

  /** The same source, each of whose batches is noted. */
  watch(source: Source): Source {
    this.#file = source.name;
    this.#fileNumber++;
    this.#sizeAsked = false;
    this.#fileBegun = this.#now();
    this.#seen = this.#fileBegun;
    const note = (batch: Batch | null) => {
      if (batch !== null) this.#note(batch);
      return batch;
    };
    return {
      name: source.name,
      abi: source.abi,
      framing: source.framing,
      next() {
        const batch = source.next();
        return batch instanceof Promise ? batch.then(note) : note(batch);
      },
      close: () => source.close(),
    };
  }

  /** Takes the line away, before something else is written to the terminal. */
  erase(): void {
    if (this.#shown) this.#io.stderr.write("\r\u001b[K");
    this.#shown = false;
  }

  /** Takes the line away for good. */
  end(): void {
    this.erase();
    this.#forget();
  }

  #note(batch: Batch): void {
    const now = this.#now();
    const steady = now - this.#seen <= STEADY_MS;
    this.#seen = now;
    if (now - this.#drawn < REDRAW_MS || now - this.#begun < PATIENCE_MS) return;
    this.#drawn = now;
    // Asked only now: most runs are over by then, and to ask takes a tenth of a start.
    this.#wanted ??= showsProgress(this.#io, this.#stdoutRests);
    if (!this.#wanted) return;
    if (!this.#sizeAsked) this.#sizeBytes = sizeOf(this.#file, this.#io.stdin.fd);
    this.#sizeAsked = true;
    if (!steady) return this.erase();
    const bytes = batch.offsets[batch.count - 1] ?? 0;
    this.#io.stderr.write(`\r${this.#text(bytes, now - this.#fileBegun)}\u001b[K`);
    this.#shown = true;
  }

  #text(bytes: number, milliseconds: number): string {
    const total = this.#sizeBytes;
    const rate = (bytes / Math.max(1, milliseconds)) * 1000;
    const known = total !== undefined && total >= bytes;
    const many = this.#files.length > 1 ? ` (${this.#fileNumber} of ${this.#files.length})` : "";
    const share = known ? ` of ${bytesText(total)} (${Math.floor((bytes / total) * 100)}%)` : "";
    const left = known && rate > 0 ? `, ${timeText((total - bytes) / rate)} left` : "";
    const facts = `${many}: ${bytesText(bytes)}${share}, ${bytesText(rate)}/s${left}`;
    const columns = Number(this.#io.env.COLUMNS) || this.#io.stdout.columns || USUAL_COLUMNS;
    const name = this.#file === "-" ? "standard input" : printable(basename(this.#file));
    // A line that wraps could not be erased.
    return `${name.slice(0, Math.max(8, columns - 1 - facts.length))}${facts}`.slice(0, columns - 1);
  }
}

/** Bytes of a file; undefined for a pipe and for what is compressed. */
function sizeOf(file: string, stdin: number | undefined): number | undefined {
  let opened: number | undefined;
  try {
    if (file !== "-" && !statSync(file).isFile()) return undefined;
    if (file !== "-") opened = openSync(file, "r");
    const fd = opened ?? stdin;
    if (fd === undefined) return undefined;
    const found = fstatSync(fd);
    return found.isFile() && found.size > 0 && !isCompressed(fd) ? found.size : undefined;
  } catch {
    // Whoever reads it says what is wrong with it.
    return undefined;
  } finally {
    if (opened !== undefined) closeSync(opened);
  }
}

function isCompressed(fd: number): boolean {
  const head = Buffer.alloc(4);
  readSync(fd, head, 0, 4, 0);
  return COMPRESSED.some((magic) => head.toString("hex").startsWith(magic));
}

const UNITS = ["bytes", "kB", "MB", "GB", "TB"];

/** `0 bytes`, `12 kB`, `3.4 GB`, in powers of 1000, as disks have them. */
export function bytesText(bytes: number): string {
  let unit = 0;
  let amount = bytes;
  while (amount >= 999.5 && unit < UNITS.length - 1) {
    amount /= 1000;
    unit++;
  }
  return `${unit > 0 && amount < 9.95 ? amount.toFixed(1) : Math.round(amount)} ${UNITS[unit]}`;
}

/** `6 s`, `2 min 5 s`, `3 h 12 min`. */
export function timeText(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
