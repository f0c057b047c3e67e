/**
 * Text that holds dumps: logs, debugger sessions, files of source. The shapes of lines are a table
 * (text-shapes.ts); the first line of a dump is looked at slowly, those like it are read at once (text-channel.ts).
 *
 * A dump with offsets goes on while they do; an offset of 0 begins the next. A dump without them ends at 256
 * bytes, at its bracket or quote, at a line that holds no bytes (not in a log), and before a line that begins with
 * a message type where it holds its whole payload by then. More than 256 bytes are several messages.
 */
import { plural } from "../base/text.ts";
import type { MessageOut, MessageParser } from "./message-source.ts";
import { Channels } from "./text-channels.ts";
import { DigitReader } from "./text-digits.ts";
import { beginsWithEscape, hasEscapes, StringLines } from "./text-escapes.ts";
import { type Line, lineOf, withoutColours } from "./text-line.ts";
import { LineSplitter } from "./text-lines.ts";
import { beginsWithList, ListLines } from "./text-lists.ts";
import { type Reading, tell } from "./text-records.ts";
import { recogniseLine, type ShapedLine } from "./text-shapes.ts";
import { isBinary, nearlyDigits } from "./text-words.ts";

/** A parser for text with dumps in it. */
export function textParser(): MessageParser {
  return new TextParser();
}

/** Bytes that a line has to have to begin a dump: fewer with an offset before them. */
const LEAST_PLACED = 4;
const LEAST_ALONE = 8;

/** The end of a call in strace's output, and the first line of the dump that `-e write=` and `-e read=` add. */
const STRACE_CALL = /\) += \d+(?: <[\d.]+>)?$/;
const STRACE_DUMP = /^ *\| 0+ {2}/;

/** What reads the rest of a line that is too long to be looked at as a whole; returns what is bad. */
interface LongLine {
  read(piece: Line, last: boolean): string | undefined;
  end(bad: string | undefined): void;
}

class TextParser implements MessageParser {
  readonly #reading: Reading = { out: NO_OUT, line: 0, framing: undefined, found: 0 };
  readonly #lines = new LineSplitter({ line: (...line) => this.#line(...line) });
  readonly #channels = new Channels(this.#reading);
  readonly #lists = new ListLines(this.#reading);
  readonly #strings = new StringLines(this.#reading);
  #long: LongLine | undefined;
  /** A call in strace's output and its line: a dump of the string in it may follow, and is read in its place. */
  #call: { line: Line; number: number } | undefined;
  #toldBinary = false;
  #passedOver = 0;

  feed(bytes: Uint8Array, from: number, to: number, out: MessageOut): void {
    this.#reading.out = out;
    this.#lines.feed(bytes, from, to);
    this.#tellPassedOver();
  }

  end(out: MessageOut): void {
    const reading = this.#reading;
    reading.out = out;
    this.#lines.end();
    this.#readCall();
    this.#lists.end();
    this.#channels.finish();
    this.#strings.end();
    this.#tellPassedOver();
    if (reading.found === 0 && reading.line > 0)
      out.trouble(`no dump in ${plural(reading.line, "line")} of text`);
  }

  passedOverNote(count: number): string {
    return `${plural(count, "line")} without bytes of a dump ${count === 1 ? "was" : "were"} passed over`;
  }

  #tellPassedOver(): void {
    if (this.#passedOver > 0) this.#reading.out.passedOver(this.#passedOver);
    this.#passedOver = 0;
  }

  #line(bytes: Uint8Array, from: number, to: number, offset: number, first: boolean, last: boolean): void {
    if (!first) return this.#goOn(lineOf(bytes, from, to, offset), last);
    this.#reading.line++;
    const usual = last && !this.#lists.open && this.#call === undefined;
    if (usual && this.#channels.current?.readAtOnce(bytes, from, to, offset)) return;
    this.#look(withoutColours(lineOf(bytes, from, to, offset)), last);
  }

