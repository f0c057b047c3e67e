/** What can be written next in an expression, in a list of fields, of message types, of flags: for completion. */
import { type Field, RFLAGS_BITS } from "../layout/index.ts";
import { MESSAGE_TYPES } from "../messages/index.ts";
import { type CatalogEntry, fieldCatalog } from "../record/index.ts";
import { hasOrder } from "./bind.ts";
import { OPERATOR_SYMBOLS, OPERATOR_WORDS, OPERATORS } from "./operators.ts";
import { typeNames } from "./types.ts";

/** Something that can stand where a word is being written. */
export interface Candidate {
  /** The whole word. */
  text: string;
  /** The part of it that a list of candidates shows. */
  shown: string;
  about: string;
}

/** Field names by what they are: the last part of a path where only one has it, and the path. */
export function fieldCandidates(): Candidate[] {
  return [...fieldCatalog().values(), PROBLEMS].flatMap(({ path, field: { name, doc } }) => {
    const names = isOnly(name) && name !== path ? [name, path] : [path];
    return names.map((each) => candidate(each, doc));
  });
}

/** Names for `--type`: all families where one is begun, else the short ones and the groups. */
export function typeCandidates(begun: string): Candidate[] {
  const names = typeNames().filter((name) => begun !== "" || !/^hv/i.test(name));
  return names.map((name) =>
    candidate(name, MESSAGE_TYPES.find((type) => type.short === name && name !== type.name)?.name ?? ""),
  );
}

/** Names for `--flags`. */
export function flagCandidates(): Candidate[] {
  const state = [...fieldCatalog().values()].filter(
    ({ path }) => path.startsWith("executionState.") || path === "iopl",
  );
  return [
    ...RFLAGS_BITS.map(([bit, name]) => candidate(name, `RFLAGS bit ${bit}`)),
    ...state.map(({ field }) => candidate(field.type === "bool" ? field.name : `${field.name}=`, field.doc)),
  ];
}

/** What can come where an expression ends so far: a field, an operator, a value of the field before it. */
export function expressionCandidates(text: string): Candidate[] {
  const word = /(?:[%A-Za-z_#][\w#+.-]*)?$/.exec(text)?.[0] ?? "";
  const before = text.slice(0, text.length - word.length);
  const begin = (candidates: Candidate[]) =>
    candidates
      .filter((each) => each.text.startsWith(word))
      .map((each) => ({ ...each, text: before + each.text }));

  const compared = fieldNamed(COMPARED.exec(before)?.[1] ?? SET.exec(before)?.[1]);
  if (compared) return begin(valueCandidates(compared));
  if (FIELD_PLACE.test(before)) {
    const asked = /\bhas\s+$/i.test(before);
    const found = begin(fieldCandidates().filter((each) => word.includes(".") || !isLonger(each.text)));
    const [only] = found;
    const field = found.length === 1 && !asked ? fieldNamed(only?.shown) : undefined;
    // A word that is whole would be closed with its quote, and the expression with it: say what follows instead.
    return field && only && field.type !== "bool" ? operatorCandidates(field, `${only.text} `) : found;
  }
  if (word !== "" || !/\s$/.test(before)) return [];
  const field = fieldNamed(AFTER_FIELD.exec(before)?.[1]);
  if (field && field.type !== "bool") return operatorCandidates(field, before);
  return AFTER_TERM.test(before) ? ["&&", "||"].map((join) => candidate(before + join, "", join)) : [];
}

/** `field ==`, `field & ` at the end; `&&` is none. */
const COMPARED = new RegExp(
  String.raw`([A-Za-z_][\w.]*)(?:\s*(?:${OPERATOR_SYMBOLS})|\s+(?:${OPERATOR_WORDS})(?=\s))\s*$`,
  "i",
);
const SET = /([A-Za-z_][\w.]*)\s+in\s*\{(?:[^}]*(?:,|\.\.))?\s*$/i;
const FIELD_PLACE = /(?:^|[(!]|&&|\|\||\b(?:and|or|not|has)\s)\s*$/i;
const AFTER_FIELD = /(?:^|[(!]|&&|\|\||\b(?:and|or|not)\s)\s*([A-Za-z_][\w.]*)\s+$/i;
const AFTER_TERM = /[\w})"']\s+$/;

const PROBLEMS = { path: "problems", field: { name: "problems", doc: "what is wrong with the record" } };

function candidate(text: string, about: string, shown = text): Candidate {
  return { text, shown, about };
}

function operatorCandidates(field: Field, before: string): Candidate[] {
  const operators = OPERATORS.filter((each) => !each.ordered || hasOrder(field));
  const spellings = operators.map((each) => each.spellings[0] as string);
  return [...spellings, "in {"].map((each) => candidate(before + each, field.doc, each));
}

/** The values that have names; of a number without names, none. */
function valueCandidates(field: Field): Candidate[] {
  const plain = (names: Iterable<string>) => [...names].map((name) => candidate(name, ""));
  switch (field.type) {
    case "bool":
      return plain(["true", "false"]);
    case "access":
      return plain(["read", "write", "execute"]);
    case "flags":
      return plain(RFLAGS_BITS.map(([, name]) => name));
    case "messageType":
      return plain(MESSAGE_TYPES.flatMap((type) => [type.short, type.name]));
    case "constant":
      return plain(new Set(MESSAGE_TYPES.map((type) => type.payload.hvhdk.kind)));
  }
  const rows = field.names?.rows() ?? [];
  const named = rows.map((row) => candidate(row.name, row.doc));
  // What an expression would not read as one word has to be quoted there.
  return [...plain(field.values?.values.values() ?? []), ...named].filter((each) =>
    /^[%A-Za-z_#](?:[\w#+]|-(?=\w)|\.(?=\w))*$/.test(each.text),
  );
}

function fieldNamed(name: string | undefined): Field | undefined {
  if (name === undefined) return undefined;
  const exact = fieldCatalog().get(name);
  if (exact) return exact.field;
  return isOnly(name) ? entriesNamed().get(name)?.[0]?.field : undefined;
}

/** Whether a path is the longer of two names of a field. */
function isLonger(path: string): boolean {
  const name = path.slice(path.lastIndexOf(".") + 1);
  return name !== path && isOnly(name);
}

/** Whether one field alone is called so, and no group of fields is. */
function isOnly(name: string): boolean {
  return entriesNamed().get(name)?.length === 1 && !groupNames().has(name);
}

let byName: Map<string, CatalogEntry[]> | undefined;

function entriesNamed(): Map<string, CatalogEntry[]> {
  if (byName === undefined) {
    byName = new Map();
    for (const entry of fieldCatalog().values())
      byName.set(entry.field.name, [...(byName.get(entry.field.name) ?? []), entry]);
  }
  return byName;
}

let groups: Set<string> | undefined;

function groupNames(): Set<string> {
  groups ??= new Set([...fieldCatalog().keys()].flatMap((path) => path.split(".").slice(0, -1)));
  return groups;
}
