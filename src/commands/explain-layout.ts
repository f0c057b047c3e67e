/** The layout of a message type's payload, as a table: under both ABIs at once, with what only one of them has. */
import type { Style } from "../base/style.ts";
import type { Field } from "../layout/index.ts";
import { ABIS, type Abi, MESSAGE_HEADER_BYTES, type MessageType, type Payload } from "../messages/index.ts";
import { layOutPayload } from "../record/index.ts";

/** A row: a field, or bytes that are reserved. */
interface Row {
  offset: number;
  bit: number;
  /** Bytes; or which bits of the bytes at the offset. */
  size: string;
  field: string;
  about: string;
  abis: Abi[];
}

/** Lines that say which bytes of the payload are what. */
export function layoutLines(type: MessageType, style: Style): string[] {
  const abis = type.only === undefined ? ABIS : [type.only];
  const { kind, withoutHeader } = type.payload[abis[0] as Abi];
  if (kind === "raw") return ["  The layout of its payload is not public: it is shown as bytes."];
  const sizes = abis.map((abi) => sizesText(type.payload[abi]));
  const size =
    new Set(sizes).size === 1 ? sizes[0] : abis.map((abi, index) => `${sizes[index]} (${abi})`).join(", ");
  const rows = joinedRows(type, abis);
  const width = Math.max(...rows.map((row) => row.field.length));
  const head = `  ${"offset".padEnd(7)} ${"size".padEnd(10)} ${"field".padEnd(width)}  meaning`;
  return [
    `  payload ${kind}, ${size} bytes; offsets are from the start of the payload, which is byte 16 of the message`,
    ...(withoutHeader
      ? [`  (a payload of ${withoutHeader.size} bytes has no header: some hypervisors send it so)`]
      : []),
    style.bold(head),
    ...rows.map(({ offset, size, field, about, abis: has }) => {
      const only = has.length < abis.length ? ` [${has.join(" ")}]` : "";
      const place = `0x${offset.toString(16).padStart(2, "0")}`;
      return `  ${place.padEnd(7)} ${size.padEnd(10)} ${style.cyan(field.padEnd(width))}  ${about}${style.yellow(only)}`.trimEnd();
    }),
  ];
}

function sizesText({ size, largestSize }: Payload): string {
  return size === largestSize ? `${size}` : `${size} or ${largestSize}`;
}

function joinedRows(type: MessageType, abis: readonly Abi[]): Row[] {
  const joined = new Map<string, Row>();
  for (const abi of abis) {
    for (const row of rowsOf(abi, type.payload[abi])) {
      const key = [row.offset, row.bit, row.size, row.field, row.about].join();
      const known = joined.get(key);
      if (known) known.abis.push(abi);
      else joined.set(key, row);
    }
  }
  return [...joined.values()].sort(
    (a, b) => a.offset - b.offset || a.bit - b.bit || b.abis.length - a.abis.length,
  );
}

function rowsOf(abi: Abi, payload: Payload): Row[] {
  const { beginning, items } = layOutPayload(abi, payload);
  const fields = [...beginning.fields, ...items.fields].filter(isShown).map((field) => fieldRow(field, abi));
  const reserved = [...beginning.checks, ...items.checks].flatMap((check): Row[] => {
    if (check.check !== "reserved" || check.container !== undefined) return [];
    const offset = check.byte - MESSAGE_HEADER_BYTES;
    return [{ offset, bit: 0, size: `${check.size}`, field: "(reserved)", about: "", abis: [abi] }];
  });
  return [...fields, ...reserved];
}

/** Names are those of another field; `hvmsg explain attr=…` says what a segment's attributes are. */
function isShown(field: Field): boolean {
  if (field.type === "name" || field.type === "flags") return false;
  return !(field.container === "attributes" && field.path.includes("Segment."));
}

function fieldRow(field: Field, abi: Abi): Row {
  const { byte, size, shift, width, type, stride, length } = field;
  const whole = type === "bytes" || type === "array" || width === size * 8;
  const bits = width === 1 ? `bit ${shift}` : `bits ${shift + width - 1}:${shift}`;
  const many = type === "array" ? `${length} of ${stride}` : `${size}`;
  return {
    offset: byte - MESSAGE_HEADER_BYTES,
    bit: whole ? -1 : shift,
    size: whole ? many : bits,
    field: field.path.replace(/^payload\./, ""),
    about: field.doc + valuesText(field),
    abis: [abi],
  };
}

/** The values of a closed list, where they are few. */
function valuesText({ values, type, masked }: Field): string {
  if (type === "access") return masked ? " (a mask: 1, 2, 4)" : " (0, 1, 2)";
  if (!values || values.values.size > 8) return "";
  return `: ${[...values.values].map(([number, name]) => `${number} ${name}`).join(", ")}`;
}
