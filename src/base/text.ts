import { distance as levenshtein } from "fastest-levenshtein";

/** `0x` and `digits` lower-case hexadecimal digits of an unsigned value. */
export function hexFixed(value: number | bigint, digits: number): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}

/** `0x` and as many lower-case digits as an unsigned value needs. */
export function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}

/** A count and its noun: `1 record`, `2 records`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/**
 * Makes text from outside (a file name, a symbol) safe to print: control characters, DEL, C1 controls, and
 * the marks that reorder or hide text become `\xNN` or `\u{N}`, so that no terminal escape sequence passes.
 */
export function printable(text: string): string {
  // Most text is plain; to compile the classes of Unicode takes a millisecond.
  if (/^[ -~]*$/.test(text)) return text;
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) => {
    const code = character.codePointAt(0) as number;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
  });
}

/** Letters of a word at most for which something near is looked for: no name is so long. */
const LONGEST_WORD = 100;

/**
 * The candidates nearest to `word` by edit distance, best first, in their own order where equal; none that is
 * further than a typing error.
 */
export function nearest(word: string, candidates: Iterable<string>, most = 3): string[] {
  if (word.length > LONGEST_WORD) return [];
  const wanted = word.toLowerCase();
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  const scored: { name: string; distance: number }[] = [];
  for (const name of candidates) {
    const lower = name.toLowerCase();
    const part = lower.startsWith(wanted) || (wanted.length >= 3 && lower.includes(wanted));
    const distance = levenshtein(wanted, lower);
    if (part || distance <= limit)
      scored.push({ name, distance: part ? Math.min(distance, limit) : distance });
  }
  scored.sort((a, b) => a.distance - b.distance);
  return scored.slice(0, most).map((each) => each.name);
}

/** "did you mean a, b or c?", or undefined where nothing is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const near = nearest(word, candidates);
  if (near.length === 0) return undefined;
  const last = near.pop() as string;
  return `did you mean ${near.length === 0 ? last : `${near.join(", ")} or ${last}`}?`;
}
