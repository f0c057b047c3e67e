import { printable } from "../base/text.ts";
import type { RipNames } from "../code/index.ts";
import type { Field, Phrase } from "../layout/index.ts";
import { ACCESS_PHRASE, type Group, MODE_PHRASE } from "../messages/index.ts";
import {
  ADDED_FIELDS,
  fieldCatalog,
  readValue,
  type Shape,
  type Value,
  valueOfBits,
} from "../record/index.ts";
import { instructionNote, instructionReader, SYMBOL_WIDTH, symbolCell, symbolReader } from "./additions.ts";
import { Clock } from "./clock.ts";
import { compilePhrase, compileProblems, placeOf, valueKey } from "./compile.ts";
import type { Additions, FormatOptions } from "./format.ts";
import type { TextProgram } from "./text-program.ts";

/** A column of the table: fixed width, so that lines stream and still line up. */
interface Column {
  title: string;
  width: number;
  /** It pads itself. */
  padded?: boolean;
  /** Its text takes few values in a capture: neighbours of this kind are a steady part. */
  steady?: boolean;
  compile(program: TextProgram, shape: Shape): void;
}

/** The header line and the compiler of the table's lines; `titles` are those of the default columns that are wanted. */
export function makeTable(
  options: FormatOptions,
  titles?: readonly string[],
): {
  header: string;
  compile(program: TextProgram, shape: Shape): void;
  /** What the column of times has to be told. */
  clock?: Clock;
} {
  const columns = options.fields
    ? options.fields.map((path) => fieldColumn(path, options))
    : defaultColumns(options).filter((column) => titles?.includes(column.title) ?? true);
  const clock = options.time === undefined ? undefined : new Clock(options.time, options.shapes);
  if (clock) columns.splice(options.fields ? 0 : 1, 0, timeColumn(clock));
  if (options.files.length > 1 && !options.fields?.includes("file"))
    columns.unshift(fileColumn(options.files));
  const last = columns.at(-1);
  const heads = columns.map((column) => (column === last ? column.title : column.title.padEnd(column.width)));
  return {
    ...(clock ? { clock } : {}),
    header: `${options.style.bold(heads.join(" "))}\n`,
    compile(program, shape) {
      const compileAll = (some: readonly Column[]) => {
        for (const column of some) compileColumn(program, shape, column, column === last);
      };
      for (let next = 0; next < columns.length; ) {
        let end = next;
        while (columns[end]?.steady) end++;
        if (end > next) program.steady(() => compileAll(columns.slice(next, end)));
        else compileAll(columns.slice(next, ++end));
        next = end;
      }
    },
  };
}

function compileColumn(program: TextProgram, shape: Shape, column: Column, isLast: boolean): void {
  const pads = !isLast && !column.padded;
  if (pads) program.mark();
  column.compile(program, shape);
  if (pads) program.pad(column.width);
  program.text(isLast ? "\n" : " ");
}

/** Width of the message type: the longest short name has 24 letters. */
const COLORED_WIDTH = 24;

const GROUP_COLORS: Record<Group, "magenta" | "green" | "cyan" | "blue" | "red"> = {
  memory: "magenta",
  io: "green",
  processor: "cyan",
  synic: "blue",
  error: "red",
};

function defaultColumns(options: FormatOptions): Column[] {
  const { style, symbols } = options;
  const phrase = (path: string) => [{ part: "hex", field: path, width: 64 } as const];
  return [
    { title: "index", width: 8, compile: (program) => program.index() },
    {
      title: "vp",
      width: 4,
      compile: (program, shape) => compilePhrase(program, shape, [{ part: "decimal", field: "vpIndex" }]),
    },
    {
      title: "type",
      width: COLORED_WIDTH,
      padded: true,
      compile(program, shape) {
        const paint = shape.type ? style[GROUP_COLORS[shape.type.group]] : style.red;
        painted(program, paint, () => {
          if (shape.type) program.text(shape.type.short);
          else if (shape.framing === "header") program.text("-");
          else compilePhrase(program, shape, phrase("messageTypeCode"));
        });
      },
    },
    {
      title: "access",
      width: 7,
      steady: true,
      compile: (program, shape) => compilePhrase(program, shape, ACCESS_PHRASE),
    },
    {
      title: "mode",
      width: 6,
      steady: true,
      compile(program, shape) {
        compilePhrase(program, shape, modePhrase(shape));
      },
    },
    {
      title: "rip",
      width: 18,
      compile(program, shape) {
        const rip = shape.byPath.get("rip");
        if (!rip) return;
        program.text("0x");
        program.hex16(rip.byte >> 2);
      },
    },
    ...(symbols ? [symbolColumn(symbols)] : []),
    {
      title: "rflags",
      width: 8,
      compile: (program, shape) => compilePhrase(program, shape, phrase("rflags")),
    },
    {
      title: "detail",
      width: 0,
      compile(program, shape) {
        compilePhrase(program, shape, shape.phrase);
        const instruction = instructionReader(shape, options);
        if (instruction)
          program.record((batch, record) => {
            const found = instruction(batch, record);
            return found ? style.dim(instructionNote(shape, found, batch, record)) : "";
          });
        compileProblems(program, shape, (problems) => style.yellow(`  ! ${problems.join("; ")}`));
      },
    },
  ];
}

