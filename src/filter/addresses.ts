/** Addresses as the user writes them, where symbols may stand for them. */
import { didYouMean } from "../base/text.ts";
import type { Symbols } from "../code/index.ts";
import type { Range } from "./node.ts";
import { parseNumber } from "./numbers.ts";

/** What is wrong with a symbol, for an error that knows the place. */
export interface AddressFault {
  fault: string;
  hint?: string;
  /** Whether there are symbols at all. */
  loaded: boolean;
}

/**
 * What a symbol stands for: `name` everything that it reaches (all that is shown as `name` or `name+0x…`), every
 * one of that name; `name+0x10` that one address.
 */
export function rangesOfSymbol(text: string, symbols: Symbols | undefined): Range[] | AddressFault {
  const whole = symbols?.rangesOf(text) ?? [];
  if (whole.length > 0) return whole;
  // As a kernel's oops and WinDbg print them.
  if (/^[0-9a-f]{5,16}$|^[0-9a-f]{8}`[0-9a-f]{8}$/i.test(text))
    return {
      fault: `'${text}' is no number`,
      hint: `an address in hexadecimal begins with 0x: 0x${text.replace("`", "")}`,
      loaded: false,
    };
  if (symbols === undefined)
    return {
      fault: `'${text}' is no number`,
      hint: "for a symbol, load its file with --symbols FILE",
      loaded: false,
    };
  const plus = text.lastIndexOf("+");
  const name = plus > 0 ? text.slice(0, plus).trim() : text;
  const offset = plus > 0 ? parseNumber(text.slice(plus + 1).trim()) : undefined;
  const ranges = symbols.rangesOf(name);
  if (ranges.length === 0) {
    const hint = didYouMean(name, symbols.names());
    return { fault: `no symbol '${name}' is loaded`, loaded: true, ...(hint === undefined ? {} : { hint }) };
  }
  if (offset === undefined)
    return { fault: `'${text.slice(plus + 1)}' is no offset (decimal, 0x, 0b or 0o)`, loaded: true };
  return ranges.map(([first]): Range => [first + offset, first + offset]);
}

/** What a number or a symbol stands for, where there can be only one: the end of a range, an order. */
export function rangeOfAddress(text: string, symbols: Symbols | undefined): Range | AddressFault {
  const number = parseNumber(text);
  if (number !== undefined) return [number, number];
  const ranges = rangesOfSymbol(text, symbols);
  if ("fault" in ranges) return ranges;
  if (ranges.length > 1)
    return { fault: `${ranges.length} symbols are called '${text}': give an address`, loaded: true };
  return ranges[0] as Range;
}
