/**
 * The Wireshark dissector, made from the message table: its fields, value strings and layouts as Lua tables, before
 * the code of wireshark-lua.ts that walks them. Loaded only when asked for.
 */
import { type Enumeration, type Field, type NameTable, RFLAGS_BITS } from "../layout/index.ts";
import {
  ABIS,
  type Abi,
  accessNames,
  INTERCEPT_HEADER_BYTES,
  MESSAGE_HEADER_BYTES,
  MESSAGE_TYPES,
  type MessageType,
} from "../messages/index.ts";
import { fullShapes } from "./catalog.ts";
import { type Shape, Shapes } from "./shape.ts";
import { LUA_ENGINE, LUA_HEAD } from "./wireshark-lua.ts";

/** The dissector as Lua, for Wireshark and tshark from 4.0 on. */
export function wiresharkDissector(): string {
  const lua = new LuaTables();
  const shapes = new Shapes();
  const all = fullShapes(shapes);
  const header = (abi: Abi) => shapes.find(abi, "header", 0, 0, 256).fields;
  for (const abi of ABIS) lua.layout(`header ${abi}`, header(abi));
  const inHeader = new Set(ABIS.flatMap((abi) => header(abi).map((field) => field.path)));
  const messageFields = (all[0] as Shape).fields.filter(
    (field) => field.byte + field.size <= MESSAGE_HEADER_BYTES && field.type !== "constant",
  );
  lua.layout("message", messageFields);
  const inMessage = new Set(messageFields.map((field) => field.path));

  const payload = (shape: Shape) => {
    const withHeader = shape.byPath.has("rip");
    const own = shape.fields.filter(
      (field) =>
        field.path.startsWith("payload.") ||
        (!inMessage.has(field.path) && !(withHeader && inHeader.has(field.path))),
    );
    return lua.payload(shape, own, withHeader ? `header ${shape.abi}` : undefined);
  };
  for (const abi of ABIS) for (const type of MESSAGE_TYPES) lua.type(abi, type, payloadNames(type, abi));
  return lua.text();

  function payloadNames(type: MessageType, abi: Abi): { full: string; short: string | undefined } {
    const full = all.find((shape) => shape.abi === abi && shape.type === type) as Shape;
    // The longest that is too short for the header, so that the bytes past the known layout are a row too.
    const size = INTERCEPT_HEADER_BYTES - 1;
    const short = type.payload[abi].withoutHeader && shapes.find(abi, "message", type.code, size, 256);
    return { full: payload(full), short: short && payload(short) };
  }
}

/** Gathers the tables; what is there already is not written twice. */
class LuaTables {
  readonly #names = new Map<NameTable | Enumeration, string>();
  readonly #nameTexts: string[] = [];
  readonly #fields = new Map<string, string>();
  readonly #typeOf = new Map<string, string>();
  readonly #layouts = new Map<string, string>();
  readonly #types: Record<Abi, string[]> = { hvhdk: [], hvimapi: [] };

  text(): string {
    const flags = RFLAGS_BITS.map(([bit, name]) => `{ ${bit}, ${quoted(name)} }`);
    const types = ABIS.map((abi) => `  ${abi} = {\n${this.#types[abi].join("\n")}\n  },`);
    return [
      LUA_HEAD,
      "-- Names of values: { first, last, name }.\nlocal NAMES = {}",
      ...this.#nameTexts,
      "\n-- What Wireshark can show and filter by: type, path, meaning, mask, names, whether it is read in decimal.\nlocal FIELDS = {",
      ...this.#fields.values(),
      "}\n\n-- Where it is: what, offset in the message, bytes, field, and what else the kind of row needs.",
      "local LAYOUTS = {",
      ...this.#layouts.values(),
      "}\n\n-- Message types: short name, layout of the payload, and of one that is too short for the header.",
      `local TYPES = {\n${types.join("\n")}\n}`,
      `\n-- Bits of RFLAGS.\nlocal RFLAGS = { ${flags.join(", ")} }`,
      LUA_ENGINE,
    ].join("\n");
  }

