import type { Field } from "../layout/index.ts";
import { type Batch, flagNames, readValue, type Shape, type Value, valueOfBits } from "../record/index.ts";
import { instructionReader, symbolReader } from "./additions.ts";
import { compileProblems, placeOf } from "./compile.ts";
import type { Additions } from "./format.ts";
import type { RenderRecord, TextProgram } from "./text-program.ts";

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
    compileFields(program, shape, shape.fields.slice(from, to).filter(here), open);
    openTo(program, open, []);
    program.record(render);
    from = to;
  }
  compileFields(program, shape, shape.fields.slice(from).filter(here), open);
  openTo(program, open, []);
  if (wanted("problems")) compileProblems(program, shape, (problems) => `"problems":${jsonText(problems)},`);
  program.dropComma();
  program.text("}");
}

function compileFields(program: TextProgram, shape: Shape, fields: readonly Field[], open: string[]): void {
  for (let next = 0; next < fields.length; ) {
    const group = groupOf(fields, next);
    openTo(program, open, parentOf(group[0] as Field));
    if (group.length > 1) compileContainer(program, shape, group);
    else compileMember(program, shape, group[0] as Field);
    next += group.length;
  }
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

/** Consecutive fields of one container of at most 32 bits: they are rendered together, once a raw value. */
function groupOf(fields: readonly Field[], first: number): Field[] {
  const head = fields[first] as Field;
  const together = (field: Field) =>
    field.byte === head.byte &&
    field.size === head.size &&
    ["uint", "bool"].includes(field.type) &&
    parentOf(field).join() === parentOf(head).join();
  if (head.size > 4 || !together(head)) return [head];
  let last = first + 1;
  while (last < fields.length && together(fields[last] as Field)) last++;
  return fields.slice(first, last);
}

function compileContainer(program: TextProgram, shape: Shape, group: Field[]): void {
  const head = group[0] as Field;
  const whole = { ...head, shift: 0, width: head.size * 8 };
  const { word, shift, mask } = placeOf(whole);
  const key = `json ${shape.abi} ${group.map((field) => field.path.replace(/^.*Segment/, "segment")).join()}`;
  program.words(key, word, shift, mask, (raw) =>
    group.map((field) => member(field.name, bitsOfContainer(field, raw))).join(""),
  );
}

function bitsOfContainer(field: Field, raw: number): Value {
  return valueOfBits(
    field,
    Number((BigInt(raw) >> BigInt(field.shift)) & ((1n << BigInt(field.width)) - 1n)),
  ) as Value;
}

function compileMember(program: TextProgram, shape: Shape, field: Field): void {
  const key = `json ${shape.abi} ${field.path}`;
  const { word, shift, mask } = placeOf(field);
  switch (field.type) {
    case "position": {
      const end = field.name === "time" ? program.ifTime() : undefined;
      program.text(`"${field.name}":`);
      if (field.name === "file") program.file();
      else if (field.name === "index") program.index();
      else if (field.name === "offset") program.offset();
      else compileTimeText(program);
      program.text(",");
      if (end !== undefined) program.here(end);
      return;
    }
    case "messageType":
      if (shape.type) program.text(member(field.name, shape.type.name));
      else program.words(key, word, shift, mask, (raw) => member(field.name, valueOfBits(field, raw)));
      return;
    case "constant":
      program.text(member(field.name, field.constant as string));
      return;
    case "uint":
      program.text(`"${field.name}":`);
      program.decimal(word, shift, mask);
      program.text(",");
      return;
    case "hex64":
      program.text(`"${field.name}":"0x`);
      program.hex16(word);
      program.text('",');
      return;
    case "hex128":
      program.text(`"${field.name}":"0x`);
      program.hex16(word + 2);
      program.hex16(word);
      program.text('",');
      return;
    case "bytes":
      program.text(`"${field.name}":"`);
      program.bytes(field.byte, field.length ?? 0, field.count && placeOf(field.count));
      program.text('",');
      return;
    case "array":
      program.record((batch, record) => member(field.name, readValue(batch, record, field) as Value));
      return;
    case "flags":
      program.words(key, word, 0, 0x3fffff, (raw) => member(field.name, flagNames(raw)));
      return;
    default:
      program.words(key, word, shift, mask, (raw) => member(field.name, valueOfBits(field, raw)));
  }
}

function compileTimeText(program: TextProgram): void {
  program.text('"');
  program.time();
  program.text('"');
}

/** `"name":value,` or nothing where there is no value. */
function member(name: string, value: Value | undefined): string {
  return value === undefined ? "" : `"${name}":${jsonText(value)},`;
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
