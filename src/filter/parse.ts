import { type HvmsgError, usageError } from "../base/errors.ts";
import { OPERATOR_SYMBOLS, OPERATORS, type Operator } from "./operators.ts";

/** A place in the text of an expression: what a caret points at. */
export interface Place {
  at: number;
  length: number;
}

/** A value as written: a number, a word or a quoted text. */
export interface Written extends Place {
  text: string;
  kind: "number" | "word" | "text";
}

/** An expression as written, before names mean anything. */
export type Expression =
  | { is: "and" | "or"; parts: Expression[] }
  | { is: "not"; part: Expression }
  | { is: "has"; field: Written }
  /** A field alone: a bit that must be set. */
  | { is: "bit"; field: Written }
  | { is: "compare"; field: Written; operator: Operator; value: Written; place: Place }
  | { is: "in"; field: Written; items: { first: Written; last: Written }[] };

interface Token extends Place {
  text: string;
  kind: "number" | "word" | "text" | "symbol" | "end";
}

/** `=`, `|` and `-` are there to be refused with a better sentence. */
const TOKEN = new RegExp(
  [
    String.raw`\s*(?:(?<number>\d(?:\w|(?<=[0-9a-f])_)*)`,
    String.raw`(?<word>[%A-Za-z_#](?:[\w#+]|-(?=\w)|\.(?=\w))*)`,
    `(?<text>"[^"]*"|'[^']*')`,
    String.raw`(?<symbol>&&|\|\||\.\.|${OPERATOR_SYMBOLS}|[!(){},=|-])`,
    "(?<end>$))",
  ].join("|"),
  "y",
);

/**
 * Parses an expression. Throws a usage error that points at the place; `option` names where the text came from.
 * Precedence, tightest first: comparisons, `!`, `&&`, `||`.
 */
export function parseExpression(text: string, option: string): Expression {
  const tokens = tokenise(text, option);
  let next = 0;
  const peek = () => tokens[next] as Token;
  const take = () => tokens[next++] as Token;
  const isWord = (token: Token, ...words: string[]) =>
    token.kind === "word" && words.includes(token.text.toLowerCase());
  const isSymbol = (token: Token, symbol: string) => token.kind === "symbol" && token.text === symbol;
  const fail = (token: Token, expected: string): never => {
    const found = token.kind === "end" ? "the expression ends" : `found '${token.text}'`;
    throw errorAt(text, option, token, `expected ${expected}, but ${found}`);
  };

  const either = (): Expression => chain("or", both, (token) => isSymbol(token, "||") || isWord(token, "or"));
  const both = (): Expression =>
    chain("and", unary, (token) => isSymbol(token, "&&") || isWord(token, "and"));
  const chain = (is: "and" | "or", part: () => Expression, joins: (token: Token) => boolean): Expression => {
    const parts = [part()];
    while (joins(peek())) {
      take();
      parts.push(part());
    }
    return parts.length === 1 ? (parts[0] as Expression) : { is, parts };
  };
  const unary = (): Expression => {
    let negations = 0;
    while (isSymbol(peek(), "!") || isWord(peek(), "not")) {
      take();
      negations++;
    }
    const part = primary();
    return negations % 2 === 1 ? { is: "not", part } : part;
  };
  const primary = (): Expression => {
    if (isSymbol(peek(), "(")) {
      const open = take();
      if (++depth > MAX_DEPTH)
        throw errorAt(text, option, open, `more than ${MAX_DEPTH} parentheses in each other`);
      const inner = either();
      if (!isSymbol(peek(), ")")) {
        if (peek().kind === "end") throw errorAt(text, option, open, "this parenthesis is not closed");
        fail(peek(), "'&&', '||' or ')'");
      }
      take();
      depth--;
      return inner;
    }
    if (isWord(peek(), "has")) {
      take();
      return { is: "has", field: field() };
    }
    return comparison(field());
  };
  const field = (): Written => {
    if (peek().kind !== "word") fail(peek(), "a field");
    return take() as Written;
  };
  const comparison = (name: Written): Expression => {
    const token = peek();
    const operator = OPERATORS.find((each) => each.spellings.includes(token.text.toLowerCase()));
    if (operator && (token.kind === "symbol" || token.kind === "word")) {
      take();
      return { is: "compare", field: name, operator, value: value(), place: token };
    }
    if (isWord(token, "in")) {
      take();
      return { is: "in", field: name, items: set() };
    }
    if (isSymbol(token, "=")) throw errorAt(text, option, token, "compare with '==', not '='");
    if (isSymbol(token, "|")) throw errorAt(text, option, token, "join with '||', not '|'");
    const ends = token.kind === "end" || [")", "&&", "||"].includes(token.text) || isWord(token, "and", "or");
    if (!ends) fail(token, `an operator (${OPERATORS.map(({ spellings }) => spellings[0]).join(" ")} in)`);
    return { is: "bit", field: name };
  };
  const value = (): Written => {
    if (isSymbol(peek(), "-")) throw errorAt(text, option, peek(), "values are unsigned: no '-'");
    if (!["number", "word", "text"].includes(peek().kind)) fail(peek(), "a value");
    return take() as Written;
  };
  const set = (): { first: Written; last: Written }[] => {
    if (!isSymbol(peek(), "{")) fail(peek(), "'{' and values, as in {1, 4..7}");
    const open = take();
    const items: { first: Written; last: Written }[] = [];
    for (;;) {
      const first = value();
      const ranged = isSymbol(peek(), "..");
      if (ranged) take();
      items.push({ first, last: ranged ? value() : first });
      const token = peek();
      if (isSymbol(token, "}")) break;
      if (token.kind === "end") throw errorAt(text, option, open, "this brace is not closed");
      if (!isSymbol(token, ",")) fail(token, "',' or '}'");
      take();
    }
    take();
    return items;
  };

  let depth = 0;
  const whole = either();
  if (peek().kind !== "end") fail(peek(), "'&&', '||' or the end");
  return whole;
}

/** Parentheses in each other at most: an expression must not exhaust the stack. */
const MAX_DEPTH = 200;

function tokenise(text: string, option: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (;;) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match?.groups) throw errorAt(text, option, strangeAt(text, from), strangeText(text, from));
    const [kind, found] = Object.entries(match.groups).find(([, each]) => each !== undefined) as [
      Token["kind"],
      string,
    ];
    const at = TOKEN.lastIndex - found.length;
    const plain = kind === "text" ? found.slice(1, -1) : found;
    tokens.push({ kind, text: plain, at, length: Math.max(1, found.length) });
    if (kind === "end") return tokens;
  }
}

function strangeAt(text: string, from: number): Place {
  const at = from + text.slice(from).search(/\S/);
  return { at, length: 1 };
}

function strangeText(text: string, from: number): string {
  const character = text.slice(from).trimStart()[0] as string;
  return character === '"' || character === "'"
    ? "this quote is not closed"
    : `'${character}' means nothing here`;
}

/** A usage error with the expression and a caret under the place. */
export function errorAt(text: string, option: string, place: Place, what: string, hint?: string): HvmsgError {
  const shown = text.replace(/\s/g, " ");
  const caret = `${" ".repeat(place.at)}^${"~".repeat(Math.max(0, Math.min(place.length, text.length - place.at) - 1))}`;
  const error = usageError(`${option}: ${what}`, hint);
  error.excerpt = `  ${shown}\n  ${caret}`;
  return error;
}
