/** The dump that lines of one shape belong to, and what was learned of them: so that most are read at once. */
import { type Address, parseAddress } from "./text-address.ts";
import { Dump } from "./text-dump.ts";
import type { Line } from "./text-line.ts";
import { isTypeCode, type Reading } from "./text-records.ts";
import {
  type RowParts,
  type RowTemplate,
  readOffset,
  readRow,
  rowTemplate,
  type WordOrder,
} from "./text-row.ts";
import { behindTag, type LineShape, type ShapedLine, timeOf } from "./text-shapes.ts";

/** Digits of words that numbers of whole bytes have. */
const NUMBER_DIGITS = [2, 4, 8, 16];

const ORDERS: readonly WordOrder[] = ["memory", "number"];

/** The address of the line that is being read at once; one object for all, because there are many lines. */
const place: Address = { high: 0, low: 0 };
const NOWHERE: Address = { high: 0, low: 0 };

export class Channel {
  readonly shape: LineShape;
  readonly dump: Dump;
  #template: RowTemplate | undefined;
  /** The order of words, once a type code has told it. */
  #order: WordOrder | undefined;
  /** Base of the offsets; where several are possible, the second line of a dump tells. */
  #radix = 16;
  #radixKnown: boolean;
  /** Digits of the first offset of the dump, and number of digits of the last. */
  #first = "";
  #digits = 0;
  /** Each message has to be looked at: for the order of its words, for the time of its first line. */
  #looksAtFirst = false;
  #grouped = false;

  readonly #tag: string;

  constructor(reading: Reading, { shape, offset, tag }: ShapedLine) {
    const isAddress = /^0x/i.test(offset) || offset.length >= 16;
    this.shape = shape;
    this.#tag = tag.trimEnd();
    this.dump = new Dump(reading, shape.place === "offset" && isAddress ? "address" : shape.place);
    this.#radixKnown = shape.radixes.length === 1;
  }

