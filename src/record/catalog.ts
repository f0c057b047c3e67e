import { usageError } from "../base/errors.ts";
import { didYouMean } from "../base/text.ts";
import type { Field } from "../layout/index.ts";
import { ABIS, type Abi, MESSAGE_TYPES, type MessageType } from "../messages/index.ts";
import { type Shape, Shapes } from "./shape.ts";

/** A field as users know it: one path, whatever the messages and ABIs that have it. */
export interface CatalogEntry {
  path: string;
  /** The field where it is widest; its place, and under the other ABI its width, may differ. */
  field: Field;
  /** Payload kinds that have it, in the order of the table; empty: it does not depend on the payload. */
  kinds: string[];
  abis: string[];
}

let catalog: Map<string, CatalogEntry> | undefined;

/** Every field of every message type under both ABIs, by path, in the order of the record. */
export function fieldCatalog(): ReadonlyMap<string, CatalogEntry> {
  catalog ??= makeCatalog();
  return catalog;
}

function makeCatalog(): Map<string, CatalogEntry> {
  const entries = new Map<string, CatalogEntry>();
  const shapes = payloadShapes(new Shapes());
  const withHeader = shapes.find((shape) => shape.byPath.has("rip")) as Shape;
  for (const shape of [withHeader, ...shapes]) {
    for (const field of shape.fields) {
      const entry = entries.get(field.path) ?? { path: field.path, field, kinds: [], abis: [] };
      entries.set(field.path, entry);
      if (field.width > entry.field.width) entry.field = field;
      if (!entry.kinds.includes(shape.kind)) entry.kinds.push(shape.kind);
      if (!entry.abis.includes(shape.abi)) entry.abis.push(shape.abi);
    }
  }
  const header = [...entries.values()].filter((entry) => !entry.path.startsWith("payload."));
  const payload = [...entries.values()].filter((entry) => entry.path.startsWith("payload."));
  return new Map([...header, ...payload].map((entry) => [entry.path, entry]));
}

/** A shape for every payload at its full size: types that share one have the same fields. */
function payloadShapes(shapes: Shapes): Shape[] {
  return ABIS.flatMap((abi) => {
    const payloads = MESSAGE_TYPES.map((type) => type.payload[abi]);
    const firsts = MESSAGE_TYPES.filter((type, place) => payloads.indexOf(type.payload[abi]) === place);
    return firsts.map((type) => fullShape(shapes, abi, type));
  });
}

/** A shape for every message type at its full size, under both ABIs, and for the type that nobody knows. */
export function fullShapes(shapes: Shapes): Shape[] {
  const UNKNOWN_CODE = 0x8001ffff;
  return ABIS.flatMap((abi) => [
    ...MESSAGE_TYPES.map((type) => fullShape(shapes, abi, type)),
    shapes.find(abi, "message", UNKNOWN_CODE, 240, 256),
  ]);
}

function fullShape(shapes: Shapes, abi: Abi, { code, payload }: MessageType): Shape {
  const { kind, largestSize } = payload[abi];
  const size = kind === "raw" || largestSize < 240 ? Math.min(240, largestSize + 8) : 240;
  return shapes.find(abi, "message", code, size, 256);
}

/** Members of the record that hvmsg adds when asked to; they are in no bytes, so a filter does not know them. */
export const ADDED_FIELDS: readonly { path: string; type: string; option: string; doc: string }[] = [
  {
    path: "symbol",
    type: "name",
    option: "--symbols",
    doc: "what rip lies in: a symbol, or symbol+0x10; with --symbols",
  },
  {
    path: "instruction",
    type: "object",
    option: "--disasm",
    doc: "the instruction at rip, from instructionBytes: text, and the length that was found; with --disasm",
  },
];

/**
 * The paths that a name given by a user stands for: a path, a group (`payload.accessInfo`: all below it), or the
 * last part of a path where only one has it. Throws a usage error that suggests the nearest.
 */
export function resolvePaths(name: string): string[] {
  const all = [...fieldCatalog().keys(), "problems"];
  // A path can be a field of one payload and a group of another: payload.accessInfo is both.
  const below = all.filter((path) => path === name || path.startsWith(`${name}.`));
  if (below.length > 0) return below;
  const ending = `.${name}`;
  const several = new Set(
    all.flatMap((path) => {
      const at = `${path}.`.indexOf(`${ending}.`);
      return at < 0 ? [] : [path.slice(0, at + ending.length)];
    }),
  );
  if (several.size === 1) return resolvePaths([...several][0] as string);
  if (several.size > 1) throw usageError(`field '${name}' is ambiguous: ${[...several].join(", ")}`);
  const parts = all.flatMap((path) => [path, path.slice(path.lastIndexOf(".") + 1)]);
  throw usageError(
    `unknown field '${name}'`,
    didYouMean(name, new Set(parts)) ?? "'hvmsg fields' lists every field",
  );
}
