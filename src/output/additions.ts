/** What is shown beside what the messages hold: symbols of RIPs, and the instructions in their bytes. */
import { printable } from "../base/text.ts";
import { type Instruction, instructionOf, type RipNames } from "../code/index.ts";
import { type Batch, readBits, type Shape } from "../record/index.ts";
import type { Additions } from "./format.ts";
import type { RenderRecord } from "./text-assembler.ts";

/** Letters of the column of symbols; longer names are cut there, and nowhere else. */
export const SYMBOL_WIDTH = 32;

/** Gives the symbol of a record's RIP as it is, "" where it has none; undefined where the shape cannot have one. */
export function symbolReader(shape: Shape, symbols: RipNames | undefined): RenderRecord | undefined {
  const rip = shape.byPath.get("rip");
  if (!symbols || !rip) return undefined;
  const word = rip.byte >> 2;
  return ({ words }, record) => symbols.textAt(words[record * 64 + word]!, words[record * 64 + word + 1]!);
}

/** Gives the instruction of a record; undefined where the shape cannot have one. */
export function instructionReader(
  shape: Shape,
  { disassembler }: Additions,
): ((batch: Batch, record: number) => Instruction | undefined) | undefined {
  if (!disassembler || !shape.byPath.has("payload.instructionBytes")) return undefined;
  return (batch, record) => instructionOf(disassembler, batch, record, shape);
}

/** A symbol as a cell of the table: as wide as the column, the end of a longer name cut off before its offset. */
export function symbolCell(text: string): string {
  const safe = printable(text);
  if (safe.length <= SYMBOL_WIDTH) return safe.padEnd(SYMBOL_WIDTH);
  const tail = /(\+0x[0-9a-f]+)?( \[[^\]]*\])?$/.exec(safe)?.[0] ?? "";
  const room = Math.max(8, SYMBOL_WIDTH - tail.length - 1);
  return `${safe.slice(0, room)}~${tail}`.slice(0, SYMBOL_WIDTH);
}

/** How an instruction ends the sentence of a message. */
export function instructionNote(
  shape: Shape,
  instruction: Instruction,
  batch: Batch,
  record: number,
): string {
  return `  ; ${instruction.text}${reportsNoLength(shape, batch, record) ? lengthFound(instruction) : ""}`;
}

function lengthFound({ length }: Instruction): string {
  return length === undefined ? "" : ` (${bytesText(length)} found)`;
}

/** What the tree says of an instruction's length: whether the message reports it, or another, or none. */
export function lengthMeaning(shape: Shape, instruction: Instruction, batch: Batch, record: number): string {
  const { text, length } = instruction;
  if (length === undefined)
    return text === "(bad)"
      ? "no processor runs these bytes"
      : "the instruction goes on past instructionBytes";
  const reported = reportedLength(shape, batch, record);
  if (reported === length) return `${bytesText(length)}, as reported`;
  if (reported === 0) return `${bytesText(length)}, found: the message does not report its length`;
  return `${bytesText(length)}, found: the message reports ${reported}`;
}

function reportsNoLength(shape: Shape, batch: Batch, record: number): boolean {
  return reportedLength(shape, batch, record) === 0;
}

function reportedLength(shape: Shape, batch: Batch, record: number): number {
  const field = shape.byPath.get("instructionLength");
  return field ? readBits(batch.bytes, record * 256, field) : 0;
}

function bytesText(length: number): string {
  return `${length} byte${length === 1 ? "" : "s"}`;
}