  /** Reads a line that is like the last one; false where it is not, or there is more to think about. */
  readAtOnce(bytes: Uint8Array, from: number, to: number, offset: number): boolean {
    const { dump } = this;
    const template = this.#template;
    if (template === undefined) return false;
    if (!readRow(template, bytes, from, to, dump.records.bytes, dump.records.length)) return false;
    if (
      this.#looksAtFirst &&
      dump.records.length === 0 &&
      !(this.#grouped && isTypeCode(dump.records.bytes, 0))
    )
      return false;
    if (dump.place === "none") {
      if (!dump.put(NOWHERE, template.count)) return true;
    } else {
      if (!this.#radixKnown || !readOffset(template, bytes, from, this.#radix, place)) return false;
      if (!dump.continuesAt(place.high, place.low)) {
        if (dump.rows < 2) return false;
        if (!dump.put(place, template.count)) return true;
      }
    }
    dump.append(template.count, offset, template.columns);
    return true;
  }

  /** Whether a line of another shape is a spoilt one of this dump: it comes inside a message, and begins none. */
  isSpoiltBy(shaped: ShapedLine, line: Line): boolean {
    if (shaped.shape === this.shape || !this.dump.insideRecord) return false;
    if (this.shape.log && !(shaped.shape.log && shaped.tag.startsWith(this.#tag))) return false;
    return !ORDERS.some((order) => beginsWithTypeCode(shaped, line, order));
  }

  /** Reads a line by its shape, and keeps where its digits stand for those that follow. */
  read(shaped: ShapedLine, line: Line): void {
    const { dump } = this;
    const { words, offset } = shaped;
    if (words.bad !== undefined) return dump.damage(words.bad);
    if (usualOrder(shaped) === "number" && !NUMBER_DIGITS.includes(words.digits))
      return dump.damage(`groups of ${words.digits} digits are no bytes or words`);
    if (!dump.open) this.#first = offset;
    this.#digits = offset.length;
    const { count, columns } = this.#readTemplate(shaped, line);
    const at = this.#address(offset);
    const known = dump.open && dump.place !== "none";
    if (known && count > dump.rowBytes && dump.continuesAt(at.high, at.low))
      return dump.damage(`${count} bytes in a line, where the others have ${dump.rowBytes}`);
    if (!dump.put(at, count)) return;
    dump.append(count, line.offset, columns, timeOf(line.text.slice(0, shaped.timeEnd)));
    if (dump.place === "none" && /^\s*["'].*["'][,;)]?\s*$/.test(line.text)) dump.finish();
  }

  /** Reads a line without bytes that belongs to the dump: a `*`, or the offset alone at its end; false for others. */
  readMark(text: string): boolean {
    const { dump, shape } = this;
    const mark = (shape.log ? behindTag(text, this.#tag) : text)?.trim();
    if (mark === undefined || !dump.open) return false;
    if (mark === "*") {
      dump.star();
      return true;
    }
    if (dump.place === "none" || mark.length < this.#digits || !/^[0-9a-f]{6,16}$/i.test(mark)) return false;
    const at = this.#address(mark);
    // A log has other numbers too.
    if (shape.log && !dump.mayEndAt(at)) return false;
    dump.endsAt(at);
    return true;
  }

  /** Puts the bytes of a line behind those of its dump. */
  #readTemplate(shaped: ShapedLine, line: Line): RowTemplate {
    const { dump } = this;
    const { words, timeEnd } = shaped;
    const usual = usualOrder(shaped);
    this.#grouped = [4, 8, 16].includes(words.digits) && !words.prefixed;
    this.#looksAtFirst = this.#grouped || timeOf(line.text.slice(0, timeEnd)) !== undefined;
    const begins = dump.records.length === 0 || isZeroOffset(shaped);
    if (this.#grouped && begins) {
      for (const order of [usual, usual === "memory" ? "number" : "memory"] as const) {
        const template = this.#readIn(order, shaped, line);
        if (!isTypeCode(dump.records.bytes, dump.records.length)) continue;
        this.#order = order;
        return template;
      }
    }
    return this.#readIn(this.#order ?? usual, shaped, line);
  }

  #readIn(order: WordOrder, shaped: ShapedLine, { text, bytes, from, to }: Line): RowTemplate {
    const template = rowTemplate(text, partsOf(shaped, order));
    readRow(template, bytes, from, to, this.dump.records.bytes, this.dump.records.length);
    this.#template = template;
    return template;
  }

  /** Where a line belongs. */
  #address(offset: string): Address {
    const { dump, shape } = this;
    if (dump.place === "none") return NOWHERE;
    const digits = bare(offset);
    if (!this.#radixKnown && dump.open && dump.rows > 0) this.#tellRadix(digits);
    const at = parseAddress(digits, this.#radix);
    // The kernel prints pointers hashed (%p): 32 bits in 16 digits, which say nothing of the order.
    const hashed = shape.log && digits.length === 16 && digits.startsWith("00000000");
    if (hashed && dump.rows === 1 && !dump.continuesAt(at.high, at.low)) dump.place = "none";
    return at;
  }

  /** Decimal and octal offsets are of tools with 7 digits or more, and of whole lines of 8 or 16 bytes. */
  #tellRadix(digits: string): void {
    for (const radix of this.shape.radixes) {
      const least = { 16: 1, 10: 8, 8: 16 }[radix] ?? 1;
      if (radix !== 16 && (digits.length < 7 || this.dump.rowBytes % least !== 0)) continue;
      const first = parseAddress(bare(this.#first), radix);
      if (!this.dump.fits(first, parseAddress(digits, radix))) continue;
      this.#radix = radix;
      this.#radixKnown = true;
      this.dump.moveTo(first);
      return;
    }
    // A gap: the next line must not be taken for the second of a dump in another base.
    this.#radixKnown = true;
  }
}

/** The order of a line's words where no type code tells it: with 0x they are numbers, very long ones are bytes. */
function usualOrder({ shape, words }: ShapedLine): WordOrder {
  if (words.prefixed) return "number";
  return words.digits > 16 ? "memory" : shape.order;
}

function isZeroOffset({ offset }: ShapedLine): boolean {
  return /^(?:0x)?0+$/.test(offset);
}

function beginsWithTypeCode(shaped: ShapedLine, { text, bytes, from, to }: Line, order: WordOrder): boolean {
  if (shaped.words.bad !== undefined) return false;
  const template = rowTemplate(text, partsOf(shaped, order));
  const into = new Uint8Array(template.count);
  return readRow(template, bytes, from, to, into, 0) && into.length >= 4 && isTypeCode(into, 0);
}

function partsOf(shaped: ShapedLine, order: WordOrder): RowParts {
  const { words, offset, offsetFrom, timeEnd } = shaped;
  return { words, order, offset: digitColumns(shaped), timeEnd, labelFrom: offsetFrom + offset.length };
}

/** Digits of an offset without 0x and WinDbg's backtick. */
function bare(offset: string): string {
  return offset.replace(/^0x|`/gi, "");
}

function digitColumns({ offset, offsetFrom }: ShapedLine): number[] {
  const from = /^0x/i.test(offset) ? 2 : 0;
  const columns = Array.from({ length: offset.length - from }, (_, index) => from + index);
  return columns.filter((column) => offset[column] !== "`").map((column) => offsetFrom + column);
}
