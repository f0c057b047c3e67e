import type { Style } from "../base/style.ts";
import { didYouMean, hex, nearest, printable } from "../base/text.ts";
import type { Command } from "./command.ts";
import { codeOf, KINDS, type Kind, type Meaning } from "./explain-kinds.ts";
import { layoutLines } from "./explain-layout.ts";
import { COLOR_OPTION, loadStyle } from "./writing.ts";

export const explain: Command = {
  options: [COLOR_OPTION],
  examples: [
    ["hvmsg explain 2147549184", "what a VMM printed: a message type, and what its payload holds"],
    ["hvmsg explain -2147483648", "the same, printed as a signed number"],
    ["hvmsg explain HV_X64_MSR_SIMP", "the number of a name"],
    ["hvmsg explain 0x1b", "everything that the number can be"],
    ["hvmsg explain msr=0x1b port=0x3f8", `one of them: ${KINDS.map((kind) => `${kind.prefix}=`).join(" ")}`],
    ["hvmsg explain rflags=0x246 state=0x14 attr=0xa09b err=0x2", "the bits of a number"],
  ],
  async run(operands, options, io) {
    const style = await loadStyle(options, io);
    let unknown = 0;
    let written = 0;
    for (const operand of operands) {
      const found = explanationOf(operand);
      if (typeof found === "string") {
        unknown++;
        io.stderr.write(`hvmsg: ${printable(found)}\n`);
        continue;
      }
      const text = explanationText(operand, found, style);
      await io.stdout.write(Buffer.from(`${written++ > 0 ? "\n" : ""}${text}`));
    }
    return unknown > 0 ? 2 : 0;
  },
};

/** What an operand means. */
interface Explanation {
  /** The number that it was taken for; absent: it is a name. */
  number?: bigint;
  meanings: { kind: Kind; meaning: Meaning }[];
}

/** What an operand means, or the sentence that says that it means nothing. */
function explanationOf(operand: string): Explanation | string {
  const { kinds, text } = narrowed(operand);
  if (kinds.length === 0) {
    const prefixes = KINDS.map((kind) => kind.prefix);
    const prefix = operand.slice(0, operand.indexOf("=")).trim();
    const hint = didYouMean(prefix, prefixes) ?? `the kinds are ${prefixes.join(", ")}`;
    return `'${operand}': there is no kind '${prefix}' - ${hint}`;
  }
  const ask = (meaningsOf: (kind: Kind) => Meaning[]) =>
    kinds.flatMap((kind) => meaningsOf(kind).map((meaning) => ({ kind, meaning })));
  const named = ask((kind) => kind.names(text.toLowerCase()));
  if (named.length > 0) return { meanings: named };
  const numbers = numbersOf(text);
  for (const number of numbers) {
    const found = ask((kind) => (kind.onlyPrefixed && kinds.length > 1 ? [] : kind.numbers(number)));
    if (found.length > 0) return { number, meanings: found };
  }
  const ended = ask((kind) => endingWith(text, kind).flatMap((name) => kind.names(name)));
  if (ended.length > 0) return { meanings: ended };
  const what = kinds.length === 1 ? ` as ${(kinds[0] as Kind).what}` : "";
  if (text === "") return `'${operand}' has nothing in it to explain`;
  const hint = numbers.length > 0 ? nearNumber(numbers[0] as bigint, kinds) : nearName(text, kinds);
  return `'${text}' means nothing to hvmsg${what}${hint === undefined ? "" : ` - ${hint}`}`;
}

/** Names, in lower case, of which a text is the last words: `efer` and `ia32_efer` of MSR_EFER, `cr3` of a register. */
function endingWith(text: string, kind: Kind): string[] {
  const ending = `_${text.toLowerCase().replace(/^(msr_)?ia32_/, "")}`;
  const names = [...kind.all()].map(([name]) => name.toLowerCase());
  return ending === "_" ? [] : [...new Set(names.filter((name) => name.endsWith(ending)))];
}

/** `msr=0x1b` asks one kind alone; none where there is no such kind. */
function narrowed(operand: string): { kinds: readonly Kind[]; text: string } {
  const equals = operand.indexOf("=");
  if (equals < 0) return { kinds: KINDS, text: operand.trim() };
  const prefix = operand.slice(0, equals).trim().toLowerCase();
  return {
    kinds: KINDS.filter((kind) => kind.prefix === prefix),
    text: operand.slice(equals + 1).trim(),
  };
}

/**
 * The numbers that a text can be, the likely one first: decimal, signed, `0x`, `0b`, `0o`; hexadecimal digits
 * alone, as some logs have them, or with an `h`.
 */
function numbersOf(text: string): bigint[] {
  const plain = text.replaceAll("_", "");
  const bare = /^(?=.*[0-9])([0-9a-f]{2,16})h?$/i.exec(plain)?.[1];
  return [
    ...(/^(-?\d+|0x[0-9a-f]+|0b[01]+|0o[0-7]+)$/i.test(plain) ? [BigInt(plain)] : []),
    ...(bare === undefined ? [] : [BigInt(`0x${bare}`)]),
  ];
}

/** Message types whose layouts are shown at most: a group of them is only listed. */
const MOST_LAYOUTS = 2;

/** A line a meaning, grouped by kind; then the layouts of the message types. */
function explanationText(operand: string, { number, meanings }: Explanation, style: Style): string {
  const whatWidth = Math.max(...meanings.map(({ kind }) => kind.what.length));
  const numberWidth = Math.max(...meanings.map(({ meaning }) => meaning.number.length));
  const lines = meanings.map(({ kind, meaning: { number, name, about } }) => {
    const left = `${kind.what.padEnd(whatWidth)}  ${number.padEnd(numberWidth)}`;
    return `  ${left}  ${style.cyan(name)}${about === "" ? "" : `  ${style.dim(about)}`}`;
  });
  const types = meanings.flatMap(({ meaning: { type } }) => (type ? [type] : []));
  const layouts = (types.length > MOST_LAYOUTS ? [] : types).flatMap((type) => [
    "",
    ...(types.length > 1 ? [`  ${type.name}:`] : []),
    ...layoutLines(type, style),
  ]);
  return `${[style.bold(title(operand, number)), ...lines, ...layouts].join("\n")}\n`;
}

/** A number in the ways that logs print it. */
function title(operand: string, number: bigint | undefined): string {
  if (number === undefined || operand.includes("=")) return printable(operand);
  const code = codeOf(number);
  if (code === undefined) return `${printable(operand)} = ${hex(BigInt.asUintN(64, number))}`;
  const forms = [hex(code), String(code), ...(code > 0x7fffffff ? [String(code | 0)] : [])];
  return [printable(operand), ...forms.filter((form) => form !== operand.trim())].join(" = ");
}

function nearName(text: string, kinds: readonly Kind[]): string | undefined {
  return didYouMean(text, new Set(kinds.flatMap((kind) => [...kind.all()].map(([name]) => name))));
}

/** Numbers that are a typing error away, with their names. */
function nearNumber(number: bigint, kinds: readonly Kind[]): string | undefined {
  const code = codeOf(number);
  if (code === undefined) return undefined;
  const named = new Map<string, string>();
  for (const kind of kinds)
    for (const [name, value] of kind.all()) if (!named.has(hex(value))) named.set(hex(value), name);
  const near = nearest(hex(code), named.keys(), 2);
  return near.length === 0
    ? undefined
    : `did you mean ${near.map((each) => `${each} (${named.get(each)})`).join(" or ")}?`;
}
