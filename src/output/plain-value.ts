/** Values as plain text, for outputs that have columns: csv and parquet. */
import type { Field } from "../layout/index.ts";
import { flagNames, type Value, valueOfBits } from "../record/index.ts";

/** RFLAGS bits that have names are among the lowest 22. */
export const FLAGS_MASK = 0x3fffff;

/** The text for the raw bits of a field, at most 32; undefined for a number without a name. */
export function plainOfBits(field: Field, raw: number): string | undefined {
  const value = field.type === "flags" ? flagNames(raw) : valueOfBits(field, raw);
  return value === undefined ? undefined : plainValue(value);
}

/** As in JSON, without quotes; what a list holds is joined by spaces, and a list of objects stays JSON. */
export function plainValue(value: Value): string {
  if (!Array.isArray(value)) return typeof value === "object" ? JSON.stringify(value) : String(value);
  return value.some((each) => typeof each === "object") ? JSON.stringify(value) : value.join(" ");
}
