/** What a number or a name can mean, a row a kind: to explain another kind of number, add its row. */
import { hex, hexFixed } from "../base/text.ts";
import { codesOfType, typeNames } from "../filter/index.ts";
import type { Enumeration, NameRow, NameTable } from "../layout/index.ts";
import {
  APIC_REGISTERS,
  CACHE_TYPE,
  CPUID_LEAVES,
  DELIVERABLE_TYPE,
  EXCEPTIONS,
  FEATURE_CODE,
  HYPERCALLS,
  MESSAGE_TYPES,
  type MessageType,
  MMIO_REGIONS,
  MSRS,
  mmioName,
  OTHER_NAMES,
  PORTS,
  REGISTERS,
  WHV_EXIT_REASONS,
} from "../messages/index.ts";
import { attributesWords, errorCodeWords, rflagsWords, stateWords } from "./explain-bits.ts";

/** One meaning of a number or name: a line. */
export interface Meaning {
  /** The number as that kind of thing is usually written. */
  number: string;
  name: string;
  about: string;
  /** The message type, whose layout is shown. */
  type?: MessageType;
}

export interface Kind {
  /** What narrows a number to this kind: `msr=0x1b`. */
  prefix: string;
  what: string;
  /** Whether it is meant only where its prefix says so: any number could be one. */
  onlyPrefixed?: boolean;
  numbers(value: bigint): Meaning[];
  /** `name` is in lower case. */
  names(name: string): Meaning[];
  /** Every name, for suggestions, with the number as `numbers` takes it. */
  all(): Iterable<readonly [name: string, value: number]>;
}

export const KINDS: readonly Kind[] = [
  {
    prefix: "type",
    what: "message type",
    numbers: (value) => {
      const code = codeOf(value);
      if (code === 0) return [NO_MESSAGE];
      return MESSAGE_TYPES.filter((type) => type.code === code).map(typeMeaning);
    },
    names: (name) => {
      if (/^(hvmessagetype|hvmsg_)none$/.test(name)) return [NO_MESSAGE];
      const codes = codesOfType(name);
      return MESSAGE_TYPES.filter((type) => codes?.includes(type.code)).map(typeMeaning);
    },
    all: () => [
      ...MESSAGE_TYPES.map((type) => [type.name, type.code] as const),
      ...typeNames()
        .filter((name) => !name.startsWith("%"))
        .map((name) => [name, codesOfType(name)?.[0] ?? 0] as const),
    ],
  },
  ofTable("whv", WHV_EXIT_REASONS, hex),
  ofTable("msr", MSRS, hex),
  ofTable("port", PORTS, hex),
  hypercalls(),
  ofTable("register", REGISTERS, (number) => hexFixed(number, 8)),
  ofTable("vector", EXCEPTIONS, (number) => `${number}`),
  { ...ofTable("cpuid", CPUID_LEAVES, hex), what: "CPUID leaf" },
  {
    ...ofTable("gpa", MMIO_REGIONS, hex),
    what: "guest physical address",
    numbers: (value) =>
      within(value, MMIO_REGIONS).map((row) => ({
        ...tableMeaning(row, hex),
        name: mmioName(Number(value)) ?? row.name,
      })),
  },
  apicRegisters(),
  ofEnumeration("cache", "cache type", CACHE_TYPE),
  ofEnumeration("deliverable", "interruption type", DELIVERABLE_TYPE),
  ofEnumeration("feature", "unsupported feature", FEATURE_CODE),
  ofBits("rflags", "RFLAGS", 64, rflagsWords),
  ofBits("state", "execution state", 16, stateWords),
  ofBits("attr", "segment attributes", 16, attributesWords),
  ofBits("err", "error code", 32, errorCodeWords),
];

/** The 32 bits of a code that was printed unsigned, signed (in 32 bits), or sign-extended to 64 bits. */
export function codeOf(value: bigint): number | undefined {
  if (value >= 0n && value <= 0xffffffffn) return Number(value);
  const signed = value < 0n ? value : BigInt.asIntN(64, value);
  return signed < 0n && signed >= -0x80000000n ? Number(signed & 0xffffffffn) : undefined;
}

