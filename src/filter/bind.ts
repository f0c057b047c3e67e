/** Gives names and values of an expression their meaning: fields of the catalog, numbers, ranges. */
import type { HvmsgError } from "../base/errors.ts";
import { didYouMean, hex } from "../base/text.ts";
import { parseTime } from "../base/time.ts";
import type { Symbols } from "../code/index.ts";
import { type Field, RFLAGS_BITS } from "../layout/index.ts";
import { MESSAGE_TYPES, OTHER_NAMES } from "../messages/index.ts";
import {
  ADDED_FIELDS,
  fieldCatalog,
  readProblems,
  readUnsigned,
  readValue,
  resolvePaths,
  type Shape,
} from "../record/index.ts";
import { type AddressFault, rangeOfAddress, rangesOfSymbol } from "./addresses.ts";
import { type BitsTest, type Node, normalised, not, or, type Range } from "./node.ts";
import { parseNumber } from "./numbers.ts";
import { type Expression, errorAt, type Place, type Written } from "./parse.ts";
import { codesOfType } from "./types.ts";

/**
 * Binds a parsed expression; RIPs may be compared with `symbols`. Throws a usage error that points at the place in
 * `text`.
 */
export function bindExpression(
  expression: Expression,
  text: string,
  option: string,
  symbols?: Symbols,
): Node {
  return new Binder(text, option, symbols).bind(expression);
}

class Binder {
  readonly #text: string;
  readonly #option: string;
  readonly #symbols: Symbols | undefined;

  constructor(text: string, option: string, symbols: Symbols | undefined) {
    this.#text = text;
    this.#option = option;
    this.#symbols = symbols;
  }

