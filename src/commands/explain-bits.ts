/** Words for numbers that are sets of bits, read with the layouts of the messages. */
import { hex } from "../base/text.ts";
import { type Check, type Field, type LaidOut, layOut } from "../layout/index.ts";
import { ABIS, interceptHeader, MEANINGS, pageFaultWords, segmentTypeWords } from "../messages/index.ts";
import { flagNames } from "../record/index.ts";

/** `PF ZF IF, IOPL 0`. */
export function rflagsWords(value: bigint): string[] {
  const low = Number(value & 0xffffffffn);
  const set = flagNames(low).join(" ") || "no flag";
  const { checks } = layOut(interceptHeader("hvhdk"), 0, "");
  const fixed = value & 2n ? "" : "; bit 1 is clear, which a processor never has";
  return [`${set}, IOPL ${(low >> 12) & 3}${reservedWords(value, checks, "rflags")}${fixed}`];
}

/** The fields of an ExecutionState: a line an ABI where they read it differently. */
export function stateWords(value: bigint): string[] {
  const lines = ABIS.map((abi) => stateOf(value, layOut(interceptHeader(abi), 0, "")));
  const [first, second] = lines as [string, string];
  return first === second ? [first] : ABIS.map((abi, index) => `${abi}: ${lines[index]}`);
}

function stateOf(value: bigint, { fields, checks }: LaidOut): string {
  const parts = fields
    .filter((field) => field.container === "executionState")
    .flatMap((field) => {
      const raw = bitsOf(value, field);
      if (field.name === "cpl") return [`cpl ${raw} (${MEANINGS.cpl?.(raw, () => undefined, "")})`];
      if (field.type === "bool") return raw === 1n ? [field.name] : [];
      return raw === 0n ? [] : [`${field.name} ${raw}`];
    });
  return parts.join(", ") + reservedWords(value, checks, "executionState");
}

/** `code, execute/read, accessed; S, DPL 0, P, L, G`. */
export function attributesWords(value: bigint): string[] {
  if (value === 0n) return ["no attributes: a null segment"];
  const bits = (shift: number, width: number) => (Number(value) >> shift) & (2 ** width - 1);
  const codeOrData = bits(4, 1) === 1;
  const set = ATTRIBUTE_BITS.filter(([bit]) => bits(bit, 1) === 1).map(([, name]) => name);
  const { checks } = layOut(interceptHeader("hvhdk"), 0, "");
  const kind = codeOrData ? "" : " (system)";
  const about = [`DPL ${bits(5, 2)}`, ...set].join(", ");
  return [
    `${segmentTypeWords(bits(0, 4), codeOrData)}${kind}; ${about}${reservedWords(value, checks, "csSegment.attributes")}`,
  ];
}

const ATTRIBUTE_BITS: readonly (readonly [bit: number, name: string])[] = [
  [7, "P present"],
  [12, "AVL"],
  [13, "L 64-bit"],
  [14, "D/B 32-bit"],
  [15, "G granular"],
];

/** As a page fault's, and as that of the exceptions whose code is a selector (Intel SDM vol. 3, 6.13). */
export function errorCodeWords(value: bigint): string[] {
  const code = Number(value);
  const pageFault = `of a #PF: ${pageFaultWords(code).slice(2, -1)}`;
  if (code > 0xffff) return [pageFault];
  const index = code >> 3;
  const entry = code & 2 ? `IDT entry ${index}` : `${code & 4 ? "LDT" : "GDT"} entry ${hex(index)}`;
  const outside = code & 1 ? ", from outside the program (EXT)" : "";
  const selector = code < 4 && !(code & 2) ? "no selector" : entry;
  return [pageFault, `of a #TS, #NP, #SS or #GP: ${selector}${outside}`];
}

function bitsOf(value: bigint, { shift, width }: Field): bigint {
  return (value >> BigInt(shift)) & ((1n << BigInt(width)) - 1n);
}

function reservedWords(value: bigint, checks: readonly Check[], container: string): string {
  const check = checks.find((each) => each.check === "reserved" && each.container === container);
  const set = check?.check === "reserved" ? value & check.mask : 0n;
  return set === 0n ? "" : `; reserved bits ${hex(set)} are set`;
}
