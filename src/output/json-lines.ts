import type { Field } from "../layout/index.ts";
import { type Batch, flagNames, readValue, type Shape, type Value, valueOfBits } from "../record/index.ts";
import { instructionReader, symbolReader } from "./additions.ts";
import { compileFields, compileProblems, placeOf, valueKey } from "./compile.ts";
import type { Additions } from "./format.ts";
import { FLAGS_MASK } from "./plain-value.ts";
import type { RenderRecord } from "./text-assembler.ts";
import type { TextProgram } from "./text-program.ts";

/**
 * Compiles the JSON object of a shape's records, without the end of the line. Every member is written with a
 * comma behind it, and the last one's is taken back, because some members (names, problems) are not always there.
 */
export function compileJson(
  program: TextProgram,
  shape: Shape,
  wanted: (path: string) => boolean,
  files: boolean,
  additions: Additions = {},
) {
  const here = ({ path }: Field) => wanted(path) && (files || path !== "file");
  program.text("{");
  const open: string[] = [];
  let from = 0;
  for (const { after, render } of addedMembers(shape, additions, wanted)) {
    const to = shape.fields.findIndex((field) => field.path === after) + 1;
    compileMembers(program, shape, shape.fields.slice(from, to).filter(here), open);
    openTo(program, open, []);
    program.record(render);
    from = to;
  }
  compileMembers(program, shape, shape.fields.slice(from).filter(here), open);
  openTo(program, open, []);
  if (wanted("problems")) compileProblems(program, shape, (problems) => `"problems":${jsonText(problems)},`);
  program.dropComma();
  program.text("}");
}

function compileMembers(program: TextProgram, shape: Shape, fields: readonly Field[], open: string[]): void {
  compileFields(
    program,
    fields,
    (position) => openTo(program, open, parentOf(fields[position] as Field)),
    (position) => compileMember(program, shape, fields[position] as Field),
  );
}

/** Members that are in no bytes, in the order of the record, and the field after which each stands. */
function addedMembers(
  shape: Shape,
  additions: Additions,
  wanted: (path: string) => boolean,
): { after: string; render: RenderRecord }[] {
  const symbol = wanted("symbol") ? symbolReader(shape, additions.symbols) : undefined;
  const instruction = wanted("instruction") ? instructionReader(shape, additions) : undefined;
  return [
    ...(symbol
      ? [
          {
            after: "rip",
            render: (batch: Batch, record: number) => member("symbol", symbol(batch, record) || undefined),
          },
        ]
      : []),
    ...(instruction
      ? [
          {
            after: "iopl",
            render: (batch: Batch, record: number) =>
              member("instruction", instruction(batch, record) as Value | undefined),
          },
        ]
      : []),
  ];
}

function compileMember(program: TextProgram, shape: Shape, field: Field): void {
  if (field.type === "name") {
    const { word, shift, mask } = placeOf(field);
    program.value(`json ${field.path}`, word, shift, mask, (raw) => {
      const name = valueOfBits(field, raw);
      return name === undefined ? "" : `"${field.name}":${jsonText(name)},`;
    });
    return;
  }
  const end = field.path === "time" ? program.ifTime() : undefined;
  program.text(`"${field.name}":`);
  compileValue(program, shape, field);
  program.text(",");
  if (end !== undefined) program.here(end);
}

function compileValue(program: TextProgram, shape: Shape, field: Field): void {
  if (field.constant !== undefined) return program.text(jsonText(field.constant));
  const { word, shift, mask } = placeOf(field);
  switch (field.type) {
    case "position":
      return compilePosition(program, field);
    case "uint":
      return program.decimal(word, shift, mask);
    case "hex64":
    case "hex128":
      program.text('"0x');
      if (field.type === "hex128") program.hex16(word + 2);
      program.hex16(word);
      return program.text('"');
    case "bytes":
      program.text('"');
      program.bytes(field.byte, field.length ?? 0, field.count && placeOf(field.count));
      return program.text('"');
    case "array":
      return compileArray(program, shape, field);
    case "flags":
      return program.value("json flags", word, 0, FLAGS_MASK, (raw) => jsonText(flagNames(raw)));
    default:
      return program.value(valueKey("json", shape, field), word, shift, mask, (raw) =>
        jsonText(valueOfBits(field, raw) as Value),
      );
  }
}

function compilePosition(program: TextProgram, field: Field): void {
  if (field.name === "file") program.file();
  else if (field.name === "index") program.index();
  else if (field.name === "offset") program.offset();
  else {
    program.text('"');
    program.time();
    program.text('"');
  }
}

/** An array of plain values that are all valid is as many values; others (GPA ranges) are rare. */
function compileArray(program: TextProgram, shape: Shape, field: Field): void {
  const { element = [], stride = 0, length = 0 } = field;
  if (!field.plain || field.count) {
    program.record((batch, record) => jsonText(readValue(batch, record, field) as Value));
    return;
  }
  program.text("[");
  for (let position = 0; position < length; position++) {
    compileValue(program, shape, { ...(element[0] as Field), byte: field.byte + position * stride });
    program.text(",");
  }
  program.dropComma();
  program.text("]");
}

/** JSON without control characters that a terminal would obey: DEL and the C1 controls are escaped too. */
export function jsonText(value: Value): string {
  return JSON.stringify(value).replace(
    /[\x7f-\x9f]/g,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  );
}

function parentOf(field: Field): string[] {
  return field.path.split(".").slice(0, -1);
}

/** Closes and opens objects until `parent` is the open one. */
function openTo(program: TextProgram, open: string[], parent: string[]): void {
  let shared = 0;
  while (shared < open.length && open[shared] === parent[shared]) shared++;
  while (open.length > shared) {
    open.pop();
    program.dropComma();
    program.text("},");
  }
  for (const name of parent.slice(shared)) {
    open.push(name);
    program.text(`"${name}":{`);
  }
}

/** `"name":value,` or nothing where there is no value. */
function member(name: string, value: Value | undefined): string {
  return value === undefined ? "" : `"${name}":${jsonText(value)},`;
}
