/** JSON objects one after another, on a line each or over many lines, by themselves or in one array. */

/** An object is longer than any record, or no end of it comes, when it has this many bytes. */
const MOST_BYTES = 1 << 20;

/** Levels of objects and arrays in each other: records have five, and too many would exhaust the stack. */
const MOST_DEPTH = 64;

export interface ObjectSink {
  /** The text of an object, the line on which it begins (from 1), and where in the input. */
  object(text: string, line: number, offset: number): void;
  /** Something that is no object. */
  broken(what: string, line: number): void;
}

const LF = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** What may stand between objects: white space, the commas and brackets of an array, a byte order mark. */
const BETWEEN = new Set([0x20, 0x09, 0x0d, 0x2c, OPEN_BRACKET, CLOSE_BRACKET, 0xef, 0xbb, 0xbf]);

/**
 * Splits bytes that come in pieces into objects. After something broken it goes on at the next line that begins
 * with `{`: records stand there, and nothing inside a record does.
 */
export class ObjectSplitter {
  readonly #sink: ObjectSink;
  #line = 1;
  #offset = 0;
  #lineBegins = true;
  /** Something on this line, or up to the next record, has been told to be broken. */
  #skips: "no" | "line" | "record" = "no";
  #depth = 0;
  #inString = false;
  #escaped = false;
  #beginLine = 0;
  #beginOffset = 0;
  /** The start of an object whose end has not come. */
  #carry = new Uint8Array(4096);
  #carried = 0;

  constructor(sink: ObjectSink) {
    this.#sink = sink;
  }

  /** Splits the next bytes of the input. The loop looks at every byte and calls only where something happens. */
  feed(bytes: Uint8Array, from: number, to: number): void {
    let begin = this.#depth > 0 ? from : -1;
    for (let at = from; at < to; at++) {
      const code = bytes[at] as number;
      if (this.#escaped) this.#escaped = false;
      else if (this.#inString && code !== LF) {
        if (code === QUOTE) this.#inString = false;
        else if (code === BACKSLASH) this.#escaped = true;
      } else if (code === LF) {
        if (this.#inString) this.#break("a string without its end");
        this.#newLine();
      } else if (code === OPEN_BRACE && this.#lineBegins && this.#depth > 0) {
        this.#break("a record without its end");
        begin = this.#begin(at, from);
      } else if (this.#depth === 0) {
        if (code === OPEN_BRACE && (this.#skips === "no" || this.#lineBegins)) begin = this.#begin(at, from);
        else if (this.#skips === "no" && !BETWEEN.has(code)) this.#break("no record");
      } else if (code === QUOTE) this.#inString = true;
      else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
        if (++this.#depth > MOST_DEPTH) this.#break(`a record of more than ${MOST_DEPTH} levels`);
      } else if ((code === CLOSE_BRACE || code === CLOSE_BRACKET) && --this.#depth === 0)
        this.#hand(bytes, begin, at + 1);
      if (code !== LF) this.#lineBegins = false;
    }
    if (this.#depth > 0) this.#keep(bytes, begin, to);
    this.#offset += to - from;
  }

  /** The input is over. */
  end(): void {
    if (this.#depth > 0) this.#break("a record without its end");
  }

  #newLine(): void {
    this.#line++;
    this.#lineBegins = true;
    if (this.#skips === "line") this.#skips = "no";
  }

  #begin(at: number, from: number): number {
    this.#depth = 1;
    this.#skips = "no";
    this.#carried = 0;
    this.#beginLine = this.#line;
    this.#beginOffset = this.#offset + at - from;
    return at;
  }

  #break(what: string): void {
    const inside = this.#depth > 0;
    this.#sink.broken(what, inside ? this.#beginLine : this.#line);
    this.#skips = inside ? "record" : "line";
    this.#depth = 0;
    this.#inString = false;
    this.#escaped = false;
    this.#carried = 0;
  }

  #hand(bytes: Uint8Array, begin: number, end: number): void {
    let whole = bytes.subarray(begin, end);
    if (this.#carried > 0) {
      this.#keep(bytes, begin, end);
      whole = this.#carry.subarray(0, this.#carried);
    }
    const text = Buffer.from(whole.buffer, whole.byteOffset, whole.length).toString("utf8");
    this.#carried = 0;
    this.#sink.object(text, this.#beginLine, this.#beginOffset);
  }

  #keep(bytes: Uint8Array, from: number, to: number): void {
    const length = this.#carried + to - from;
    if (length > MOST_BYTES) return this.#break(`a record of more than ${MOST_BYTES} bytes`);
    if (length > this.#carry.length) {
      const larger = new Uint8Array(length * 2);
      larger.set(this.#carry.subarray(0, this.#carried));
      this.#carry = larger;
    }
    this.#carry.set(bytes.subarray(from, to), this.#carried);
    this.#carried = length;
  }
}