  bind(expression: Expression): Node {
    switch (expression.is) {
      case "and":
      case "or":
        return { node: expression.is, parts: expression.parts.map((part) => this.bind(part)) };
      case "not":
        return not(this.bind(expression.part));
      case "has":
        return this.#has(expression.field);
      case "bit": {
        const field = this.#field(expression.field);
        if (field.type !== "bool")
          this.#fail(
            expression.field,
            `'${field.path}' is no single bit: compare it, or ask 'has ${field.name}'`,
          );
        return bits(field.path, [[1n, 1n]]);
      }
      case "in":
        return this.#in(expression.field, expression.items);
      case "compare":
        return this.#compare(expression);
    }
  }

  #compare({ field: name, operator, value, place }: Extract<Expression, { is: "compare" }>): Node {
    const field = this.#field(name);
    return operator.bind({
      present: () => present(field),
      equal: () => this.#equals(field, value),
      within: (ranges) => {
        const unordered = UNORDERED[field.type];
        if (unordered !== undefined)
          this.#fail(place, `'${field.path}' is ${unordered}, which has no order: use ==, != or in`);
        return ranged(field, ranges(this.#number(field, value), mostOf(field)));
      },
      sharesBit: () => this.#mask(name, field, value),
    });
  }

  #in(name: Written, items: { first: Written; last: Written }[]): Node {
    const field = this.#field(name);
    const parts = items.map(({ first, last }) => {
      if (first === last) return this.#equals(field, first);
      const unordered = UNORDERED[field.type];
      if (unordered !== undefined) this.#fail(first, `'${field.path}' is ${unordered}, which has no ranges`);
      const range = [this.#number(field, first), this.#lastOf(field, last)] as const;
      if (range[0] > range[1]) {
        const place = { at: first.at, length: last.at + last.length - first.at };
        this.#fail(place, `the range ${first.text}..${last.text} is empty: its end is below its start`);
      }
      return ranged(field, [range]);
    });
    return or(...joinRanges(parts));
  }

  /** What `==` accepts; of a list, that the value is in it. */
  #equals(field: Field, value: Written): Node {
    switch (field.type) {
      case "access":
        return this.#access(field, value);
      case "flags":
        return bits("rflags", { mask: 1n << BigInt(this.#flagBit(value)), set: true });
      case "messageType": {
        const codes = value.kind === "number" ? undefined : codesOfType(value.text);
        if (codes)
          return ranged(
            field,
            codes.map((code) => [BigInt(code), BigInt(code)] as const),
          );
        break;
      }
      case "constant":
        return this.#kind(field, value);
      case "name":
        return this.#named(field, value);
      case "bytes":
        return this.#bytes(field, value);
      case "position":
        if (field.name === "file") return { node: "file", holds: (name) => name === value.text };
        break;
      case "array":
        this.#fail(value, `'${field.path}' is a list: only 'has ${field.name}' can be asked of it`);
    }
    if (isSymbol(field, value))
      return ranged(field, this.#faultless(value, rangesOfSymbol(value.text, this.#symbols)));
    const number = this.#number(field, value);
    return ranged(field, [[number, number]]);
  }

  /** The end of a range: of a symbol, the last address that it reaches. */
  #lastOf(field: Field, value: Written): bigint {
    if (!isSymbol(field, value)) return this.#number(field, value);
    return this.#faultless(value, rangeOfAddress(value.text, this.#symbols))[1];
  }

  #faultless<Found extends object>(place: Place, found: Found | AddressFault): Found {
    return "fault" in found ? this.#fail(place, found.fault, found.hint) : found;
  }

  #mask(name: Written, field: Field, value: Written): Node {
    if (field.type === "flags" || field.path === "rflags") {
      const bit =
        value.kind === "word" ? RFLAGS_BITS.find(([, flag]) => flag === value.text.toUpperCase()) : undefined;
      if (bit) return bits("rflags", { mask: 1n << BigInt(bit[0]), set: true });
    }
    if (field.type === "access" && value.kind === "word") return this.#access(field, value);
    const numeric = ["uint", "enum", "bool", "hex64", "hex128", "messageType", "access"].includes(field.type);
    if (!numeric) this.#fail(name, `'${field.path}' is not a number: '&' needs one`);
    return bits(field.path, { mask: this.#number(field, value), set: true });
  }

  #has(name: Written): Node {
    if (name.text === "problems")
      return {
        node: "record",
        holds: (batch, record, shape) => readProblems(batch, record, shape).length > 0,
      };
    const paths = this.#paths(name);
    return or(...paths.map((path) => present(this.#fieldOf(path))));
  }

  #access(field: Field, value: Written): Node {
    if (value.kind === "number") {
      const number = this.#number(field, value);
      return bits(field.path, [[number, number]]);
    }
    const number = ACCESS.findIndex(
      (name) => name === value.text || name[0] === value.text || (name === "execute" && value.text === "x"),
    );
    if (number < 0) this.#unknown(value, field, ACCESS);
    const exact = [[BigInt(number), BigInt(number)]] as const;
    return or(
      { node: "bits", path: field.path, test: { ranges: exact }, applies: (each) => !each.masked },
      {
        node: "bits",
        path: field.path,
        test: { mask: 1n << BigInt(number), set: true },
        applies: (each) => each.masked === true,
      },
    );
  }

  #flagBit(value: Written): number {
    const found = RFLAGS_BITS.find(([, name]) => name === value.text.toUpperCase());
    if (!found)
      return this.#unknown(
        value,
        undefined,
        RFLAGS_BITS.map(([, name]) => name),
      );
    return found[0];
  }

  #kind(field: Field, value: Written): Node {
    const kinds = [...new Set(MESSAGE_TYPES.flatMap((type) => [type.payload.hvhdk.kind]))];
    const kind = kinds.find((each) => each.toLowerCase() === value.text.toLowerCase().replaceAll("-", ""));
    if (kind === undefined) return this.#unknown(value, field, kinds);
    return { node: "shape", holds: (shape) => shape.kind === kind };
  }

  /** The numbers that have the name. */
  #named(field: Field, value: Written): Node {
    const rows =
      field.names?.rows().filter((row) => row.name.toLowerCase() === value.text.toLowerCase()) ?? [];
    if (rows.length === 0)
      this.#unknown(
        value,
        field,
        (field.names?.rows() ?? []).map((row) => row.name),
      );
    return ranged(
      field,
      rows.map((row) => [BigInt(row.first), BigInt(row.last)] as const),
    );
  }

  #bytes(field: Field, value: Written): Node {
    const wanted = value.text.toLowerCase().replace(/^0x/, "");
    if (!/^([0-9a-f]{2})+$/.test(wanted))
      this.#fail(
        value,
        `'${field.path}' is bytes: compare it with pairs of hexadecimal digits, as in "0f30"`,
      );
    return {
      node: "record",
      holds: (batch, record, shape) => {
        const there = shape.byPath.get(field.path);
        return there !== undefined && readValue(batch, record, there) === wanted;
      },
    };
  }

  #number(field: Field, value: Written): bigint {
    const number = this.#numberOf(field, value);
    const most = mostOf(field);
    if (number > most) {
      const width =
        field.type === "position"
          ? ""
          : `, which has ${field.width} bit${field.width === 1 ? "" : "s"} (at most ${hex(most)})`;
      this.#fail(value, `${value.text} does not fit in '${field.path}'${width}`);
    }
    return number;
  }

  #numberOf(field: Field, value: Written): bigint {
    if (field.name === "time" && field.type === "position") {
      const time = parseTime(value.text);
      if (time === undefined)
        this.#fail(value, `'${value.text}' is no time: write it as "2026-01-02T03:04:05.5Z"`);
      return time as bigint;
    }
    if (value.kind === "number") {
      const number = parseNumber(value.text);
      if (number === undefined) this.#fail(value, `'${value.text}' is not a number (decimal, 0x, 0b or 0o)`);
      return number as bigint;
    }
    if (isSymbol(field, value)) return this.#faultless(value, rangeOfAddress(value.text, this.#symbols))[0];
    if (field.type === "bool") {
      if (value.text === "true" || value.text === "false") return value.text === "true" ? 1n : 0n;
      this.#unknown(value, field, ["true", "false"]);
    }
    const wanted = value.text.toLowerCase();
    for (const [number, name] of field.values?.values ?? [])
      if (name.toLowerCase() === wanted) return BigInt(number);
    if (field.type === "messageType" && OTHER_NAMES[value.text] !== undefined)
      return BigInt(OTHER_NAMES[value.text] as number);
    const named = field.names?.value(wanted);
    if (named !== undefined) return BigInt(named);
    const names = [
      ...(field.values?.values.values() ?? []),
      ...(field.names?.rows().map((row) => row.name) ?? []),
    ];
    return this.#unknown(value, field, names);
  }

  #field(name: Written): Field {
    if (name.text === "problems")
      this.#fail(name, "'problems' is a list: only 'has problems' can be asked of it");
    const paths = this.#paths(name);
    const exact = paths.find((path) => `.${path}`.endsWith(`.${name.text}`));
    if (exact === undefined) {
      const few = paths.slice(0, 4).join(", ") + (paths.length > 4 ? " …" : "");
      this.#fail(name, `'${name.text}' is a group of fields`, `name one of ${few}`);
    }
    return this.#fieldOf(exact as string);
  }

  #fieldOf(path: string): Field {
    const entry = fieldCatalog().get(path);
    if (!entry) throw new Error(`no field ${path}`);
    return entry.field;
  }

  #paths(name: Written): string[] {
    const added = ADDED_FIELDS.find(({ path }) => path === name.text);
    if (added) this.#fail(name, `'${name.text}' is nothing that a message has`, COMPARABLE[name.text]);
    try {
      return resolvePaths(name.text);
    } catch (error) {
      const { message, hint } = error as HvmsgError;
      return this.#fail(name, message, hint);
    }
  }

  #unknown(value: Written, field: Field | undefined, names: readonly string[]): never {
    const of = field === undefined ? "RFLAGS" : `'${field.path}'`;
    if (names.length === 0) this.#fail(value, `${of} is a number; '${value.text}' is not one`);
    const few = names.length <= 12 ? `the values are ${names.join(", ")}` : undefined;
    this.#fail(
      value,
      `'${value.text}' is no value of ${of}`,
      didYouMean(value.text, names) ?? few ?? `a number, or a name such as ${names[0]}`,
    );
  }

  #fail(place: Place, what: string, hint?: string): never {
    throw errorAt(this.#text, this.#option, place, what, hint);
  }
}

