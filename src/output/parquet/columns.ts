/** What the columns of a Parquet file are: physical and logical type of each field. */
import type { SchemaElement } from "hyparquet";
import type { Field } from "../../layout/index.ts";
import { fieldCatalog } from "../../record/index.ts";

/**
 * How the values of a column are gathered: numbers of at most 32 bits, 64-bit ones as two halves, texts by their number
 * in a dictionary, and byte strings.
 */
type ColumnKind = "boolean" | "number" | "wide" | "coded" | "bytes";

/** A column: its name, which is the field's path, and its types. */
export interface Column {
  path: string;
  kind: ColumnKind;
  /** The field, where it is widest; undefined for what is none (problems). */
  field: Field | undefined;
  element: SchemaElement;
  /** Whether its order is that of signed numbers. */
  signed?: boolean;
}

/** The column with what `time`, a count of microseconds, leaves out. */
export const NANOSECONDS_COLUMN = "timeNanoseconds";

/** The columns for field paths. `time` comes with a second column, which has its nanoseconds. */
export function makeColumns(paths: readonly string[]): Column[] {
  return paths.flatMap((path) => {
    const column = makeColumn(path, fieldCatalog().get(path)?.field);
    return path === "time" ? [column, makeNanoseconds()] : [column];
  });
}

/** The schema: a root, and the columns side by side. */
export function makeSchema(columns: readonly Column[]): SchemaElement[] {
  return [{ name: "hvmsg", num_children: columns.length }, ...columns.map((column) => column.element)];
}

function makeColumn(path: string, field: Field | undefined): Column {
  const text: Column = { path, kind: "coded", field, element: optional(path, "BYTE_ARRAY", "UTF8") };
  switch (field?.type) {
    case "bool":
      return { ...text, kind: "boolean", element: optional(path, "BOOLEAN") };
    case "uint":
      return { ...text, kind: "number", element: optional(path, "INT32", unsignedType(field.width)) };
    case "hex64":
      return { ...text, kind: "wide", element: optional(path, "INT64", "UINT_64") };
    case "hex128":
      return { ...text, kind: "bytes" };
    case "array":
      return isHexList(field) ? { ...text, kind: "bytes" } : text;
    case "bytes":
      return { ...text, kind: "bytes", element: optional(path, "BYTE_ARRAY") };
    case "position":
      return path === "file" ? text : makePosition(path, field);
    default:
      return text;
  }
}

/** Whether a list holds nothing but 128-bit values, always as many. */
function isHexList({ plain, count, element }: Field): boolean {
  return plain === true && count === undefined && element?.[0]?.type === "hex128";
}

/**
 * Times are microseconds because Spark does not read finer ones
 * (https://spark.apache.org/docs/latest/sql-data-sources-parquet.html).
 */
function makePosition(path: string, field: Field): Column {
  if (path === "time")
    return { path, kind: "wide", field, element: optional(path, "INT64", "TIMESTAMP_MICROS"), signed: true };
  return {
    path,
    kind: "wide",
    field,
    element: { ...optional(path, "INT64", "UINT_64"), repetition_type: "REQUIRED" },
  };
}

function makeNanoseconds(): Column {
  const element = optional(NANOSECONDS_COLUMN, "INT32", "UINT_32");
  return { path: NANOSECONDS_COLUMN, kind: "number", field: undefined, element };
}

function unsignedType(width: number): NonNullable<SchemaElement["converted_type"]> {
  return width <= 8 ? "UINT_8" : width <= 16 ? "UINT_16" : "UINT_32";
}

function optional(
  name: string,
  type: NonNullable<SchemaElement["type"]>,
  converted?: NonNullable<SchemaElement["converted_type"]>,
): SchemaElement {
  return { name, type, repetition_type: "OPTIONAL", ...(converted ? { converted_type: converted } : {}) };
}
