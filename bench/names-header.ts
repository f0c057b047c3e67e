import { EXCEPTIONS, HYPERCALLS, MSRS, PORTS } from "../src/messages/index.ts";

/** The names that the C programs print, as the text of a header: sorted tables for a binary search. */
export function namesHeader(): string {
  const tables = {
    PORT_NAMES: PORTS,
    MSR_NAMES: MSRS,
    EXCEPTION_NAMES: EXCEPTIONS,
    HYPERCALL_NAMES: HYPERCALLS,
  };
  const arrays = Object.entries(tables).map(([name, table]) => {
    const rows = table.rows().map((row) => `\t{${row.first}u, ${row.last}u, ${JSON.stringify(row.name)}},`);
    return `static const struct name_row ${name}[] = {\n${rows.join("\n")}\n};\n`;
  });
  return `#include <stdint.h>\n\nstruct name_row {\n\tuint32_t first, last;\n\tconst char *name;\n};\n\n${arrays.join("\n")}`;
}
