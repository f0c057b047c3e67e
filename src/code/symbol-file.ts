import type { SymbolRow } from "./symbols.ts";

/** What the text of a symbol file holds. */
interface SymbolText {
  rows: SymbolRow[];
  /** Lines that are neither a symbol nor empty, and the number of the first, from 1. */
  badLines: number;
  firstBadLine: number;
}

/**
 * `ffffffff81000000 T startup_64`: System.map, /proc/kallsyms (a module in brackets may follow), nm. With `nm -S`,
 * the size stands before the type.
 */
const SYMBOL = /^(?:0x)?([0-9a-f]{1,16})\s+(?:([0-9a-f]{8}|[0-9a-f]{16})\s+)?([a-z?-])\s+(\S.*)$/i;

/** Letters of a line at most: no compiler makes longer names, and every one of them may be printed. */
const MOST_LETTERS = 4096;

/** What nm prints that has no address: an undefined symbol, the name of a file. */
const WITHOUT_ADDRESS = /^\s*(?:[Uwv]\s+\S.*|\S.*:)?$/;

/** Reads the lines of System.map, /proc/kallsyms or nm's output, in any order. */
export function parseSymbols(text: string): SymbolText {
  const rows: SymbolRow[] = [];
  let badLines = 0;
  let firstBadLine = 0;
  let line = 0;
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf("\n", from);
    const last = end < 0 ? text.length : end;
    const content = text.slice(from, text.charCodeAt(last - 1) === 13 ? last - 1 : last);
    from = last + 1;
    line++;
    const match = content.length <= MOST_LETTERS ? SYMBOL.exec(content) : null;
    if (match) {
      rows.push(symbolRow(match[1] as string, match[2], match[3] as string, match[4] as string));
    } else if (content.length > MOST_LETTERS || !WITHOUT_ADDRESS.test(content)) {
      badLines++;
      firstBadLine ||= line;
    }
  }
  return { rows, badLines, firstBadLine };
}

function symbolRow(address: string, size: string | undefined, type: string, rest: string): SymbolRow {
  const tab = rest.indexOf("\t");
  const name = (tab < 0 ? rest : rest.slice(0, tab)).trimEnd();
  // kallsyms: the module. (nm -l puts the source's file and line there, which says nothing about a RIP.)
  const module = tab < 0 ? undefined : /^\s*(\[\S+\])\s*$/.exec(rest.slice(tab))?.[1];
  return {
    high: address.length <= 8 ? 0 : Number.parseInt(address.slice(0, -8), 16),
    low: Number.parseInt(address.slice(-8), 16),
    size: size === undefined ? 0 : Number.parseInt(size, 16),
    type,
    name,
    ...(module === undefined ? {} : { module }),
  };
}
