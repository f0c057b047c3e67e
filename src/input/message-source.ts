/**
 * For containers whose records have no fixed size: a parser finds messages in the pieces in which the input
 * comes; the source over it makes batches of them.
 */
import { plural } from "../base/text.ts";
import type { Abi } from "../messages/index.ts";
import type { Batch, Framing, Reporter } from "../record/index.ts";
import type { ByteReader } from "./bytes.ts";
import type { OpenedSource } from "./container.ts";
import { MessageBatch } from "./message-batch.ts";

/** Finds messages in bytes that come in pieces. */
export interface MessageParser {
  /** Looks at the next bytes of the input, bytes[from..to); they are borrowed: copy what must be kept. */
  feed(bytes: Uint8Array, from: number, to: number, out: MessageOut): void;
  /** Called once at the end of the input. */
  end(out: MessageOut): void;
  /** The note about what was passed over; absent: the parser passes over nothing. */
  passedOverNote?(count: number): string;
}

/** Where a parser puts what it finds. */
export interface MessageOut {
  /**
   * A message of `length` bytes at bytes[start..], which are copied; `offset` is where it begins in the input.
   * Its time, where known, is whole seconds since 1970 and nanoseconds. A message without all of its payload is
   * reported as cut short, unless `told`: the parser has done so.
   */
  message(
    bytes: Uint8Array,
    start: number,
    length: number,
    offset: number,
    seconds?: number,
    nanoseconds?: number,
    told?: boolean,
  ): void;
  /** Something that could not be read: told to the user as a trouble (status 2), e.g. "line 12: odd number of hex digits". */
  trouble(what: string): void;
  /** Something passed over that is no trouble (a log line between dumps); counted, told in one note at the end. */
  passedOver(count: number): void;
}

/** Reads without a message after which timers and signals get a turn. */
const TURN_READS = 64;
/** Bytes that are read at once. */
const READ_BYTES = 128 * 1024;
/** Bytes after which the batch is looked at: so few that it stays near its usual size whatever is in them. */
const FEED_BYTES = 16 * 1024;
/** Records that make a batch worth handing out. */
const ENOUGH_RECORDS = 384;
/** Troubles of one input that are told each; the rest are counted. */
const TOLD_TROUBLES = 100;

/** The records that a parser finds. */
export class MessageSource implements OpenedSource {
  readonly name: string;
  abi: Abi = "hvhdk";
  readonly #reader: ByteReader;
  readonly #parser: MessageParser;
  readonly #reporter: Reporter;
  readonly #found: MessageBatch;
  readonly #out: MessageOut;
  readonly #piece = new Uint8Array(READ_BYTES);
  #from = 0;
  #to = 0;
  #wanted = 1;
  #troubles = 0;
  #passedOver = 0;
  #ended = false;
  #held: Batch | undefined;

  /** `framing` "first": bare headers where the first message is 40 bytes and looks like one, else messages. */
  constructor(
    name: string,
    reader: ByteReader,
    parser: MessageParser,
    framing: Framing | "first",
    reporter: Reporter,
  ) {
    this.name = name;
    this.#reader = reader;
    this.#parser = parser;
    this.#reporter = reporter;
    const trouble = (what: string) => this.#trouble(what);
    const found = new MessageBatch(framing, trouble);
    this.#found = found;
    this.#out = {
      message: (bytes, start, length, offset, seconds, nanoseconds, told) =>
        found.add(bytes, start, length, offset, seconds, nanoseconds, told),
      trouble,
      passedOver: (count) => {
        this.#passedOver += count;
      },
    };
  }

  /** Known for certain once the first records are held. */
  get framing(): Framing {
    return this.#found.framing;
  }

  next(): Batch | null | Promise<Batch | null> {
    const held = this.#held;
    if (held) {
      this.#held = undefined;
      return held;
    }
    this.#found.clear();
    return this.#fill();
  }

  async hold(records: number): Promise<Batch | null> {
    this.#wanted = records;
    const batch = await this.next();
    this.#wanted = 1;
    if (batch) this.#held = batch;
    return batch;
  }

  close(): void {
    this.#reader.close();
  }

  #fill(): Batch | null | Promise<Batch | null> {
    for (let reads = 1; ; reads++) {
      this.#feed();
      if (this.#found.count >= this.#wanted || this.#ended) return this.#found.take();
      if (reads > TURN_READS) return new Promise(setImmediate).then(() => this.#fill());
      const got = this.#reader.read(this.#piece, 0, READ_BYTES);
      if (typeof got !== "number") return got.then((count) => this.#took(count) ?? this.#fill());
      this.#took(got);
    }
  }

  #took(count: number): undefined {
    this.#from = 0;
    this.#to = count;
    if (count > 0) return;
    this.#ended = true;
    this.#parser.end(this.#out);
    this.#conclude();
  }

  /** Feeds what has arrived until it is used up or fills a batch. */
  #feed(): void {
    const enough = Math.max(ENOUGH_RECORDS, this.#wanted);
    while (this.#from < this.#to && this.#found.count < enough) {
      const to = Math.min(this.#to, this.#from + FEED_BYTES);
      this.#parser.feed(this.#piece, this.#from, to, this.#out);
      this.#from = to;
    }
  }

  #trouble(what: string): void {
    this.#troubles++;
    if (this.#troubles <= TOLD_TROUBLES) this.#reporter.trouble(this.name, what);
  }

  #conclude(): void {
    const untold = this.#troubles - TOLD_TROUBLES;
    if (untold > 0) this.#reporter.trouble(this.name, `${plural(untold, "more trouble")} of this kind`);
    if (this.#passedOver > 0 && this.#parser.passedOverNote)
      this.#reporter.note(`${this.name}: ${this.#parser.passedOverNote(this.#passedOver)}`);
  }
}
