/** The dumps that are open in a text: one, or in a log several, whose lines are mixed. */
import { Channel } from "./text-channel.ts";
import type { Reading } from "./text-records.ts";
import type { ShapedLine } from "./text-shapes.ts";

/** Dumps of one log that may be mixed, told apart by the text before their offsets. */
const MOST_OPEN = 64;

/** What may be a line of a dump without bytes. */
const MARK = /(?:\*|[0-9a-f]{6,16})\s*$/i;

export class Channels {
  /** That of the last line that was part of a dump. */
  current: Channel | undefined;
  readonly #reading: Reading;
  readonly #open = new Map<string, Channel>();

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  /** The channel of a line; what was open and is not part of a log is over with a line of another shape. */
  of(shaped: ShapedLine): Channel {
    const { shape, tag } = shaped;
    const key = shape.log ? `${shape.name} ${tag}` : shape.name;
    let channel = this.#open.get(key);
    if (this.current !== channel && this.current?.shape.log !== true) this.current?.dump.finish();
    if (channel === undefined) {
      channel = new Channel(this.#reading, shaped);
      this.#makeRoom();
      this.#open.set(key, channel);
    }
    this.current = channel;
    return channel;
  }

  /** Reads a `*`, or the offset at the end of a dump, of whichever dump it is; false for other lines. */
  readMark(text: string): boolean {
    if (!MARK.test(text)) return false;
    if (this.current?.readMark(text)) return true;
    for (const channel of this.#open.values()) if (channel.shape.log && channel.readMark(text)) return true;
    return false;
  }

  /** A line of other text: a dump without offsets is over. In a log it is not. */
  otherText(): void {
    const { current } = this;
    if (current && !current.shape.log && current.dump.place === "none") current.dump.finish();
  }

  /** A list or string begins: a dump that is not part of a log is over. */
  interrupt(): void {
    if (this.current && !this.current.shape.log) this.current.dump.finish();
  }

  finish(): void {
    for (const { dump } of this.#open.values()) dump.finish();
  }

  #makeRoom(): void {
    if (this.#open.size < MOST_OPEN) return;
    const [key, channel] = this.#open.entries().next().value as [string, Channel];
    channel.dump.finish();
    this.#open.delete(key);
  }
}
