import type { Style } from "../base/style.ts";
import { hex, printable } from "../base/text.ts";
import type { Field } from "../layout/index.ts";
import { MEANINGS } from "../messages/index.ts";
import {
  type Batch,
  flagNames,
  readProblems,
  readUnsigned,
  readValue,
  type Shape,
  timeText,
  type Value,
} from "../record/index.ts";
import { instructionReader, lengthMeaning, symbolReader } from "./additions.ts";
import type { FormatOptions } from "./format.ts";

/** A record, its sentence, and how it is to be shown. */
interface RecordAbout {
  batch: Batch;
  record: number;
  shape: Shape;
  phrase: string;
  /** The processor mode; "" where the record does not tell. */
  mode: string;
  file: string;
  options: FormatOptions;
}

/** Makes the text of one record. */
export type RecordText = (about: RecordAbout) => string;

/** A line of the tree: a group's name, or a field with its value and meaning. */
interface Line {
  depth: number;
  name: string;
  value: string;
  meaning: string;
  /** The bytes that it comes from; absent: the line is a group's. */
  field?: Pick<Field, "byte" | "size">;
}

/** The text of a record as a tree: every field a line, with what its value means. `phrase` is its sentence. */
export function treeText(about: RecordAbout): string {
  const { style } = about.options;
  const body = describe(about).map((line) => {
    const indent = "  ".repeat(line.depth + 1);
    if (!line.field) return `${indent}${style.bold(line.name)}\n`;
    const left = `${indent}${line.name.padEnd(30 - indent.length)} `;
    return `${left}${style.cyan(line.value)}${line.meaning === "" ? "" : `  ${style.dim(line.meaning)}`}\n`;
  });
  return heading(about) + body.join("") + problemLines(about);
}

/** The same beside the bytes that each field comes from. */
export function hexText(about: RecordAbout): string {
  const { batch, record, shape } = about;
  const { style } = about.options;
  const base = record * 256;
  let out = heading(about);
  const start = shape.framing === "header" ? 16 : 0;
  let shown = start;
  for (const line of describe(about)) {
    const indent = "  ".repeat(line.depth);
    if (!line.field) {
      out += `${" ".repeat(57)}${indent}${style.bold(line.name)}\n`;
      continue;
    }
    const { byte, size } = line.field;
    const fresh = size > 0 && byte >= shown;
    if (fresh) out += hexRows(batch.bytes, base, shown, byte, start, "(reserved or unused)", style);
    const text = `${indent}${line.name.padEnd(26 - indent.length)} ${style.cyan(line.value)}`;
    const meaning = line.meaning === "" ? "" : `  ${style.dim(line.meaning)}`;
    if (fresh) {
      out += hexRows(batch.bytes, base, byte, byte + size, start, text + meaning, style, true);
      shown = byte + size;
    } else {
      out += `${" ".repeat(57)}${text}${meaning}\n`;
    }
  }
  const end = endOf(about);
  out += hexRows(batch.bytes, base, shown, end, start, "(reserved or unused)", style);
  if (shape.framing === "message" && end < 256)
    out += style.dim(
      `${offsetText(end)}  ${256 - end} bytes past the message: stale or missing, not shown\n`,
    );
  return out + problemLines(about);
}

function offsetText(byte: number): string {
  return `0x${byte.toString(16).padStart(4, "0")}`;
}

/** Rows of up to 16 bytes, the first with a label. */
function hexRows(
  bytes: Uint8Array,
  base: number,
  from: number,
  to: number,
  start: number,
  label: string,
  style: Style,
  known = false,
): string {
  let out = "";
  for (let byte = from; byte < to; byte += 16) {
    const row = bytes.subarray(base + byte, base + Math.min(to, byte + 16));
    const digits = Array.from(row, (each) => each.toString(16).padStart(2, "0"))
      .join(" ")
      .padEnd(47);
    const shownLabel = byte === from ? (known ? label : style.dim(label)) : "";
    out +=
      `${style.dim(offsetText(byte - start))}  ${known ? style.green(digits) : style.dim(digits)}  ${shownLabel}`.trimEnd();
    out += "\n";
  }
  return out;
}

/** Offset of the end of what belongs to the message. */
function endOf({ batch, record, shape }: RecordAbout): number {
  const there = batch.available[record] as number;
  if (shape.framing === "header") return there;
  return Math.min(there, 16 + Math.min(240, batch.bytes[record * 256 + 4] as number));
}

