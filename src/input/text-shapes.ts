/**
 * The shapes of lines that hold bytes, a row each: to add one, add its row. They are tried in the order of the
 * table, and the first that fits decides. A row finds where the words begin; text-words.ts reads them.
 *
 * How words of several bytes are read is one rule for all: in the order, as they stand or as little-endian
 * numbers, in which the dump's first four bytes are the code of a message type; where that does not tell, in the
 * order of the row.
 */

import type { Place } from "./text-dump.ts";
import type { WordOrder } from "./text-row.ts";
import { barOf, bytesOfWords, readWords, type Words } from "./text-words.ts";

export interface LineShape {
  name: string;
  /** A line of this shape. */
  example: string;
  /** Finds the offset (the group `offset`), and ends where the words begin. In a log it may be anywhere. */
  head: RegExp;
  place: Place;
  order: WordOrder;
  /** The bases that its offsets may have; the second line of a dump tells. */
  radixes: readonly number[];
  /** Lines of other kinds may stand between, and lines of several dumps be mixed: a log. */
  log?: boolean;
  /** Where the text column begins, in lines whose words may have wider gaps: else it is behind two spaces. */
  textAt?: (line: string, from: number) => number;
  /** What must be so of the words, and of the text behind them. */
  fits?: (words: Words, offset: string, rest: string) => boolean;
}

/** Time of a log line: `[   12.345678] `, `[Tue Jul  1 …] `, `2025-07-01T12:00:00,123456+00:00 `, `Jul 01 12:00:00 `. */
const TIME =
  /^(?:<\d{1,3}>)?(?:[a-z0-9]+ *: *[a-z]+ *: ?)?(?:\[[ \w.:<>+-]*\d[ \w.:<>+-]*\]|\d{4}-\d\d-\d\d[T ][\d:.,]+(?: ?(?:Z|[+-]\d\d:?\d\d))?|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)?) ?/;

/** Columns of 16 bytes with a wider gap in their middle. */
const STRACE_COLUMNS = 48;

