/** Names of numbers (MSRs, ports, hypercalls …), an open list: a number without a name is nothing odd. */
export interface NameTable {
  /** What the table names, for messages: "MSR", "I/O port". */
  readonly what: string;
  /** The rows in rising order of their numbers. */
  rows(): readonly NameRow[];
  /** The row whose range holds `value`, or undefined. */
  find(value: number): NameRow | undefined;
  /** The name of `value`, or undefined. */
  name(value: number): string | undefined;
  /** The number that `name` (in any case) stands for, the first of a range; or undefined. */
  value(name: string): number | undefined;
}

/** One row: `first` to `last` inclusive. */
export interface NameRow {
  first: number;
  last: number;
  name: string;
  doc: string;
}

/**
 * Reads a table of rows `0x3f8[-0x3ff] NAME description`, one a line, when it is first asked for.
 * `named: false` is for tables of descriptions without names, such as the CPUID leaves.
 */
export function nameTable(what: string, text: string, named = true): NameTable {
  let rows: NameRow[] | undefined;
  let byName: Map<string, number> | undefined;
  const load = () => {
    rows ??= text
      .trim()
      .split("\n")
      .map((line) => parseRow(line, named));
    return rows;
  };
  const find = (value: number) => search(load(), value);
  return {
    what,
    rows: load,
    find,
    name: (value) => find(value)?.name,
    value(name) {
      byName ??= new Map(load().map((row) => [row.name.toLowerCase(), row.first]));
      return byName.get(name.toLowerCase());
    },
  };
}

function parseRow(line: string, named: boolean): NameRow {
  const [range, rest] = cut(line, " ");
  const [first, last] = cut(range, "-");
  const [name, doc] = named ? cut(rest, " ") : [rest, rest];
  return { first: Number(first), last: Number(last || first), name, doc };
}

/** What stands before a mark, and what after it. */
function cut(text: string, mark: string): [before: string, after: string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function search(rows: readonly NameRow[], value: number): NameRow | undefined {
  let low = 0;
  let high = rows.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const row = rows[middle] as NameRow;
    if (value < row.first) high = middle - 1;
    else if (value > row.last) low = middle + 1;
    else return row;
  }
  return undefined;
}
