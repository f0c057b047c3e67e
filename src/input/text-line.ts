/** One line of a text, or a piece of one: bytes[from..to), borrowed, and the same as a string. */
export interface Line {
  text: string;
  bytes: Uint8Array;
  from: number;
  to: number;
  /** Where it begins in the input. */
  offset: number;
}

/** The bytes as a string of one character each. */
export function lineOf(bytes: Uint8Array, from: number, to: number, offset: number): Line {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString("latin1");
  return { text, bytes, from, to, offset };
}

/** A line without the escape sequences that colour it on a terminal. */
export function withoutColours(line: Line): Line {
  if (!line.text.includes("\x1b[")) return line;
  const bytes = Buffer.from(line.text.replace(/\x1b\[[0-9;]*[A-Za-z]/g, ""), "latin1");
  return { text: bytes.toString("latin1"), bytes, from: 0, to: bytes.length, offset: line.offset };
}
