/** What can complete the last word of a command line, from the rows of the commands and their options. */
import {
  type Candidate,
  expressionCandidates,
  fieldCandidates,
  flagCandidates,
  typeCandidates,
} from "../filter/index.ts";
import type { CommandRow, OptionRow } from "./command.ts";

/** Candidates; `part`: more of the same word can follow, so that no space is to. `files`: the shell knows better. */
export interface Answer {
  kind: "files" | "word" | "part";
  candidates: Candidate[];
}

const FILES: Answer = { kind: "files", candidates: [] };
const NOTHING: Answer = { kind: "word", candidates: [] };

/** Completes the last of the words after the program's name. */
export async function complete(commands: readonly CommandRow[], words: readonly string[]): Promise<Answer> {
  const word = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const [name] = before;
  if (name === undefined) return begunWith(word, word.startsWith("-") ? TOP_OPTIONS : names(commands));
  const row = commands.find((each) => each.name === name);
  if (!row) return NOTHING;
  const command = await row.load();
  const ended = before.includes("--");
  const options = command.options.map(parseFlags);
  const last = before.at(-1) as string;
  const waiting = ended ? undefined : options.find((each) => each.placeholder && each.names.includes(last));
  if (waiting) return completeValue(waiting, word, "");
  if (!ended && word.startsWith("-")) return completeOption([...options, HELP], word);
  if (row.operands === "") return NOTHING;
  const { operandChoices } = command;
  return operandChoices ? begunWith(word, operandChoices.map(plain)) : FILES;
}

interface ParsedOption {
  row: OptionRow;
  /** `-f` and `--format`. */
  names: string[];
  /** `format` of `<format>`; undefined: it takes no value. */
  placeholder: string | undefined;
}

function parseFlags(row: OptionRow): ParsedOption {
  const names = [...row.flags.matchAll(/(?<![\w-])--?[\w-]+/g)].map((match) => match[0]);
  return { row, names, placeholder: /[<[]([\w.-]+)[\]>]/.exec(row.flags)?.[1] };
}

const HELP = parseFlags({ flags: "-h, --help", about: "print the help" });
const TOP_OPTIONS = [
  { text: "--help", shown: "--help", about: "print the help" },
  { text: "--version", shown: "--version", about: "print the version" },
];

function names(commands: readonly CommandRow[]): Candidate[] {
  return commands.map(({ name, about }) => ({ text: name, shown: name, about }));
}

function completeOption(options: readonly ParsedOption[], word: string): Answer {
  const equals = word.indexOf("=");
  if (equals > 0) {
    const option = options.find((each) => each.placeholder && each.names.includes(word.slice(0, equals)));
    return option ? completeValue(option, word.slice(equals + 1), word.slice(0, equals + 1)) : NOTHING;
  }
  return begunWith(
    word,
    options.flatMap(({ names: all, row: { about } }) =>
      all
        .map((text) => ({ text, shown: text, about }))
        .filter((each) => each.text.length > 2 || word !== "--"),
    ),
  );
}

/** Completes an option's value; `joined` is what stands before it in the same word: `--format=`. */
function completeValue({ row, placeholder }: ParsedOption, word: string, joined: string): Answer {
  const { kind, candidates } = valueAnswer(row, placeholder ?? "", word);
  return { kind, candidates: candidates.map((each) => ({ ...each, text: joined + each.text })) };
}

function valueAnswer(row: OptionRow, placeholder: string, word: string): Answer {
  if (row.choices) return begunWith(word, row.choices.map(plain));
  switch (row.values) {
    case "expression":
      return { kind: "part", candidates: expressionCandidates(word) };
    case "fields":
      return completeList(word, () => fieldCandidates());
    case "access":
      return completeList(word, () => ["read", "write", "execute"].map(plain));
    case "types":
      return completeList(word, typeCandidates);
    case "flags":
      return completeList(word, flagCandidates);
    default:
      return ["file", "folder", "path"].includes(placeholder) ? FILES : NOTHING;
  }
}

/** Completes the last item of a list with commas, which may be negated; what is in the list is not offered again. */
function completeList(word: string, candidates: (begun: string) => Candidate[]): Answer {
  const [, before = "", begun = ""] = /^(.*,)?!?([^,]*)$/.exec(word) ?? [];
  const negation = word.slice(before.length).startsWith("!") ? "!" : "";
  const given = new Set(before.split(","));
  const items = begunWith(begun, candidates(begun)).candidates.filter((each) => !given.has(each.text));
  return {
    kind: "part",
    candidates: items.map((each) => ({ ...each, text: before + negation + each.text })),
  };
}

function begunWith(word: string, candidates: readonly Candidate[]): Answer {
  return { kind: "word", candidates: candidates.filter((each) => each.text.startsWith(word)) };
}

function plain(text: string): Candidate {
  return { text, shown: text, about: "" };
}