  type(abi: Abi, { code, short }: MessageType, payload: { full: string; short: string | undefined }): void {
    const second = payload.short === undefined ? "" : `, short = ${quoted(payload.short)}`;
    this.#types[abi].push(
      `    [0x${code.toString(16)}] = { name = ${quoted(short)}, layout = ${quoted(payload.full)}${second} },`,
    );
  }

  /** The layout of a payload, which begins with another one where `before` names it; gives its name. */
  payload(shape: Shape, fields: readonly Field[], before: string | undefined): string {
    const payload = shape.type?.payload[shape.abi];
    const rows = this.#rows(fields);
    const identity = (payload?.identity ?? []).map((each) => quoted(each.path)).join(", ");
    const body = [
      ...(before === undefined ? [] : [`    before = ${quoted(before)},`]),
      ...(identity === "" ? [] : [`    identity = { ${identity} },`]),
      ...rows.map((row) => `    ${row}`),
    ].join("\n");
    const short = before === undefined && payload?.withoutHeader ? " short" : "";
    const plain = shape.kind + short;
    // A layout that is the same under both ABIs but for the header before it still is one of each.
    for (const name of [plain, `${plain} ${shape.abi}`]) {
      const text = `  [${quoted(name)}] = {\n${body}\n  },`;
      const there = this.#layouts.get(name);
      if (there === undefined || there === text) {
        this.#layouts.set(name, text);
        return name;
      }
    }
    throw new Error(`two layouts of ${shape.kind} under ${shape.abi}`);
  }

  layout(name: string, fields: readonly Field[]): void {
    const rows = this.#rows(fields).map((row) => `    ${row}`);
    this.#layouts.set(name, `  [${quoted(name)}] = {\n${rows.join("\n")}\n  },`);
  }

  #rows(fields: readonly Field[]): string[] {
    const rows: string[] = [];
    const groups = new Set<string>();
    for (const field of fields) {
      const group = field.path.slice(0, -field.name.length - 1);
      if (group !== "" && group !== "payload" && !groups.has(group)) {
        groups.add(group);
        const members = fields.filter((each) => each.path.startsWith(`${group}.`));
        const first = Math.min(...members.map((each) => each.byte));
        const last = Math.max(...members.map((each) => each.byte + each.size));
        rows.push(`{ "group", ${first}, ${last - first}, ${quoted(group)} },`);
      }
      rows.push(...this.#row(field));
    }
    return rows;
  }

  #row(field: Field): string[] {
    const at = `${field.byte}, ${field.size}, ${quoted(field.path)}`;
    switch (field.type) {
      case "position":
        return [];
      case "constant":
        this.#text(field);
        return [
          `{ "constant", ${MESSAGE_HEADER_BYTES}, 0, ${quoted(field.path)}, ${quoted(String(field.constant))} },`,
        ];
      case "messageType":
        this.#text(field);
        return [`{ "type", ${at}, ${this.#tableOf(field.values as Enumeration)} },`];
      case "name": {
        this.#text(field);
        const bits = narrowed(field);
        const names = this.#tableOf(field.names as NameTable);
        return [`{ "name", ${bits.byte}, ${bits.size}, ${quoted(field.path)}, ${names}${endText(field)} },`];
      }
      case "flags":
        this.#text(field);
        return [`{ "flags", ${at} },`];
      case "hex128":
        this.#text(field);
        return [`{ "wide", ${at} },`];
      case "bytes":
        this.#define(field.path, "bytes", `{ "bytes", ${quoted(field.path)}, ${quoted(field.doc)} },`);
        if (field.count === undefined) return [`{ "rest", ${field.byte}, 0, ${quoted(field.path)} },`];
        return [`{ "bytes", ${at}, ${countText(field.count)} },`];
      case "array":
        return [this.#arrayRow(field)];
      default: {
        const bits = narrowed(field);
        if (isShifted(field))
          return [
            `{ "shifted", ${field.byte}, ${field.size}, ${quoted(this.#number(field))}, ${field.shift} },`,
          ];
        return [`{ "number", ${bits.byte}, ${bits.size}, ${quoted(this.#number(field))}${endText(field)} },`];
      }
    }
  }

  #arrayRow(field: Field): string {
    const { byte, length = 0, stride = 0, count, path } = field;
    const inner = (field.element ?? []).map((each) => {
      const name = field.plain ? path : `${path}.${each.name}`;
      return this.#row({ ...each, path: name, name: name.slice(name.lastIndexOf(".") + 1) }).join(" ");
    });
    const counted = count === undefined ? "nil" : countText(count);
    return `{ "array", ${byte}, ${stride}, ${quoted(path)}, ${length}, ${counted}, { ${inner.join(" ")} } },`;
  }

  #text(field: Field): void {
    this.#define(field.path, "string", `{ "string", ${quoted(field.path)}, ${quoted(field.doc)} },`);
  }

  /** Defines a number; gives its key, which tells the two ABIs' apart where they differ. */
  #number(field: Field): string {
    const { byte, size, shift } = narrowed(field);
    // Wireshark 4.0 takes masks of 32 bits; what is wider is shifted by the dissector.
    const whole = (field.width === size * 8 && !field.masked) || isShifted(field);
    // Of a mask of access types, the bits that mean something.
    const mask = field.masked ? 7n : ((1n << BigInt(field.width)) - 1n) << BigInt(shift);
    const maskText = whole ? "nil" : hex(mask);
    const type = field.type === "bool" ? "bool" : "uint";
    const values = field.type === "access" ? accessTable(field) : undefined;
    const named = field.values ?? field.names;
    const names = values ?? (named ? this.#tableOf(named) : "nil");
    const kind = `${type}${size * 8}`;
    const decimal = field.width <= 8 || field.name.endsWith("Index") ? ", true" : "";
    const body = `${quoted(kind)}, ${quoted(field.path)}, ${quoted(field.doc)}, ${maskText}, ${names}${decimal}`;
    for (let variant = 0; ; variant++) {
      const key = variant === 0 ? field.path : `${field.path}/${variant}`;
      const text = `  [${quoted(key)}] = { ${body} },`;
      if (this.#fields.get(key) === undefined || this.#fields.get(key) === text) {
        this.#checkType(field.path, type === "bool" ? "bool" : kind);
        this.#fields.set(key, text);
        return key;
      }
      if (variant > ABIS.length) throw new Error(`${field.path} at ${byte} has too many forms`);
    }
  }

  #define(path: string, type: string, row: string): void {
    this.#checkType(path, type);
    this.#fields.set(path, `  [${quoted(path)}] = ${row}`);
  }

  /** Wireshark wants one type a name. */
  #checkType(path: string, type: string): void {
    const known = this.#typeOf.get(path) ?? type;
    if (known !== type) throw new Error(`${path} is ${known} in one payload and ${type} in another`);
    this.#typeOf.set(path, type);
  }

  /** A table of names; gives the expression that stands for it. */
  #tableOf(table: NameTable | Enumeration): string {
    const known = this.#names.get(table);
    if (known !== undefined) return known;
    const rows =
      "rows" in table
        ? table.rows().map(({ first, last, name }) => [first, last, name] as const)
        : [...table.values].map(([value, name]) => [value, value, name] as const);
    const name = "what" in table ? camel(table.what) : table.name;
    const expression = `NAMES.${name}`;
    this.#names.set(table, expression);
    const lines = rows.map(([first, last, each]) => `  { ${hex(first)}, ${hex(last)}, ${quoted(each)} },`);
    this.#nameTexts.push(`${expression} = {\n${lines.join("\n")}\n}`);
    return expression;
  }
}

