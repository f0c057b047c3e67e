/** The values of changed fields in words: `rflags: 0x246 -> 0x202 (ZF PF cleared)`. */
import { type Capture, type Change, listChanges, valuesOf } from "../analysis/index.ts";
import { hex, printable } from "../base/text.ts";
import type { Field } from "../layout/index.ts";
import { MEANINGS } from "../messages/index.ts";
import { type Batch, flagNames, readUnsigned, type Shape, type Value } from "../record/index.ts";

import type { DiffView } from "./diff-view.ts";

/** A changed field: both values in words, and what the change is about. */
interface ChangeText {
  readonly path: string;
  readonly a: string;
  readonly b: string;
  readonly note: string;
}

/** The changes of an aligned pair, by their positions in the captures. */
export function changeTexts(view: DiffView, a: number, b: number): ChangeText[] {
  const { diff } = view;
  const batches = [diff.a.borrow(a), diff.b.borrow(b)] as const;
  return listChanges(...batches, diff.plan, diff.slide).changes.map((change) =>
    changeText(change, view, ...batches),
  );
}

/** A change in one line. */
export function changeLine({ path, a, b, note }: ChangeText): string {
  return `${path}: ${a} -> ${b}${note}`;
}

function changeText(change: Change, view: DiffView, a: Batch, b: Batch): ChangeText {
  const { diff } = view;
  const [valueA, valueB] = valuesOf(change, a, b, diff.plan);
  return {
    path: change.path,
    a: sideText(valueA, change.a?.field, a, view, diff.a),
    b: sideText(valueB, change.b?.field, b, view, diff.b),
    note:
      change.path === "rflags" && valueA !== null && valueB !== null
        ? flagsNote(String(valueA), String(valueB))
        : "",
  };
}

function sideText(
  value: Value | null,
  field: Field | undefined,
  batch: Batch,
  { diff, symbols }: DiffView,
  capture: Capture,
): string {
  if (value === null) return "absent";
  if (field === undefined) return plainText(value);
  symbols?.use(capture);
  const meaning =
    field.path === "rip"
      ? symbols &&
        printable(symbols.textAt(batch.words[field.byte >> 2]!, batch.words[(field.byte >> 2) + 1]!))
      : meaningOf(field, batch.bytes, diff.plan.of(batch.shapes[0]!).shape);
  return `${valueText(value, field)}${meaning ? ` (${meaning})` : ""}`;
}

function valueText(value: Value, field: Field): string {
  if (field.type === "uint" && typeof value === "number") return value > 9 ? hex(value) : String(value);
  if (field.type === "hex64" || field.type === "hex128") return String(value).replace(/^0x0+(?=.)/, "0x");
  return plainText(value);
}

function plainText(value: Value): string {
  if (Array.isArray(value)) return value.map(plainText).join(", ") || "none";
  return typeof value === "object" ? JSON.stringify(value) : String(value) || "none";
}

/** What the value means, where its digits do not say it. */
function meaningOf(field: Field, bytes: Uint8Array, shape: Shape): string | undefined {
  if (field.width === 0 || field.type === "bytes" || field.type === "array") return undefined;
  const raw = readUnsigned(bytes, 0, field);
  const read = (path: string) => {
    const other = shape.byPath.get(path);
    return other && readUnsigned(bytes, 0, other);
  };
  if (field.names && raw <= 0xffffffffn) return field.names.name(Number(raw));
  return MEANINGS[field.name]?.(raw, read, field.path.slice(0, -field.name.length));
}

/** Which flags were set and cleared between two values of RFLAGS. */
function flagsNote(a: string, b: string): string {
  const [before, after] = [a, b].map((value) => flagNames(Number(BigInt(value) & 0xffffffffn))) as [
    string[],
    string[],
  ];
  const parts = [
    [after.filter((flag) => !before.includes(flag)), "set"] as const,
    [before.filter((flag) => !after.includes(flag)), "cleared"] as const,
  ];
  const words = parts.flatMap(([flags, what]) => (flags.length > 0 ? [`${flags.join(" ")} ${what}`] : []));
  return words.length === 0 ? "" : ` (${words.join(", ")})`;
}
