/** How shells split a line into words, and how a word has to be written for them. */
import type { Candidate } from "../filter/index.ts";

/** The word that a line ends with, as far as it is written. */
interface LastWord {
  raw: string;
  /** The quote that is open at its end, and where it was opened in `raw`. */
  quote: "" | "'" | '"';
  opened: number;
}

/** Splits a bash command line; gives its words without their quotes, and the last one as it is written. */
export function splitBashLine(line: string): { words: string[]; last: LastWord } {
  const words: string[] = [];
  let word: string | undefined;
  let start = 0;
  let quote: LastWord["quote"] = "";
  let opened = 0;
  for (let at = 0; at < line.length; at++) {
    const character = line[at] as string;
    if (quote === "" && /\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    if (word === undefined) {
      word = "";
      start = at;
    }
    if (character === quote) quote = "";
    else if (quote === "" && (character === "'" || character === '"')) {
      quote = character;
      opened = at - start;
    } else if (character === "\\" && quote !== "'" && at + 1 < line.length) word += line[++at];
    else word += character;
  }
  const raw = word === undefined ? "" : line.slice(start);
  return { words: [...words, word ?? ""], last: { raw, quote, opened } };
}

/**
 * What bash is to put in place of what it replaces: the word from its open quote, or else from the last of the
 * characters that break words for it (COMP_WORDBREAKS).
 */
export function bashReplacements(last: LastWord, breaks: string, candidates: readonly Candidate[]): string[] {
  const kept = last.quote === "" ? afterLastBreak(last.raw, breaks) : last.opened;
  const before = unquoted(last.raw.slice(0, kept)).length;
  return candidates.map(({ text }) => bashQuoted(text.slice(before), last.quote));
}

function afterLastBreak(raw: string, breaks: string): number {
  for (let at = raw.length - 1; at >= 0; at--)
    if (breaks.includes(raw[at] as string) && raw[at - 1] !== "\\") return at + 1;
  return 0;
}

function unquoted(raw: string): string {
  return splitBashLine(raw).words[0] as string;
}

function bashQuoted(text: string, quote: LastWord["quote"]): string {
  if (quote === "'") return text.replaceAll("'", "'\\''");
  if (quote === '"') return text.replace(/[\\"$`]/g, "\\$&");
  return text.replace(/[^\w./:,=@%+-]/g, "\\$&");
}

/** A word as PowerShell reads it: in quotes where it holds anything but letters and a few signs. */
export function powershellQuoted(text: string): string {
  return /^[\w./:=+-]+$/.test(text) ? text : `'${text.replaceAll("'", "''")}'`;
}
