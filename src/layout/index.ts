/**
 * layout: the small language in which message layouts are written (items.ts), and what is computed from it
 * (lay-out.ts): fields with offsets, and checks of what must not be. To add a kind of item, add it to `Item`
 * and to `place`.
 */
export { type Enumeration, enumeration, lazyEnumeration } from "./enumeration.ts";
export * from "./items.ts";
export {
  type Check,
  type Field,
  type FieldType,
  type LaidOut,
  layOut,
  RFLAGS_BITS,
  sizeOf,
} from "./lay-out.ts";
export { type NameRow, type NameTable, nameTable } from "./name-table.ts";
export * from "./phrase.ts";
