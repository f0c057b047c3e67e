/** The selecting options as filters; each parser throws a usage error that says what was expected. */
import { usageError } from "../base/errors.ts";
import { didYouMean } from "../base/text.ts";
import type { Symbols } from "../code/index.ts";
import { RFLAGS_BITS } from "../layout/index.ts";
import { fieldCatalog } from "../record/index.ts";
import { type AddressFault, rangeOfAddress, rangesOfSymbol } from "./addresses.ts";
import { bindExpression } from "./bind.ts";
import { and, type Node, normalised, not, type Range } from "./node.ts";
import { parseNumber } from "./numbers.ts";
import { parseExpression } from "./parse.ts";
import { codesOfType, typeNames } from "./types.ts";

/** The selecting options as given; what is absent selects nothing away. */
export interface SelectOptions {
  vp?: string;
  type?: string;
  access?: string;
  rip?: string;
  flags?: string;
  index?: string;
  /** Of several expressions, all have to hold. */
  where?: string | readonly string[];
  invert?: boolean;
}

/** The filter that the options make together (AND), or undefined where they ask for everything. `symbols` name RIPs. */
export function nodeOfOptions(options: SelectOptions, symbols?: Symbols): Node | undefined {
  const parts: Node[] = [];
  if (options.vp !== undefined) parts.push(vpNode(options.vp));
  if (options.type !== undefined) parts.push(typeNode(options.type));
  if (options.access !== undefined) parts.push(accessNode(options.access));
  if (options.rip !== undefined) parts.push(ripNode(options.rip, symbols));
  if (options.flags !== undefined) parts.push(flagsNode(options.flags));
  if (options.index !== undefined) parts.push(indexNode(options.index));
  for (const text of [options.where ?? []].flat()) parts.push(whereNode(text, "--where", symbols));
  if (options.invert) return not({ node: "and", parts });
  return parts.length === 0 ? undefined : and(...parts);
}

/** An expression as a filter; `option` is what errors say was wrong. */
function whereNode(text: string, option: string, symbols?: Symbols): Node {
  return bindExpression(parseExpression(text, option), text, option, symbols);
}

function vpNode(text: string): Node {
  return { node: "bits", path: "vpIndex", test: { ranges: parseRanges("--vp", text, 0xffffffffn) } };
}

function indexNode(text: string): Node {
  return {
    node: "position",
    name: "index",
    ranges: parseRanges("--index", text, BigInt(Number.MAX_SAFE_INTEGER)),
  };
}

/** `0,2-4,8-` as ranges. */
function parseRanges(option: string, text: string, most: bigint): Range[] {
  const ranges = parts(option, text).map((part): Range => {
    const [first, last, ...more] = part
      .split("-")
      .map((each, place) => (place === 1 && each.trim() === "" ? most : parseNumber(each.trim())));
    if (first === undefined || (part.includes("-") && last === undefined) || more.length > 0)
      throw usageError(`${option} takes numbers and ranges such as 0,2-4,8-; '${part}' is neither`);
    return checkRange(option, part, [first, last ?? first], most);
  });
  return normalised(ranges);
}

function checkRange(option: string, part: string, range: Range, most: bigint): Range {
  if (range[0] > range[1])
    throw usageError(`${option}: the range ${part} is empty: its end is below its start`);
  if (range[1] > most) throw usageError(`${option}: ${part} is out of range: at most ${most} is possible`);
  return range;
}

function typeNode(text: string): Node {
  const wanted: Range[] = [];
  const excluded: Range[] = [];
  for (const part of parts("--type", text)) {
    const name = part.startsWith("!") ? part.slice(1).trim() : part;
    const number = parseNumber(name) ?? signedCode(name);
    const codes = number === undefined ? codesOfType(name) : [number];
    if (codes === undefined)
      throw usageError(
        `--type: unknown message type '${name}'`,
        didYouMean(name, typeNames()) ??
          "a short name (io-port, msr, cpuid …), a full name, a code, or a group (%memory, %io, %processor, %synic, %error)",
      );
    for (const code of codes) {
      if (BigInt(code) > 0xffffffffn) throw usageError(`--type: ${name} is out of range: a code has 32 bits`);
      (part.startsWith("!") ? excluded : wanted).push([BigInt(code), BigInt(code)]);
    }
  }
  const node = (ranges: Range[]): Node => ({
    node: "bits",
    path: "messageTypeCode",
    test: { ranges: normalised(ranges) },
  });
  const both = [
    ...(wanted.length > 0 ? [node(wanted)] : []),
    ...(excluded.length > 0 ? [not(node(excluded))] : []),
  ];
  return and(...both);
}

