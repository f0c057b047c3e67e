/** Random filter expressions: with what they mean over a JSON record, or without any meaning. */
import { fieldCatalog } from "../../src/record/index.ts";
import { type Rng, randomBelow, randomPick } from "../oracle/random.ts";

/** A record as it is parsed. */
export type JsonRecord = Record<string, unknown>;
/** An expression as text, and what it means over a JSON record. */
interface Meant {
  text: string;
  holds: (record: JsonRecord) => boolean;
}

function valueAt(record: JsonRecord, path: string): unknown {
  return path.split(".").reduce<unknown>((value, name) => (value as JsonRecord | undefined)?.[name], record);
}

/** A JSON value as the number that it stands for; undefined for what is no number. */
function numberOf(value: unknown): bigint | undefined {
  if (typeof value === "boolean") return value ? 1n : 0n;
  if (typeof value === "number") return BigInt(value);
  return typeof value === "string" && /^0x[0-9a-f]+$/.test(value) ? BigInt(value) : undefined;
}

/** What the operators mean between numbers, written anew. */
export const MEANINGS: [spellings: string[], holds: (a: bigint, b: bigint) => boolean][] = [
  [["==", "eq", "EQ"], (a, b) => a === b],
  [["!=", "ne"], (a, b) => a !== b],
  [["<", "lt"], (a, b) => a < b],
  [["<=", "le"], (a, b) => a <= b],
  [[">", "gt"], (a, b) => a > b],
  [[">=", "ge"], (a, b) => a >= b],
  [["&"], (a, b) => (a & b) !== 0n],
];

const entries = [...fieldCatalog().values()];
const numeric = entries.filter(
  ({ field }) =>
    ["uint", "bool", "hex64", "hex128"].includes(field.type) || ["index", "offset"].includes(field.path),
);
const named = entries.filter(({ field }) =>
  ["enum", "access", "flags", "name", "messageType", "constant"].includes(field.type),
);
const anyField = entries.filter(({ field }) => field.path !== "file" && field.path !== "time");

/** The path, or its last part where that is enough. */
function nameOf(rng: Rng, path: string): string {
  const last = path.slice(path.lastIndexOf(".") + 1);
  const ambiguous =
    entries.filter((entry) => entry.path === last || entry.path.endsWith(`.${last}`)).length > 1;
  return !ambiguous && randomBelow(rng, 2) === 0 ? last : path;
}

/** A value that some record has there, one beside it, or any that fits. */
function numberFor(rng: Rng, path: string, records: JsonRecord[]): bigint {
  const field = fieldCatalog().get(path)!.field;
  const most = field.type === "position" ? 1n << 40n : (1n << BigInt(field.width)) - 1n;
  const there = numberOf(valueAt(randomPick(rng, records), path)) ?? BigInt(randomBelow(rng, 5));
  const moved = there + BigInt(randomBelow(rng, 3)) - 1n;
  const value = randomBelow(rng, 12) === 0 ? randomPick(rng, [0n, most]) : moved;
  return value < 0n ? 0n : value > most ? most : value;
}

function written(rng: Rng, value: bigint): string {
  return randomPick(rng, [
    value.toString(),
    `0x${value.toString(16)}`,
    `0x${value.toString(16).toUpperCase()}`,
    `0b${value.toString(2)}`,
    `0o${value.toString(8)}`,
  ]);
}

function leaf(rng: Rng, records: JsonRecord[]): Meant {
  switch (randomBelow(rng, 8)) {
    case 0: {
      const { path } = randomPick(rng, anyField);
      return { text: `has ${nameOf(rng, path)}`, holds: (record) => valueAt(record, path) !== undefined };
    }
    case 1:
      return namedLeaf(rng, records);
    case 2: {
      const { path } = randomPick(rng, numeric);
      const ranges = Array.from({ length: 1 + randomBelow(rng, 3) }, () => {
        const ends = [numberFor(rng, path, records), numberFor(rng, path, records)].sort((a, b) =>
          a < b ? -1 : 1,
        );
        return [ends[0]!, randomBelow(rng, 2) ? ends[0]! : ends[1]!] as const;
      });
      const set = ranges.map(([a, b]) =>
        a === b ? written(rng, a) : `${written(rng, a)}..${written(rng, b)}`,
      );
      const holds = (record: JsonRecord) => {
        const value = numberOf(valueAt(record, path));
        return value !== undefined && ranges.some(([a, b]) => value >= a && value <= b);
      };
      return { text: `${nameOf(rng, path)} in {${set.join(", ")}}`, holds };
    }
    case 3: {
      const { path } = randomPick(
        rng,
        entries.filter(({ field }) => field.type === "bool"),
      );
      return { text: nameOf(rng, path), holds: (record) => valueAt(record, path) === true };
    }
    default: {
      const { path, field } = randomPick(rng, numeric);
      const [spellings, holds] = randomPick(rng, field.type === "position" ? MEANINGS.slice(0, 6) : MEANINGS);
      const value = numberFor(rng, path, records);
      return {
        text: `${nameOf(rng, path)} ${randomPick(rng, spellings)} ${written(rng, value)}`,
        holds(record) {
          const there = numberOf(valueAt(record, path));
          return there !== undefined && holds(there, value);
        },
      };
    }
  }
}

