/** What text is recognised by: dumps (text.ts) and JSON records (json-lines.ts), which are loaded only after that. */
import { fieldCatalog } from "../record/index.ts";

export interface Encoding {
  name: "utf-8" | "utf-16le" | "utf-16be";
  /** Bytes of its mark. */
  mark: number;
}

/** The encoding of a text, from the mark that it begins with. */
export function encodingOf(head: Uint8Array): Encoding {
  const [first, second, third] = head;
  if (first === 0xff && second === 0xfe) return { name: "utf-16le", mark: 2 };
  if (first === 0xfe && second === 0xff) return { name: "utf-16be", mark: 2 };
  return { name: "utf-8", mark: first === 0xef && second === 0xbb && third === 0xbf ? 3 : 0 };
}

/** Whether the first bytes of an input are text: nothing in them that text does not have; JSON records are another container. */
export function recogniseText(head: Uint8Array): boolean {
  if (head.length >= 2 && encodingOf(head).name !== "utf-8") return true;
  return head.length > 0 && head.every(isTextCharacter) && !recogniseJsonLines(head);
}

/** Anything but the control characters that no text has; UTF-8 and the escape sequences of colours are text. */
function isTextCharacter(code: number): boolean {
  return code >= 0x20 ? code !== 0x7f : (code >= 7 && code <= 13) || code === 0x1b;
}

/** Whether the first bytes of an input are JSON records: an object, or an array of them, with a member that they have. */
export function recogniseJsonLines(head: Uint8Array): boolean {
  // Most inputs tell by their first byte that they are none: 0xef begins a byte order mark.
  if (![0x09, 0x0a, 0x0d, 0x20, 0x5b, 0x7b, 0xef].includes(head[0] ?? 0)) return false;
  const text = Buffer.from(head.subarray(0, 1024)).toString("utf8");
  const member = /^\uFEFF?[\s[]*\{\s*"([A-Za-z0-9]+)"\s*:/.exec(text)?.[1];
  if (member === undefined) return false;
  if (member === "problems" || member === "time") return true;
  return [...fieldCatalog().keys()].some((path) => path === member || path.startsWith(`${member}.`));
}