function heading({
  batch,
  record,
  shape,
  phrase,
  mode,
  file,
  options: { style, files },
}: RecordAbout): string {
  const name =
    shape.type?.name ??
    (shape.framing === "header" ? "HV_X64_INTERCEPT_MESSAGE_HEADER" : "unknown message type");
  const seconds = batch.timeSeconds[record] as number;
  const time = Number.isNaN(seconds) ? "" : `, ${timeText(seconds, batch.timeNanoseconds[record] as number)}`;
  const inFile = files.length > 1 ? ` in ${printable(file)}` : "";
  const where = `${mode === "" ? "" : `${mode}, `}offset ${hex(batch.offsets[record] as number)}${inFile}${time}`;
  const sentence = phrase === "" ? "" : `: ${phrase}`;
  return `${style.bold(`#${batch.firstIndex + record} ${name}`)}${sentence}  ${style.dim(`(${where})`)}\n`;
}

function problemLines({ batch, record, shape, options: { style } }: RecordAbout): string {
  return readProblems(batch, record, shape)
    .map((problem) => `  ${style.yellow(`! ${problem}`)}\n`)
    .join("");
}

function describe(about: RecordAbout): Line[] {
  const { batch, record, shape } = about;
  const lines: Line[] = [];
  let open: string[] = [];
  for (const field of shape.fields) {
    if (field.type === "position" || field.type === "flags" || field.type === "messageType") continue;
    const value = readValue(batch, record, field);
    if (value === undefined || field.type === "name") continue;
    const parent = field.path.split(".").slice(0, -1);
    parent.forEach((name, depth) => {
      if (open[depth] !== name || depth >= open.length) {
        open = parent.slice(0, depth + 1);
        const kind = name === "payload" ? `payload ${shape.kind}` : name;
        lines.push({ depth, name: kind, value: "", meaning: "" });
      }
    });
    open = parent;
    if (field.type === "constant") continue;
    if (field.type === "array") lines.push(...elementLines(field, value as Value[], parent.length));
    else lines.push({ ...fieldLine(batch, record, shape, field, value), depth: parent.length });
    const added = addedLine(about, field);
    if (added) lines.push(added);
  }
  return lines;
}

/** The line that an addition puts after a field. */
function addedLine({ batch, record, shape, options }: RecordAbout, after: Field): Line | undefined {
  if (after.path === "rip") {
    const text = symbolReader(shape, options.symbols)?.(batch, record) ?? "";
    if (text !== "")
      return { depth: 0, name: "symbol", value: printable(text), meaning: "", field: NO_BYTES };
  } else if (after.path === "iopl") {
    const found = instructionReader(shape, options)?.(batch, record);
    if (found) {
      const meaning = lengthMeaning(shape, found, batch, record);
      return { depth: 0, name: "instruction", value: found.text, meaning, field: NO_BYTES };
    }
  }
  return undefined;
}

/** What stands in no bytes of the message. */
const NO_BYTES = { byte: 0, size: 0 };

function elementLines(field: Field, values: Value[], depth: number): Line[] {
  return values.map((value, position) => {
    const byte = field.byte + position * (field.stride ?? 0);
    const text = typeof value === "object" ? JSON.stringify(value) : String(value);
    return {
      depth,
      name: `${field.name}[${position}]`,
      value: text,
      meaning: "",
      field: { ...field, byte, size: field.stride ?? 0 },
    };
  });
}

function fieldLine(
  batch: Batch,
  record: number,
  shape: Shape,
  field: Field,
  value: Value,
): Omit<Line, "depth"> {
  const base = record * 256;
  const read = (path: string) => {
    const other = shape.byPath.get(path);
    return other && readUnsigned(batch.bytes, base, other);
  };
  if (field.type === "bytes") {
    const text = String(value).replace(/../g, "$& ").trim();
    return { name: field.name, value: text === "" ? "-" : text, meaning: field.doc, field };
  }
  const raw = readUnsigned(batch.bytes, base, field);
  const under = field.path.slice(0, field.path.length - field.name.length);
  const meaning =
    field.path === "rflags"
      ? rflagsMeaning(Number(raw & 0xffffffffn))
      : MEANINGS[field.name]?.(raw, read, under);
  return {
    name: field.name,
    value: valueText(field, value),
    meaning: meaning ?? defaultMeaning(field, raw),
    field,
  };
}

function rflagsMeaning(rflags: number): string {
  return `${flagNames(rflags).join(" ")} IOPL=${(rflags >> 12) & 3}`.trim();
}

/** Numbers above 9 in hexadecimal with the decimal beside; lists by commas. */
function valueText(field: Field, value: Value): string {
  if (typeof value === "number" && value > 9 && field.type === "uint") return `${hex(value)} (${value})`;
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.join(",");
  return String(value);
}

function defaultMeaning(field: Field, raw: bigint): string {
  if (field.names && raw <= 0xffffffffn) {
    const row = field.names.find(Number(raw));
    if (row) return row.doc === "" || row.doc === row.name ? row.name : `${row.name}: ${row.doc}`;
  }
  if (field.type === "bool" && raw === 0n) return "";
  return field.doc;
}
