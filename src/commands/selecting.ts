/** The options that select messages, shared by all commands that read captures. */
import type { Symbols } from "../code/index.ts";
import { Filter, nodeOfOptions, type SelectOptions } from "../filter/index.ts";
import type { Select, Shapes } from "../record/index.ts";
import type { OptionRow, OptionValues } from "./command.ts";
import { parseCount } from "./parse-values.ts";

export const SELECT_OPTIONS: readonly OptionRow[] = [
  { flags: "--vp <list>", about: "these VP indexes: 0,2-4", repeatable: "joined" },
  {
    flags: "--type <list>",
    about: "these message types: io,msr; a name of any family, a code, %group; !x excludes",
    values: "types",
    repeatable: "joined",
  },
  {
    flags: "--access <list>",
    about: "any of these access types: read,write,execute (r,w,x)",
    values: "access",
    repeatable: "joined",
  },
  {
    flags: "--rip <list>",
    about: "RIP: 0x1000, 0x1000..0x1fff (inclusive), 0x1000+0x200 (start + length)",
    repeatable: "joined",
  },
  {
    flags: "--flags <list>",
    about: "RFLAGS and execution state, all of: IF,!TF,eferLma,cpl=3",
    values: "flags",
    repeatable: "joined",
  },
  { flags: "--index <list>", about: "these record numbers: 5,7-9,1000-", repeatable: "joined" },
  {
    flags: "--where <expression>",
    about: "an expression over any field: 'portNumber == 0x3f8 && cpl == 3'; of several, all hold",
    values: "expression",
    repeatable: "list",
  },
  { flags: "-v, --invert", about: "the messages that do not match" },
];

export const LIMIT_OPTION: OptionRow = {
  flags: "--limit <count>",
  about: "stop after this many are printed",
  parse: parseCount("--limit", 0),
};

/** The filter that the options ask for, as an addition to what `readFiles` takes; throws a usage error. */
export function selectOf(options: OptionValues, shapes: Shapes, symbols?: Symbols): { select?: Select } {
  const node = nodeOfOptions(options as SelectOptions, symbols);
  return node ? { select: new Filter(shapes, node) } : {};
}

/** `--limit` as an addition to what `readFiles` takes. */
export function limitOf(options: OptionValues): { limit?: number } {
  return options.limit === undefined ? {} : { limit: options.limit as number };
}