/** A code as the kernel logs it where it takes it for signed. */
function signedCode(text: string): bigint | undefined {
  return /^-\d{1,10}$/.test(text) && BigInt(text) >= -0x80000000n ? BigInt(text) + (1n << 32n) : undefined;
}

function accessNode(text: string): Node {
  const names = parts("--access", text).map((part) => {
    const name = ["read", "write", "execute"].find((each) => each === part.toLowerCase());
    const short = { r: "read", w: "write", x: "execute" }[part.toLowerCase()];
    if (name === undefined && short === undefined)
      throw usageError(`--access: '${part}' is none of read, write, execute (r, w, x)`);
    return name ?? short;
  });
  return whereNode(names.map((name) => `interceptAccessType == ${name}`).join(" or "), "--access");
}

function ripNode(text: string, symbols: Symbols | undefined): Node {
  const ranges = parts("--rip", text).flatMap((part) => ripRanges(part, symbols));
  return { node: "bits", path: "rip", test: { ranges: normalised(ranges) } };
}

const MOST_RIP = (1n << 64n) - 1n;

/** `0x1000`, `0x1000..0x1fff`, `0x1000+0x200` (start + length), `symbol`, `symbol+0x10` (one address), `symbol..symbol`. */
function ripRanges(part: string, symbols: Symbols | undefined): Range[] {
  const check = (range: Range) => checkRange("--rip", part, range, MOST_RIP);
  const dots = part.indexOf("..");
  if (dots >= 0) {
    const [first] = addressOf(rangeOfAddress(part.slice(0, dots).trim(), symbols));
    const [, last] = addressOf(rangeOfAddress(part.slice(dots + 2).trim(), symbols));
    return [check([first, last])];
  }
  const [start, length, ...more] = part.split("+").map((each) => parseNumber(each.trim()));
  if (start === undefined) return addressOf(rangesOfSymbol(part, symbols)).map(check);
  if (!part.includes("+")) return [check([start, start])];
  if (length === undefined || more.length > 0)
    throw usageError(
      `--rip takes addresses: 0x1000, 0x1000..0x1fff, 0x1000+0x200; '${part}' is none of these`,
    );
  if (length === 0n) throw usageError(`--rip: the range ${part} is empty: its length is 0`);
  return [check([start, start + length - 1n])];
}

function addressOf<Found extends object>(found: Found | AddressFault): Found {
  if (!("fault" in found)) return found;
  throw found.loaded
    ? usageError(`--rip: ${found.fault}`, found.hint)
    : usageError(`--rip takes addresses: 0x1000, 0x1000..0x1fff, 0x1000+0x200; ${found.fault}`, found.hint);
}

/** `IF,!TF,eferLma,cpl=3`: all of them. */
function flagsNode(text: string): Node {
  return and(...parts("--flags", text).map(flagNode));
}

function flagNode(part: string): Node {
  const negated = part.startsWith("!");
  const name = negated ? part.slice(1).trim() : part;
  const [field = "", value] = name.split("=").map((each) => each.trim());
  const path = stateFlags().find(
    (each) => each.slice(each.indexOf(".") + 1).toLowerCase() === field.toLowerCase(),
  );
  const rflag = RFLAGS_BITS.find(([, each]) => each === field.toUpperCase());
  if (value !== undefined) {
    if (path === undefined || rflag)
      throw usageError(`--flags: '${part}': only cpl, vtl and iopl take a value`, "as in cpl=3");
    return whereNode(`${path} ${negated ? "!=" : "=="} ${value}`, "--flags");
  }
  if (rflag) {
    const mask = 1n << BigInt(rflag[0]);
    return { node: "bits", path: "rflags", test: { mask, set: !negated } };
  }
  if (path === undefined) {
    const names = [
      ...RFLAGS_BITS.map(([, each]) => each),
      ...stateFlags().map((each) => each.slice(each.indexOf(".") + 1)),
    ];
    throw usageError(
      `--flags: unknown flag '${field}'`,
      didYouMean(field, names) ?? `the flags are ${names.join(", ")}`,
    );
  }
  if (fieldCatalog().get(path)?.field.type !== "bool")
    throw usageError(`--flags: '${field}' is not a single bit`, `give its value, as in ${field}=3`);
  return whereNode(`${path} == ${negated ? 0 : 1}`, "--flags");
}

/** Execution-state fields and IOPL. */
function stateFlags(): string[] {
  return [...fieldCatalog().keys()].filter((path) => path.startsWith("executionState.") || path === "iopl");
}

function parts(option: string, text: string): string[] {
  const all = text.split(",").map((part) => part.trim());
  if (all.some((part) => part === "" || part === "!"))
    throw usageError(`${option} '${text}' has an empty value in it`);
  return all;
}
