import { type Batch, readBits, readLength, readUnsigned, type Shape } from "../record/index.ts";

/** The instruction that some bytes begin with. */
export interface Instruction {
  /** Intel syntax; `(bad)`: no processor runs these bytes; `(cut off)`: it goes on past the last byte. */
  text: string;
  /** Bytes that it takes; absent where `text` is `(bad)` or `(cut off)`. */
  length?: number;
}

const BAD = "(bad)";
const CUT_OFF = "(cut off)";

export interface Disassembler {
  /** The instruction at `rip` that the bytes begin with, as a processor with that bitness reads it. */
  decode(bytes: Uint8Array, bitness: Bitness, rip: bigint): Instruction;
}

export type Bitness = 16 | 32 | 64;

/** Loads the disassembler (iced-x86: some 30 ms). */
export async function openDisassembler(): Promise<Disassembler> {
  const { Decoder, DecoderError, DecoderOptions, Formatter, FormatterSyntax } = await import("iced-x86");
  const formatter = new Formatter(FormatterSyntax.Intel);
  formatter.hexPrefix = "0x";
  formatter.hexSuffix = "";
  formatter.uppercaseHex = false;
  formatter.smallHexNumbersInDecimal = false;
  formatter.branchLeadingZeros = false;
  formatter.showBranchSize = false;
  formatter.spaceAfterOperandSeparator = true;
  const decodeOnce = (bytes: Uint8Array, bitness: Bitness, rip: bigint) => {
    const decoder = new Decoder(bitness, bytes, DecoderOptions.None);
    decoder.ip = rip;
    const instruction = decoder.decode();
    const error = decoder.lastError;
    const found = error === DecoderError.None && {
      text: formatter.format(instruction),
      length: instruction.length,
    };
    instruction.free();
    decoder.free();
    return { found, short: error === DecoderError.NoMoreBytes };
  };
  return {
    decode(bytes, bitness, rip) {
      const { found, short } = decodeOnce(bytes, bitness, rip);
      if (found) return found;
      // Bytes that are too few may still be ones that nothing makes an instruction of.
      const goesOn = short && continuations(bytes).some((longer) => decodeOnce(longer, bitness, rip).found);
      return { text: goesOn ? CUT_OFF : BAD };
    },
  };
}

/** What completes whatever is left of an instruction after one byte more: operands in memory or in registers. */
const FILLERS = [0x00, 0x5c, 0x6f, 0x90, 0xc0];

/** The bytes with any byte after them and a filler after that: some are an instruction where the bytes begin one. */
function continuations(bytes: Uint8Array): Uint8Array[] {
  return FILLERS.flatMap((filler) =>
    Array.from({ length: 256 }, (_, next) => {
      const longer = new Uint8Array(bytes.length + 16).fill(filler);
      longer.set(bytes);
      longer[bytes.length] = next;
      return longer;
    }),
  );
}

/** The instruction of a record, from its instruction bytes; undefined where it has none. */
export function instructionOf(
  disassembler: Disassembler,
  batch: Batch,
  record: number,
  shape: Shape,
): Instruction | undefined {
  const field = shape.byPath.get("payload.instructionBytes");
  const rip = shape.byPath.get("rip");
  const base = record * 256;
  const bitness = bitnessOf(batch, record, shape);
  if (!field || !rip || bitness === undefined) return undefined;
  const length = readLength(batch.bytes, base, field);
  if (length === 0) return undefined;
  const from = base + field.byte;
  return disassembler.decode(
    batch.bytes.subarray(from, from + length),
    bitness,
    readUnsigned(batch.bytes, base, rip),
  );
}

/** How wide code is in the processor mode of a record (Intel SDM vol. 3, 2.2); undefined where it does not tell. */
function bitnessOf(batch: Batch, record: number, shape: Shape): Bitness | undefined {
  const bit = (path: string) => {
    const field = shape.byPath.get(path);
    return field && readBits(batch.bytes, record * 256, field) === 1;
  };
  const rflags = shape.byPath.get("rflags");
  if (!rflags || !shape.byPath.has("executionState.cr0Pe") || !shape.byPath.has("csSegment.long"))
    return undefined;
  if (!bit("executionState.cr0Pe")) return 16;
  if (bit("executionState.eferLma")) {
    if (bit("csSegment.long")) return 64;
  } else if ((readUnsigned(batch.bytes, record * 256, rflags) >> 17n) & 1n) {
    return 16;
  }
  return bit("csSegment.default") ? 32 : 16;
}
