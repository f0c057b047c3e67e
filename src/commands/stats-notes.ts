import type { CountTable, Stats } from "../analysis/index.ts";

/** What has to be said where a table held too many different values to count each of them. */
export function mergedNotes({ sections, by }: Stats): string[] {
  const tables: [string, CountTable][] = sections.map(({ section, table }) => [section.name, table]);
  if (by) tables.push([by.fields.map((field) => field.label).join(), by.table]);
  return tables
    .filter(([, table]) => table.drops > 0)
    .map(
      ([name, table]) =>
        `${name}: more than ${table.limit} different values: the rarest were merged into 'other', and a count marked as a lower bound may be up to ${table.floor} too low`,
    );
}
