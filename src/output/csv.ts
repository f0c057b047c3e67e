/**
 * CSV as RFC 4180 has it: a header row, a column a field path, CRLF at the end of a line (strict readers ask for it and
 * all others take it). A field that a message does not have is empty.
 */
import { printable } from "../base/text.ts";
import type { Field } from "../layout/index.ts";
import { fieldCatalog, readValue, type Shape, type Value } from "../record/index.ts";
import { instructionReader, symbolReader } from "./additions.ts";
import { columnPaths } from "./column-paths.ts";
import { compileFields, compileProblems, placeOf, valueKey } from "./compile.ts";
import type { Additions, FormatOptions, TextFormat } from "./format.ts";
import { FLAGS_MASK, plainOfBits, plainValue } from "./plain-value.ts";
import { compilePlain } from "./table.ts";
import type { TextProgram } from "./text-program.ts";

const LINE_END = "\r\n";

/** The format for the wanted fields, by default all columns. */
export function makeCsv(options: FormatOptions): TextFormat {
  const columns = withAdditions(options);
  return {
    head: options.header ? columns.map(csvText).join(",") + LINE_END : "",
    headAlways: true,
    compile: (program, shape) => compileLine(program, shape, columns, options),
    fileText: (name) => csvText(printable(name)),
  };
}

/** Text as a CSV value: in quotes where it has to be. */
function csvText(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The columns, and those of what is added, each after the field that it is about. */
function withAdditions(options: FormatOptions): string[] {
  const added = [
    ...(options.symbols ? [["rip", "symbol"]] : []),
    ...(options.disassembler ? [["iopl", "instruction"]] : []),
  ];
  return columnPaths(options).flatMap((path) => [
    path,
    ...(options.fields ? [] : added.filter(([after]) => after === path).map(([, name]) => name as string)),
  ]);
}

/** A column that the shape does not have leaves nothing but its comma: what is on either side of it stands together. */
function compileLine(
  program: TextProgram,
  shape: Shape,
  columns: readonly string[],
  additions: Additions,
): void {
  const there = [...columns.keys()].filter((column) => {
    const path = columns[column] as string;
    return shape.byPath.has(path) || !fieldCatalog().has(path);
  });
  let written = 0;
  const commasTo = (column: number) => {
    program.text(",".repeat(column - written));
    written = column;
  };
  compileFields(
    program,
    there.map((column) => shape.byPath.get(columns[column] as string)),
    (position) => commasTo(there[position] as number),
    (position) => compileColumn(program, shape, columns[there[position] as number] as string, additions),
  );
  commasTo(columns.length - 1);
  program.text(LINE_END);
}

function compileColumn(program: TextProgram, shape: Shape, path: string, additions: Additions): void {
  const field = shape.byPath.get(path);
  if (path === "problems") compileProblems(program, shape, (problems) => csvText(problems.join("; ")));
  else if (field) compileField(program, shape, field);
  else compileAddition(program, shape, path, additions);
}

function compileAddition(program: TextProgram, shape: Shape, path: string, additions: Additions): void {
  const symbol = path === "symbol" ? symbolReader(shape, additions.symbols) : undefined;
  const instruction = path === "instruction" ? instructionReader(shape, additions) : undefined;
  if (symbol) program.record((batch, record) => csvText(printable(symbol(batch, record))));
  if (instruction) program.record((batch, record) => csvText(instruction(batch, record)?.text ?? ""));
}

function compileField(program: TextProgram, shape: Shape, field: Field): void {
  if (field.constant !== undefined) return program.text(csvText(String(field.constant)));
  const { word, shift, mask } = placeOf(field);
  switch (field.type) {
    case "uint":
    case "hex64":
    case "hex128":
    case "bytes":
      return compilePlain(program, shape, field);
    case "position":
      return field.name === "time" ? compileTime(program) : compilePlain(program, shape, field);
    case "array":
      return compileArray(program, field);
    case "flags":
      return compileBits(program, shape, field, word, 0, FLAGS_MASK);
    default:
      return compileBits(program, shape, field, word, shift, mask);
  }
}

function compileBits(
  program: TextProgram,
  shape: Shape,
  field: Field,
  word: number,
  shift: number,
  mask: number,
): void {
  program.value(valueKey("csv", shape, field), word, shift, mask, (raw) =>
    csvText(plainOfBits(field, raw) ?? ""),
  );
}

/** The time; nothing where the record has none. */
function compileTime(program: TextProgram): void {
  const end = program.ifTime();
  program.time();
  program.here(end);
}

/** A list of 128-bit values that has no count needs no plain code. */
function compileArray(program: TextProgram, field: Field): void {
  const element = field.element?.[0];
  if (!field.plain || field.count || element?.type !== "hex128")
    return program.record((batch, record) => csvText(plainValue(readValue(batch, record, field) as Value)));
  for (let position = 0; position < (field.length ?? 0); position++) {
    const word = (field.byte + position * (field.stride ?? 0)) >> 2;
    program.text(position === 0 ? "0x" : " 0x");
    program.hex16(word + 2);
    program.hex16(word);
  }
}
