import type { Field } from "../layout/index.ts";
import { ADDED_FIELDS, type CatalogEntry, fieldCatalog } from "../record/index.ts";
import type { Command } from "./command.ts";
import { COLOR_OPTION, loadStyle } from "./writing.ts";

export const fields: Command = {
  options: [
    COLOR_OPTION,
    { flags: "--wireshark", about: "print a Wireshark dissector (Lua) of link type USER0 instead" },
  ],
  examples: [
    ["hvmsg fields", "all of them"],
    ["hvmsg fields | grep payload.msr", "those of one payload"],
    ["hvmsg fields --wireshark", "in a file, for 'tshark -X lua_script:hvmsg.lua -r capture.pcapng'"],
  ],
  async run(_operands, options, io) {
    if (options.wireshark === true) {
      const { wiresharkDissector } = await import("../record/wireshark.ts");
      await io.stdout.write(Buffer.from(wiresharkDissector()));
      return 0;
    }
    const { default: Table } = await import("cli-table3");
    const style = await loadStyle(options, io);
    const table = new Table({
      head: ["FIELD", "TYPE", "VALUES", "IN", "MEANING"].map((title) => style.bold(title)),
      style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
      chars: PLAIN_BORDERS,
    });
    for (const entry of fieldCatalog().values())
      table.push([
        entry.path,
        typeText(entry.field),
        valuesText(entry.field),
        whereText(entry),
        entry.field.doc,
      ]);
    for (const { path, type, doc } of ADDED_FIELDS) table.push([path, type, "", "header", doc]);
    table.push([
      "problems",
      "list of text",
      "",
      "any",
      "what is wrong with the record; absent where nothing is",
    ]);
    const lines = table.toString().split("\n");
    await io.stdout.write(Buffer.from(`${lines.map((line) => line.trimEnd()).join("\n")}\n`));
    return 0;
  },
};

const BORDERS =
  "top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right left left-mid mid mid-mid right right-mid middle";
const PLAIN_BORDERS = Object.fromEntries(BORDERS.split(" ").map((name) => [name, ""]));

function typeText(field: Field): string {
  switch (field.type) {
    case "uint":
      return field.width % 8 === 0 ? `u${field.width}` : `${field.width} bits`;
    case "bool":
      return "bit";
    case "hex64":
      return "u64 (hex)";
    case "hex128":
      return "u128 (hex)";
    case "access":
    case "flags":
      return "list of names";
    case "bytes":
      return "bytes (hex)";
    case "array":
      return `list of ${field.plain ? "u128" : "objects"}`;
    case "position":
      return POSITION_TYPES.get(field.name) ?? "number";
    case "messageType":
    case "name":
    case "constant":
      return "name";
    case "enum":
      return field.type;
  }
}

function valuesText(field: Field): string {
  if (field.type === "access") return "read write execute";
  if (field.type === "messageType") return "HvMessageType…";
  const names = [...(field.values?.values.values() ?? [])];
  if (names.length > 0) return names.length > 8 ? `${names[0]} … (${names.length})` : names.join(" ");
  return field.names ? `${field.names.what} names (${field.names.rows().length})` : "";
}

/** The payload kinds that have a field; "header" where it comes with the intercept header. */
function whereText({ path, kinds, abis }: CatalogEntry): string {
  const only = abis.length === 1 ? ` (${abis[0]})` : "";
  if (path.startsWith("payload.")) {
    const few = kinds.length > 6 ? `${kinds.length} payloads` : kinds.join(" ");
    return few + only;
  }
  return (MESSAGE_FIELDS.has(path) ? "message" : POSITION_FIELDS.has(path) ? "any" : "header") + only;
}

const MESSAGE_FIELDS = new Set(["messageType", "messageTypeCode", "payloadSize", "messagePending", "sender"]);
const POSITION_FIELDS = new Set(["file", "index", "offset", "time"]);
const POSITION_TYPES = new Map([
  ["file", "text"],
  ["time", "ISO 8601"],
]);