/** Every shape, in the order in which they are tried. */
const LINE_SHAPES: readonly LineShape[] = [
  {
    name: "GDB x/xb x/xw x/xg, QEMU x",
    example: "0x7fffffffe000 <buf+16>:\t0x0000000080010000\t0x0000000000000005",
    head: /^\s*(?<offset>0x[0-9a-f]{1,16}|[0-9a-f]{6,16})(?: <[^>]*>)?:\s+(?=0x)/i,
    place: "address",
    order: "number",
    radixes: [16],
  },
  {
    name: "xxd",
    example: "00000010: 0000 0180 8000 0000 0500 0000 0000 0000  ................",
    head: /^\s*(?<offset>(?:0x)?[0-9a-f]{6,16}): {1,2}(?=[^ ])/i,
    place: "offset",
    order: "memory",
    radixes: [16, 10],
  },
  {
    name: "WinDbg db dd dq",
    example: "fffff801`12345678  00 00 01 80 80 00 00 00-05 00 00 00 00 00 00 00  ................",
    head: /^(?:#\s*)?(?<offset>[0-9a-f]{8}`[0-9a-f]{8}) {1,2}(?=[^ ])/i,
    place: "address",
    order: "number",
    radixes: [16],
  },
  {
    name: "WinDbg of 32 bits",
    example: "81234560  00 00 01 80 80 00 00 00-05 00 00 00 00 00 00 00  ................",
    head: /^(?:#\s*)?(?<offset>[0-9a-f]{8}) {2}(?=(?:[0-9a-f?]{2} ){7}[0-9a-f?]{2}-|(?:[0-9a-f?]{8} ){3}[0-9a-f?]{8}(?: {2}|$))/i,
    place: "address",
    order: "number",
    radixes: [16],
  },
  {
    name: "strace -e write=",
    example: " | 00010  00 00 01 80 80 00 00 00  05 00 00 00 00 00 00 00  ................ |",
    head: /^ *\| (?<offset>[0-9a-f]{5,16}) {2}(?=[0-9a-f]{2} .*\|\s*$)/i,
    place: "offset",
    order: "memory",
    radixes: [16],
    textAt: (_line, from) => from + STRACE_COLUMNS,
  },
  {
    name: "hexdump -C",
    example: "00000010  00 00 01 80 80 00 00 00  05 00 00 00 00 00 00 00  |................|",
    head: /^\s*(?<offset>[0-9a-f]{8,16}) {2}(?=[0-9a-f]{2}(?: |$))/i,
    place: "offset",
    order: "memory",
    radixes: [16],
    textAt: barOf,
  },
  {
    name: "od -A x -t x1, hexdump",
    example: "000010 00 00 01 80 80 00 00 00 05 00 00 00 00 00 00 00",
    head: /^\s*(?<offset>[0-9a-f]{6,16}) +(?=[0-9a-f])/i,
    place: "offset",
    order: "number",
    radixes: [16, 10, 8],
    textAt: barOf,
    fits: (words, offset) => words.digits !== offset.length,
  },
  {
    name: "hexdump -C behind other text",
    example: "vp0: 00000010  00 00 01 80 80 00 00 00  05 00 00 00 00 00 00 00  |................|",
    head: /(?<=[\s:\]>|])(?<offset>[0-9a-f]{8,16}) {2}(?=(?:[0-9a-f]{2} {1,2}){1,16} *\|.*\|\s*$)/i,
    place: "offset",
    order: "memory",
    radixes: [16],
    log: true,
    textAt: barOf,
  },
  {
    name: "od -A x -t x1, hexdump behind other text",
    example: "vp0: 000010 00 00 01 80 80 00 00 00 05 00 00 00 00 00 00 00  >................<",
    head: /(?<=[\s:\]>|])(?<offset>[0-9a-f]{6,16})(?= {1,3}(?:(?:[0-9a-f]{2} ){7,31}[0-9a-f]{2}|(?:[0-9a-f]{4} +){7}[0-9a-f]{4}|(?:[0-9a-f]{8} ){3}[0-9a-f]{8}|[0-9a-f]{16} [0-9a-f]{16})(?: *>.*<)?\s*$) +/i,
    place: "offset",
    order: "number",
    radixes: [16, 10, 8],
    log: true,
    textAt: barOf,
    fits: (words, offset) => words.digits !== offset.length,
  },
  {
    name: "print_hex_dump, DUMP_PREFIX_OFFSET or DUMP_PREFIX_ADDRESS",
    example:
      "[   12.345678] hvmsg: 00000010: 00 00 01 80 80 00 00 00 05 00 00 00 00 00 00 00  ................",
    head: /(?<![0-9a-f])(?<offset>[0-9a-f]{16}|[0-9a-f]{8})(?:: | {2})(?=(?:[0-9a-f]{2}|[0-9a-f]{4}|[0-9a-f]{8}|[0-9a-f]{16})(?: |$))/i,
    place: "offset",
    order: "number",
    radixes: [16],
    log: true,
  },
  {
    name: "hex digits alone: xxd -p, od -A n, with or without spaces, commas, 0x, quotes",
    example: "0000018080000000050000000000000002000000010113001000",
    head: /^[\s"']*(?=0x[0-9a-f]{2}|[0-9a-f]{4}|[0-9a-f]{2}(?:[ ,:\t-]|$))/i,
    place: "none",
    order: "memory",
    radixes: [16],
    // One group and other text behind it is a checksum with its file.
    fits: (words, _offset, rest) => words.words.length > 1 || /^["',;)]*$/.test(rest),
  },
  {
    name: "print_hex_dump, DUMP_PREFIX_NONE; bpftrace %rh behind other text",
    example: "[   12.345678] hvmsg: 00 00 01 80 80 00 00 00 05 00 00 00 00 00 00 00",
    head: /(?<!\bCode)[:=\]>,(] ?["']?(?=(?:[0-9a-f]{2} ){15}|(?:[0-9a-f]{4} ){7}|(?:[0-9a-f]{8} ){3}|[0-9a-f]{16} [0-9a-f]{16}|[0-9a-f]{80})/i,
    place: "none",
    order: "number",
    radixes: [16],
    log: true,
  },
];

/** A line that holds bytes, or should. */
export interface ShapedLine {
  shape: LineShape;
  /** Text before the offset or the words that tells dumps in one log apart, and where the time before it ends. */
  tag: string;
  timeEnd: number;
  /** Digits of the offset, "" where it has none, and the column where they stand. */
  offset: string;
  offsetFrom: number;
  words: Words;
}

/** Where the words of a line begin, for one shape; undefined where it is none of that shape. */
function shapedLine(line: string, shape: LineShape): ShapedLine | undefined {
  const match = shape.head.exec(line);
  if (!match) return undefined;
  const from = match.index + match[0].length;
  const words = readWords(line, from, shape.textAt?.(line, from));
  const offset = match.groups?.offset ?? "";
  const rest = line.slice(words.end).trim();
  if (words.words.length === 0 || shape.fits?.(words, offset, rest) === false) return undefined;
  const offsetFrom = line.indexOf(offset, match.index);
  const tag = shape.log ? line.slice(0, offset === "" ? from : offsetFrom) : "";
  const timeEnd = endOfTime(tag);
  return { shape, tag: tag.slice(timeEnd), timeEnd, offset, offsetFrom, words };
}

/** What a line of a log has behind its times, and behind the text that tells its dump; undefined: it is of another. */
export function behindTag(line: string, tag: string): string | undefined {
  const rest = line.slice(endOfTime(line));
  return rest.startsWith(tag) ? rest.slice(tag.length) : undefined;
}

/** Where the times at the start of a log line end; a syslog has its own before the kernel's. */
function endOfTime(tag: string): number {
  const first = TIME.exec(tag)?.[0].length ?? 0;
  const second = /^.*\[ *\d+\.\d+\] ?/.exec(tag)?.[0].length ?? 0;
  return Math.max(first, second);
}

const ISO_TIME = /(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))? ?(Z|[+-]\d\d:?\d\d)/;

/** The time in a log line, where it says its zone: seconds since 1970, and nanoseconds. */
export function timeOf(text: string): { seconds: number; nanoseconds: number } | undefined {
  const match = ISO_TIME.exec(text);
  if (!match) return undefined;
  const [, day, time, fraction = "", zone = "Z"] = match;
  const iso = `${day}T${time}${zone.replace(/^(...)(\d\d)$/, "$1:$2")}`;
  const seconds = Date.parse(iso) / 1000;
  return Number.isFinite(seconds) ? { seconds, nanoseconds: Number(fraction.padEnd(9, "0")) } : undefined;
}

/**
 * The first shape that a line has. A line that begins like one and goes on otherwise (`words.bad`) is of that
 * shape only where it has `least` bytes before that; else it is other text.
 */
export function recogniseLine(line: string, least: (shape: LineShape) => number): ShapedLine | undefined {
  for (const shape of LINE_SHAPES) {
    const shaped = shapedLine(line, shape);
    if (shaped && bytesOfWords(shaped.words) >= least(shape)) return shaped;
  }
  return undefined;
}
