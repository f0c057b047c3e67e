/**
 * Phrases: the one-line sentence of a message, written as data so that it can be compiled. A part that speaks
 * of a field which the message does not have (its payload is too short) says nothing.
 */
export type Phrase = readonly Part[];

export type Part =
  | string
  /** A value of up to 64 bits in hexadecimal; two fields: the low halves of both, joined. */
  | { part: "hex"; field: string; width: 8 | 16 | 32 | 64; highHalf?: string }
  /** A value in decimal. */
  | { part: "decimal"; field: string }
  /** Words for the raw bits of a field, or of `width` bits of it from `shift`; made once a value. */
  | {
      part: "words";
      field: string;
      shift: number;
      width: number;
      words: (raw: number, abiMasked: boolean) => string;
    }
  /** Bytes in hexadecimal. */
  | { part: "bytes"; field: string; most: number }
  /** `then` where `width` bits of the field from `shift` equal `is`, else `otherwise`. */
  | { part: "when"; field: string; shift: number; width: number; is: number; then: Phrase; otherwise: Phrase }
  /** `then` where the access type is (or, as a mask, includes) this one. */
  | { part: "whenAccess"; access: Access; then: Phrase; otherwise: Phrase };

export type Access = "read" | "write" | "execute";

/** The lowest `width` bits of a field in hexadecimal, without leading zeros. */
export function hexOf(field: string, width: 8 | 16 | 32 | 64 = 64): Part {
  return { part: "hex", field, width };
}

/** EDX:EAX and its like: the low half of `low` with the low half of `high` above it. */
export function hexPair(high: string, low: string): Part {
  return { part: "hex", field: low, width: 64, highHalf: high };
}

export function decimalOf(field: string): Part {
  return { part: "decimal", field };
}

/** Words for the whole field (up to 32 bits), or for `width` bits of it from `shift` on. */
export function wordsOf(
  field: string,
  words: (raw: number, abiMasked: boolean) => string,
  shift = 0,
  width = 32,
): Part {
  return { part: "words", field, shift, width, words };
}

export function bytesOf(field: string, most = 16): Part {
  return { part: "bytes", field, most };
}

/** `then` where the field (a bit, by default) has the value. */
export function when(field: string, is: number, then: Phrase, otherwise: Phrase = []): Part {
  return { part: "when", field, shift: 0, width: 32, is, then, otherwise };
}

/** `then` where the upper half of a 64-bit field is zero, so that 32 bits tell it whole. */
export function whenBelow4G(field: string, then: Phrase): Part {
  return { part: "when", field, shift: 32, width: 32, is: 0, then, otherwise: [] };
}

export function whenAccess(access: Access, then: Phrase, otherwise: Phrase = []): Part {
  return { part: "whenAccess", access, then, otherwise };
}