/** A part of a 64-bit container in the fewest bytes that hold it: Wireshark's value strings have 32 bits. */
function narrowed({ byte, size, shift, width }: Field): Pick<Field, "byte" | "size" | "shift" | "width"> {
  if (size < 8 || width === 64) return { byte, size, shift, width };
  for (const bytes of [1, 2, 4]) {
    const first = Math.floor(shift / 8);
    if (shift + width <= (first + bytes) * 8)
      return { byte: byte + first, size: bytes, shift: shift - first * 8, width };
  }
  return { byte, size, shift, width };
}

/** A part of more than 32 bits, which reaches to the end of its container. */
function isShifted({ path, size, shift, width }: Field): boolean {
  if (width <= 32 || width === size * 8) return false;
  if (shift + width !== size * 8) throw new Error(`${path}: no form for ${width} bits from ${shift}`);
  return true;
}

/** Where the container ends, all of which has to be there, when the row names a part of it. */
function endText(field: Field): string {
  return narrowed(field).size === field.size ? "" : `, to = ${field.byte + field.size}`;
}

function countText(count: Field): string {
  return `{ ${count.byte}, ${count.size}, ${count.shift}, ${count.width} }`;
}

function accessTable(field: Field): string {
  const rows = Array.from({ length: field.masked ? 8 : 3 }, (_, raw) => {
    return `{ ${raw}, ${raw}, ${quoted(accessNames(raw, field.masked === true))} }`;
  });
  return `{ ${rows.join(", ")} }`;
}

function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}

function camel(words: string): string {
  return words.replace(/[^A-Za-z]+(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** A Lua string; the tables hold plain text only. */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}