/** A column whose text is coloured: the marks do not count for its width. */
function painted(program: TextProgram, paint: (text: string) => string, compile: () => void): void {
  const [before = "", after = ""] = paint("\0").split("\0");
  program.text(before);
  program.mark();
  compile();
  program.pad(COLORED_WIDTH);
  program.text(after);
}

/** The phrase for the processor mode, where the record has all that tells it. */
export function modePhrase(shape: Shape): Phrase {
  const needed = ["executionState.cr0Pe", "csSegment.long", "rflags"];
  return needed.every((path) => shape.byPath.has(path)) ? MODE_PHRASE : [];
}

function fileColumn(files: readonly string[]): Column {
  const width = Math.min(40, Math.max(4, ...files.map((file) => printable(file).length)));
  return { title: "file", width, compile: (program) => program.file() };
}

/** What the RIP lies in; its names are cut so that the columns after it line up. */
function symbolColumn(symbols: RipNames): Column {
  const blank = " ".repeat(SYMBOL_WIDTH);
  const cells = new Map<string, string>();
  const cell = (text: string) => {
    let made = cells.get(text);
    if (made === undefined) {
      if (cells.size >= MOST_CELLS) cells.clear();
      made = symbolCell(text);
      cells.set(text, made);
    }
    return made;
  };
  return {
    title: "symbol",
    width: SYMBOL_WIDTH,
    padded: true,
    compile(program, shape) {
      const read = symbolReader(shape, symbols);
      if (read) program.record((batch, record) => cell(read(batch, record)));
      else program.text(blank);
    },
  };
}

/** Cells that are kept made. */
const MOST_CELLS = 10_000;

function timeColumn(clock: Clock): Column {
  return {
    title: "time",
    width: clock.width,
    compile: (program) => program.record((batch, record) => clock.text(batch, record)),
  };
}

/** A column of one field, as wide as its values can be; `-` where a message does not have it. */
function fieldColumn(path: string, options: FormatOptions): Column {
  const entry = fieldCatalog().get(path);
  const added = ADDED_FIELDS.some((each) => each.path === path);
  const width = Math.max(path.length, entry ? widthOf(entry.field) : added ? SYMBOL_WIDTH : 0);
  return {
    title: path,
    width,
    compile(program, shape) {
      const field = shape.byPath.get(path);
      if (field) compilePlain(program, shape, field);
      else if (added) compileAddition(program, shape, path, options);
      else if (path === "problems") compileProblems(program, shape, (problems) => problems.join("; "));
      else program.text("-");
    },
  };
}

/** `symbol` or `instruction` as plain text, `-` where a record has none. */
export function compileAddition(
  program: TextProgram,
  shape: Shape,
  path: string,
  additions: Additions,
): void {
  const symbol = path === "symbol" ? symbolReader(shape, additions.symbols) : undefined;
  const instruction = path === "instruction" ? instructionReader(shape, additions) : undefined;
  if (symbol) program.record((batch, record) => printable(symbol(batch, record)) || "-");
  else if (instruction) program.record((batch, record) => instruction(batch, record)?.text ?? "-");
  else program.text("-");
}

function widthOf(field: Field): number {
  switch (field.type) {
    case "hex64":
      return 18;
    case "hex128":
      return 34;
    case "bool":
      return 5;
    case "enum":
    case "messageType":
      return Math.max(...[...(field.values?.values.values() ?? [])].map((name) => name.length));
    case "name":
      return Math.max(...(field.names?.rows() ?? []).map((row) => row.name.length));
    case "bytes":
      return Math.min(32, (field.length ?? 0) * 2);
    case "access":
      return 7;
    case "flags":
      return 20;
    case "uint":
      return Math.ceil(field.width * 0.30103);
    case "position":
      return field.name === "time" ? 30 : 10;
    default:
      return 10;
  }
}

/** The value of a field as plain text: as in JSON, without quotes, lists joined by commas. */
export function compilePlain(program: TextProgram, shape: Shape, field: Field): void {
  if (field.constant !== undefined) return program.text(String(field.constant));
  const { word, shift, mask } = placeOf(field);
  switch (field.type) {
    case "position":
      if (field.name === "file") program.file();
      else if (field.name === "index") program.index();
      else if (field.name === "offset") program.offset();
      else compileTime(program);
      return;
    case "uint":
      return program.decimal(word, shift, mask);
    case "hex64":
    case "hex128":
      program.text("0x");
      if (field.type === "hex128") program.hex16(word + 2);
      return program.hex16(word);
    case "bytes":
      return program.bytes(field.byte, field.length ?? 0, field.count && placeOf(field.count));
    case "array":
    case "flags":
      return program.record((batch, record) => plainText(readValue(batch, record, field)));
    default:
      return program.value(valueKey("plain", shape, field), word, shift, mask, (raw) =>
        plainText(valueOfBits(field, raw)),
      );
  }
}

/** The time, or `-` where the record has none. */
function compileTime(program: TextProgram): void {
  const without = program.ifTime();
  program.time();
  const end = program.jump();
  program.here(without);
  program.text("-");
  program.here(end);
}

function plainText(value: Value | undefined): string {
  if (value === undefined) return "-";
  if (Array.isArray(value)) return value.map((each) => plainText(each)).join(",");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