/** A comparison with a name: of a list, whether the name is in it. */
function namedLeaf(rng: Rng, records: JsonRecord[]): Meant {
  const { path } = randomPick(rng, named);
  const values = records
    .flatMap((record) => valueAt(record, path) ?? [])
    .filter((value) => typeof value === "string");
  if (values.length === 0)
    return { text: `has ${path}`, holds: (record) => valueAt(record, path) !== undefined };
  const value = randomPick(rng, values);
  const unknownType = path === "messageType" && value.startsWith("0x");
  const text = randomBelow(rng, 3) === 0 ? value.toLowerCase() : value;
  const shown = unknownType || /^[\w#.-]+$/.test(text) ? text : `"${text}"`;
  const negative = randomBelow(rng, 3) === 0;
  const is = (record: JsonRecord) => [valueAt(record, path)].flat().includes(value);
  return {
    text: `${nameOf(rng, path)} ${negative ? "!=" : "=="} ${shown}`,
    holds: (record) => valueAt(record, path) !== undefined && is(record) !== negative,
  };
}

/** A random expression; parentheses only where precedence needs them, or sometimes besides. */
export function expression(rng: Rng, records: JsonRecord[], depth: number): Meant & { level: number } {
  const choice = depth === 0 ? 0 : randomBelow(rng, 4);
  if (choice === 0) return { ...leaf(rng, records), level: 3 };
  const wrap = (part: Meant & { level: number }, level: number) =>
    part.level < level || randomBelow(rng, 8) === 0 ? `(${part.text})` : part.text;
  if (choice === 1) {
    const part = expression(rng, records, depth - 1);
    return {
      text: `${randomPick(rng, ["!", "not "])}${wrap(part, 3)}`,
      holds: (record) => !part.holds(record),
      level: 2,
    };
  }
  const [word, level] = choice === 2 ? [["&&", "and"], 1] : [["||", "or"], 0];
  const parts = Array.from({ length: 2 + randomBelow(rng, 2) }, () => expression(rng, records, depth - 1));
  const text = parts
    .map((part) => wrap(part, (level as number) + 1))
    .join(` ${randomPick(rng, word as string[])} `);
  const holds = (record: JsonRecord) =>
    choice === 2 ? parts.every((part) => part.holds(record)) : parts.some((part) => part.holds(record));
  return { text, holds, level: level as number };
}

/** Words that an expression may be made of, and some that it may not. */
const WORDS = [
  "&&",
  "||",
  "!",
  "not",
  "and",
  "or",
  "(",
  ")",
  "{",
  "}",
  ",",
  "..",
  "==",
  "!=",
  "<",
  "<=",
  ">",
  ">=",
  "&",
  "=",
  "-",
  "in",
  "has",
  "eq",
  "lt",
  "0",
  "1",
  "0x",
  "0x10",
  "0b102",
  "0o7",
  "18446744073709551616",
  "0x1_0",
  "1e9",
  "-1",
  '"',
  "'",
  '"x"',
  "#PF",
  "%io",
  "COM1",
  "io-port",
  "writeBack",
  "true",
  "msr+0x10",
  "symbol",
  "file",
  "time",
  "payload",
  "\x1b]0;x\x07",
  "\u202e",
  "\0",
  "\n",
  "\t",
  "\ufffd",
  "\ud800",
  "\u{1f600}",
  "é",
  ".",
  "..",
  "...",
  "?",
  "*",
  "$x",
  "__proto__",
  "constructor",
  "toString",
  "rip",
  "flags",
  "index",
  "offset",
  "problems",
  "payload.",
  ".rip",
];

/** Text that is hardly ever an expression: words in a row, a spoilt expression, or very much of something. */
export function nonsense(rng: Rng, records: JsonRecord[]): string {
  const word = () => randomPick(rng, [randomPick(rng, WORDS), randomPick(rng, anyField).path]);
  const text = randomPick(rng, [
    () => Array.from({ length: randomBelow(rng, 12) }, word).join(randomPick(rng, [" ", ""])),
    () => spoilt(rng, expression(rng, records, randomBelow(rng, 4)).text),
    () => spoilt(rng, expression(rng, records, 1).text),
  ])();
  if (randomBelow(rng, 60) > 0) return text;
  return Array(1 << randomBelow(rng, 15))
    .fill(word())
    .join(randomPick(rng, [" ", "", " || ", " && ", ",", "("]));
}

function spoilt(rng: Rng, text: string): string {
  const at = randomBelow(rng, text.length + 1);
  const length = randomBelow(rng, 4);
  return text.slice(0, at) + randomPick(rng, ["", "", ...WORDS]) + text.slice(at + length);
}
