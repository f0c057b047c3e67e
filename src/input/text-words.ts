/** The hexadecimal words of a line: bytes or larger groups, up to where the text column begins. */

/** The columns of a word's digits. WinDbg puts a backtick into the middle of 16. */
export type Word = readonly number[];

export interface Words {
  words: Word[];
  /** Digits of the first word; the others have as many, but for a shorter last one. */
  digits: number;
  /** The words are written with 0x. */
  prefixed: boolean;
  /** Where the words end. */
  end: number;
  /** Why they cannot all be read. */
  bad?: string;
}

/** Bytes that the words hold. */
export function bytesOfWords({ words }: Words): number {
  return words.reduce((sum, word) => sum + (word.length >> 1), 0);
}

/**
 * Reads the words from `from` on. They are separated by one space, a tab, a comma, a colon or a dash; what follows
 * two spaces is the text column, unless it is known to begin at `textAt`: two spaces are just a wider gap then.
 */
export function readWords(line: string, from: number, textAt?: number): Words {
  const found: Words = { words: [], digits: 0, prefixed: false, end: from };
  const stop = Math.min(textAt ?? line.length, line.length);
  for (let at = from; at < stop; ) {
    const start = at + (isPrefix(line, at) ? 2 : 0);
    let to = start;
    while (to < stop && !SEPARATORS.includes(line[to] as string)) to++;
    const word = columnsOf(line, start, to);
    const bad = badWord(line.slice(start, to).replace("`", ""), found, start > at);
    if (bad !== undefined) return { ...found, bad };
    if (found.words.length === 0) {
      found.digits = word.length;
      found.prefixed = start > at;
    }
    found.words.push(word);
    found.end = to;
    at = nextWord(line, to, stop, textAt !== undefined);
  }
  return found;
}

const SEPARATORS = " \t,:-\"';";

function columnsOf(line: string, from: number, to: number): Word {
  const columns = [];
  for (let at = from; at < to; at++) if (line[at] !== "`") columns.push(at);
  return columns;
}

function isPrefix(line: string, at: number): boolean {
  return line[at] === "0" && (line[at + 1] === "x" || line[at + 1] === "X");
}

/** Where the column between bars (`|…|`, or `>…<` from od) begins. */
export function barOf(line: string, from: number): number {
  const bar = line.slice(from).search(/[|>]/);
  return bar === -1 ? line.length : from + bar;
}

/** The start of the next word, or `stop` where the words are over. */
function nextWord(line: string, to: number, stop: number, gaps: boolean): number {
  let at = to;
  while (at < stop && SEPARATORS.includes(line[at] as string)) at++;
  const between = line.slice(to, at);
  return !gaps && /^ {2}|^\s*["';]/.test(between) ? stop : at;
}

/** Why a word cannot be read, given those before it. */
function badWord(word: string, { words, digits, prefixed }: Words, hasPrefix: boolean): string | undefined {
  if (/^\?+$/.test(word)) return `'${word}': the debugger could not read this memory`;
  if (!/^[0-9a-f]+$/i.test(word)) return `'${shown(word)}' is no hexadecimal number`;
  if (word.length % 2 !== 0) return `odd number of hex digits in '${shown(word)}'`;
  if (words.length === 0) return undefined;
  if (words.at(-1)?.length !== digits) return `'${shown(word)}' follows a shorter group of digits`;
  if (word.length > digits || (prefixed && word.length !== digits) || hasPrefix !== prefixed)
    return `'${shown(word)}' has another form than the ${prefixed ? "0x and " : ""}${digits} digits before it`;
  return undefined;
}

function shown(word: string): string {
  const text = word.length > 24 ? `${word.slice(0, 20)}…` : word;
  return text.replace(/[^ -~…]/g, "?");
}

/** Whether a line is of `xxd -b`: bytes of eight binary digits, and behind two spaces a character for each. */
export function isBinary(line: string): boolean {
  const match = /(?:^|\s)[0-9a-f]{6,16}: ((?:[01]{8} )+) +(.*)$/i.exec(line);
  // As hexadecimal digits they would be bytes of four characters each: none of them is printable.
  return match !== null && (match[2] as string).length <= (match[1] as string).length / 9;
}

/** The wrong character of a line that is all hexadecimal digits but for one or two; undefined: it is other text. */
export function nearlyDigits(line: string): string | undefined {
  if (line.length < 16 || /[g-z].*[g-z].*[g-z]/i.test(line)) return undefined;
  const wrong = line.replace(/[0-9a-f ,:\t"'-]/gi, "");
  if (wrong.length < 1 || wrong.length > 2) return undefined;
  const digits = line.match(/[0-9a-f]/gi)?.length ?? 0;
  return digits >= line.length * 0.6 ? shown(wrong[0] as string) : undefined;
}
