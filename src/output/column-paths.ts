import { fieldCatalog } from "../record/index.ts";
import type { FormatOptions } from "./format.ts";

/**
 * The columns of csv and parquet: the fields asked for, or every field in the order of the record and `problems`. Every
 * capture has the same, so that files of many can be read as one; only `file` comes and goes with the number of inputs.
 */
export function columnPaths({ fields, files }: Pick<FormatOptions, "fields" | "files">): readonly string[] {
  return (
    fields ?? [...fieldCatalog().keys(), "problems"].filter((path) => path !== "file" || files.length > 1)
  );
}
