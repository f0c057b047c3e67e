/** A line of a dump once its shape is known: where the digits stand, so that lines like it are read at once. */
import { bytesOfWords, type Word, type Words } from "./text-words.ts";

/** How the digits of a group become bytes: in the order in which they stand, or as a little-endian number. */
export type WordOrder = "memory" | "number";

/** Lines whose digits stand in the same columns. */
export interface RowTemplate {
  /** Bytes of a line. */
  count: number;
  /** Column of the first of the two digits of each byte. */
  columns: Int32Array;
  /** Columns of the digits of the offset. */
  offset: Int32Array;
  /** Columns whose character has to be the same, and that character. */
  fixedColumns: Int32Array;
  fixed: Uint8Array;
  /** Columns that have to be there; more only where `open`, a text column. */
  end: number;
  open: boolean;
}

/** What a line consists of, by its columns. */
export interface RowParts {
  words: Words;
  order: WordOrder;
  /** Columns of the digits of the offset; empty: it has none. */
  offset: readonly number[];
  /** Columns before this may change from line to line where they hold digits: a log's time. */
  timeEnd: number;
  /** The same between the offset and the words: GDB's `<symbol+16>`. */
  labelFrom: number;
}

/** The template of a line. */
export function rowTemplate(line: string, parts: RowParts): RowTemplate {
  const { words, order, offset } = parts;
  const columns = byteColumns(words.words, order);
  const open = line.slice(words.end).trim() !== "";
  const end = open ? words.end + textGap(line, words.end) : line.length;
  const free = new Set([...offset, ...columns, ...columns.map((column) => column + 1)]);
  // A backtick stands between the digits of a byte's neighbours, never inside a byte.
  const fixedColumns = Array.from({ length: end }, (_, column) => column).filter(
    (column) => !free.has(column) && !mayChange(line, column, parts),
  );
  return {
    count: bytesOfWords(words),
    columns: Int32Array.from(columns),
    offset: Int32Array.from(offset),
    fixedColumns: Int32Array.from(fixedColumns),
    fixed: Uint8Array.from(fixedColumns, (column) => line.charCodeAt(column)),
    end,
    open,
  };
}

function byteColumns(words: readonly Word[], order: WordOrder): number[] {
  return words.flatMap((word) => {
    const bytes = word.filter((_, digit) => digit % 2 === 0);
    return order === "memory" ? bytes : bytes.reverse();
  });
}

/** Columns of the gap before the text column that tell it: two spaces, or the spaces and a bar. */
function textGap(line: string, end: number): number {
  const gap = /^ *[|>]/.exec(line.slice(end));
  return gap ? gap[0].length : Math.min(2, line.length - end);
}

function mayChange(line: string, column: number, { timeEnd, labelFrom, words }: RowParts): boolean {
  const first = words.words[0]?.[0] ?? 0;
  const variable = column < timeEnd || (column >= labelFrom && column < first - (words.prefixed ? 2 : 0));
  return variable && /[0-9 ]/.test(line[column] as string);
}

/** Values of hexadecimal digits; 0x100 for anything else. */
const DIGITS = new Uint16Array(256).fill(0x100);
for (let value = 0; value < 16; value++) {
  DIGITS[value.toString(16).charCodeAt(0)] = value;
  DIGITS[value.toString(16).toUpperCase().charCodeAt(0)] = value;
}

/** The value of a hexadecimal digit, or 0x100. */
export function digitValue(code: number): number {
  return DIGITS[code] as number;
}

/**
 * Reads the line bytes[from..to) into `into` from `at` on; false where it does not have the template's shape. This
 * runs once a line of a dump and does no more than it has to.
 */
export function readRow(
  template: RowTemplate,
  bytes: Uint8Array,
  from: number,
  to: number,
  into: Uint8Array,
  at: number,
): boolean {
  const { end, open, count, columns, fixedColumns, fixed } = template;
  const length = to - from;
  if (length < end || (length > end && !open)) return false;
  let wrong = 0;
  for (let index = 0; index < fixedColumns.length; index++)
    wrong |= bytes[from + fixedColumns[index]!]! ^ fixed[index]!;
  if (wrong !== 0) return false;
  for (let index = 0; index < count; index++) {
    const column = from + columns[index]!;
    const value = (DIGITS[bytes[column]!]! << 4) | DIGITS[bytes[column + 1]!]!;
    wrong |= value;
    into[at + index] = value;
  }
  return wrong < 0x100;
}

/** Reads the offset of a line into `address`; false where a character is no digit of the base. */
export function readOffset(
  { offset }: RowTemplate,
  bytes: Uint8Array,
  from: number,
  radix: number,
  address: { high: number; low: number },
): boolean {
  let high = 0;
  let low = 0;
  for (let index = 0; index < offset.length; index++) {
    const value = DIGITS[bytes[from + offset[index]!]!]!;
    if (value >= radix) return false;
    if (radix === 16) {
      high = ((high << 4) | (low >>> 28)) >>> 0;
      low = ((low << 4) | value) >>> 0;
    } else {
      low = low * radix + value;
      high = high * radix + Math.floor(low / 4294967296);
      low %= 4294967296;
    }
  }
  address.high = high;
  address.low = low;
  return true;
}
