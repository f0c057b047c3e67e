/** commands: what a user can ask for, one file and one row each. */
import type { Command } from "./command.ts";
import { completionOf } from "./completion.ts";
import { decode } from "./decode.ts";
import { diff } from "./diff.ts";
import { encode } from "./encode.ts";
import { explain } from "./explain.ts";
import { fields } from "./fields.ts";
import { filter } from "./filter.ts";
import { schema } from "./schema.ts";
import { stats } from "./stats.ts";

export type { Command, OptionRow } from "./command.ts";

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  decode,
  filter,
  diff,
  stats,
  encode,
  explain,
  fields,
  schema,
  completionOf(() => COMMANDS),
];