const NO_MESSAGE: Meaning = { number: "0x0", name: "HvMessageTypeNone", about: "HVMSG_NONE: an empty slot" };

function typeMeaning(type: MessageType): Meaning {
  const others = Object.keys(OTHER_NAMES).filter((name) => OTHER_NAMES[name] === type.code);
  const names = [...(type.alias ? [type.alias] : []), ...others].join(", ");
  const short = `--type ${type.short}, group %${type.group}`;
  const only = type.only === undefined ? "" : `; only ${type.only}`;
  return {
    number: hexFixed(type.code, 8),
    name: type.name,
    about: `${names === "" ? "" : `${names}; `}${short}${only}`,
    type,
  };
}

function ofTable(prefix: string, table: NameTable, write: (number: number) => string): Kind {
  return {
    prefix,
    what: table.what,
    numbers: (value) => within(value, table).map((row) => tableMeaning(row, write)),
    names: (name) =>
      table
        .rows()
        .filter((row) => row.name.toLowerCase() === name)
        .map((row) => tableMeaning(row, write)),
    all: () => table.rows().map((row) => [row.name, row.first] as const),
  };
}

function within(value: bigint, table: NameTable): NameRow[] {
  const row = value >= 0n && value <= 0xffffffffn ? table.find(Number(value)) : undefined;
  return row ? [row] : [];
}

function tableMeaning({ first, last, name, doc }: NameRow, write: (number: number) => string): Meaning {
  const number = first === last ? write(first) : `${write(first)}-${write(last)}`;
  return { number, name, about: doc === name ? "" : doc };
}

/** A hypercall's code, or its whole input value (RCX): the code in bits 15:0. */
function hypercalls(): Kind {
  const table = ofTable("hypercall", HYPERCALLS, (number) => hexFixed(number, 4));
  return {
    ...table,
    numbers: (value) => {
      if (value < 0x10000n) return table.numbers(value);
      const fast = (value >> 16n) & 1n ? ["fast"] : [];
      const count = (value >> 32n) & 0xfffn;
      const reps = count === 0n ? [] : [`rep ${count}`];
      const about = ["as an input value (RCX)", ...fast, ...reps].join(", ");
      // Any number might be one; a plausible one has its reserved bits clear.
      return value & ~0x0fff0fff_0001ffffn
        ? []
        : table.numbers(value & 0xffffn).map((meaning) => ({ ...meaning, about }));
    },
  };
}

/** By offset, by their x2APIC MSR's number they are found among the MSRs. */
function apicRegisters(): Kind {
  const kind = ofTable("apic", APIC_REGISTERS, (number) => hexFixed(number, 3));
  const place = (meaning: Meaning): Meaning => {
    const offset = Number(meaning.number);
    const where = `gpa ${hex(0xfee00000 + offset)}, x2APIC MSR ${hex(0x800 + offset / 16)}`;
    return { ...meaning, about: `${meaning.about}; ${where}` };
  };
  return {
    ...kind,
    numbers: (value) => kind.numbers(value).map(place),
    names: (name) => kind.names(name).map(place),
  };
}

function ofEnumeration(prefix: string, what: string, { values }: Enumeration): Kind {
  const meaning = (number: number, name: string): Meaning => ({ number: `${number}`, name, about: "" });
  const rows = [...values];
  return {
    prefix,
    what,
    onlyPrefixed: true,
    numbers: (value) =>
      rows.filter(([number]) => BigInt(number) === value).map(([number, name]) => meaning(number, name)),
    names: (wanted) =>
      rows.filter(([, name]) => name.toLowerCase() === wanted).map(([number, name]) => meaning(number, name)),
    all: () => rows.map(([number, name]) => [name, number] as const),
  };
}

/** A number that is a set of bits; `words` says what they are, one line a way to read them. */
function ofBits(prefix: string, what: string, width: number, words: (value: bigint) => string[]): Kind {
  return {
    prefix,
    what,
    onlyPrefixed: true,
    numbers: (value) =>
      value < 0n || value >= 1n << BigInt(width)
        ? []
        : words(value).map((name) => ({ number: hex(value), name, about: "" })),
    names: () => [],
    all: () => [],
  };
}