  /** Looks at a whole line, or at the first piece of a long one. */
  #look(line: Line, last: boolean): void {
    const { text } = line;
    this.#readCall(text);
    if (this.#lists.goOn(line)) return;
    if (text.trim() === "") return this.#noBytes();
    if (isBinary(text)) return this.#binary();
    const shaped = beginsWithList(text) || beginsWithEscape(text) ? undefined : this.#shapeOf(text);
    if (shaped) return last ? this.#row(shaped, line) : this.#beginLong(shaped, line);
    if (this.#channels.readMark(text)) return;
    if (hasEscapes(text)) return this.#string(line, last);
    if (this.#lists.begin(line)) return this.#channels.interrupt();
    this.#otherText(text);
  }

  /** The shape of a line. One that goes on with the open dump may be short, or spoilt. */
  #shapeOf(text: string): ShapedLine | undefined {
    const { current } = this.#channels;
    const open = current?.dump.open ? current.shape : undefined;
    return recogniseLine(text, (shape) => {
      if (shape === open) return 1;
      return shape.place === "none" ? LEAST_ALONE : LEAST_PLACED;
    });
  }

  #row(shaped: ShapedLine, line: Line): void {
    const { current } = this.#channels;
    if (current?.isSpoiltBy(shaped, line)) current.dump.damage("a line of another form inside a message");
    else this.#channelOf(shaped).read(shaped, line);
  }

  #channelOf(shaped: ShapedLine) {
    this.#strings.end();
    return this.#channels.of(shaped);
  }

  #otherText(text: string): void {
    const wrong = nearlyDigits(text);
    const { current } = this.#channels;
    const inside = current?.dump.open && current.dump.place === "none" && !current.shape.log;
    if (wrong !== undefined) {
      const what = `'${wrong}' is no hexadecimal digit`;
      return inside ? current.dump.damage(what) : tell(this.#reading, what);
    }
    if (!this.#lists.mayOpen(text)) this.#passedOver++;
    this.#noBytes();
  }

  #noBytes(): void {
    this.#channels.otherText();
    this.#strings.end();
  }

  #binary(): void {
    if (!this.#toldBinary) tell(this.#reading, "binary digits (xxd -b) are not read: use xxd without -b");
    this.#toldBinary = true;
  }

  /** Reads the string of the last call, unless the line behind it begins its dump. */
  #readCall(next = ""): void {
    const call = this.#call;
    this.#call = undefined;
    if (call === undefined || STRACE_DUMP.test(next)) return;
    const { line } = this.#reading;
    this.#reading.line = call.number;
    this.#channels.interrupt();
    this.#strings.begin(call.line, true);
    this.#reading.line = line;
  }

  #string(line: Line, last: boolean): void {
    if (last && STRACE_CALL.test(line.text)) {
      this.#call = { line, number: this.#reading.line };
      return;
    }
    this.#channels.interrupt();
    if (this.#strings.begin(line, last)) this.#long = this.#strings;
  }

  /** A line of digits that does not end: they are read as they come. Other shapes have no such lines. */
  #beginLong(shaped: ShapedLine, line: Line): void {
    const { words, shape } = shaped;
    if (shape.place !== "none" || words.prefixed || words.bad !== undefined)
      return tell(
        this.#reading,
        `a line of more than ${line.text.length} characters that begins like a dump`,
      );
    const { dump } = this.#channelOf(shaped);
    dump.finish();
    this.#long = new DigitReader(dump);
    const column = words.words[0]?.[0] ?? 0;
    this.#goOn({ ...line, from: line.from + column, offset: line.offset + column }, false);
  }

  #goOn(piece: Line, last: boolean): void {
    if (this.#lists.open) this.#lists.goOn(piece);
    const bad = this.#long?.read(piece, last);
    if (bad === undefined && !last) return;
    this.#long?.end(bad);
    this.#long = undefined;
  }
}

const NO_OUT: MessageOut = { message() {}, trouble() {}, passedOver() {} };