/** What to compare in place of what hvmsg adds. */
const COMPARABLE: Record<string, string> = {
  symbol: "compare rip with its name: rip == do_one_initcall",
  instruction: "compare payload.instructionBytes, or look for it in the output",
};

/** A RIP may be written as a symbol. */
function isSymbol(field: Field, value: Written): boolean {
  return field.path === "rip" && value.kind !== "number";
}

const ACCESS = ["read", "write", "execute"];

/** Types whose values have no order, and how an error calls them. */
const UNORDERED: Partial<Record<Field["type"], string>> = {
  access: "a list of names",
  flags: "a list of names",
  name: "a name",
  constant: "a name",
  bytes: "bytes",
  array: "a list",
};

/** Whether `<` and its like can be asked of a field. */
export function hasOrder(field: Field): boolean {
  return UNORDERED[field.type] === undefined;
}

function mostOf(field: Field): bigint {
  if (field.type === "position")
    return field.name === "time" ? (1n << 127n) - 1n : BigInt(Number.MAX_SAFE_INTEGER);
  return (1n << BigInt(field.width)) - 1n;
}

function bits(path: string, test: BitsTest | readonly Range[]): Node {
  return { node: "bits", path, test: "length" in test ? { ranges: test } : test };
}

/** The field's value is in one of the ranges. */
function ranged(field: Field, ranges: readonly Range[]): Node {
  const sorted = normalised(ranges);
  if (field.path === "time") return timed(sorted);
  if (field.type === "position") return { node: "position", name: field.name as "index", ranges: sorted };
  if (field.type === "hex128") return wide(field.path, sorted);
  // The name of a number is where the number is.
  return bits(field.path, sorted);
}

function wide(path: string, ranges: readonly Range[]): Node {
  return {
    node: "record",
    holds(batch, record, shape) {
      const field = shape.byPath.get(path);
      if (!field) return false;
      const value = readUnsigned(batch.bytes, record * 256, field);
      return ranges.some(([first, last]) => value >= first && value <= last);
    },
  };
}

function timed(ranges: readonly Range[]): Node {
  return {
    node: "record",
    holds(batch, record, shape) {
      const field = shape.byPath.get("time");
      const time = field && parseTime(String(readValue(batch, record, field)));
      return time !== undefined && ranges.some(([first, last]) => time >= first && time <= last);
    },
  };
}

/** The message has the field; of a name, that there is one. */
function present(field: Field): Node {
  if (field.path === "time") return timed([[-(1n << 127n), 1n << 127n]]);
  if (field.type === "position") return { node: "shape", holds: () => true };
  if (field.type === "name") {
    const rows = field.names?.rows() ?? [];
    return bits(field.path, normalised(rows.map((row) => [BigInt(row.first), BigInt(row.last)] as const)));
  }
  return { node: "shape", holds: (shape: Shape) => shape.byPath.has(field.path) };
}

/** One test for all ranges of one field. */
function joinRanges(parts: Node[]): Node[] {
  const first = parts[0] as Node;
  const plain = parts.every((part) => part.node === "bits" && "ranges" in part.test && !part.applies);
  if (!plain || first.node !== "bits") return parts;
  const ranges = parts.flatMap((part) =>
    part.node === "bits" && "ranges" in part.test ? part.test.ranges : [],
  );
  return [bits(first.path, normalised(ranges))];
}
