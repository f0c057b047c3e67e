/** What `--type` and comparisons with message types take: names of every family, codes, groups. */
import { GROUPS, MESSAGE_TYPES, OTHER_NAMES } from "../messages/index.ts";

/** The codes that a name stands for: a short name, a payload's, a full name of any family, `io`; or undefined. */
export function codesOfType(name: string): number[] | undefined {
  const wanted = name.toLowerCase();
  if (wanted.startsWith("%")) return codesOfGroup(wanted.slice(1));
  const codes = MESSAGE_TYPES.filter(({ name, alias, short, payload }) => {
    const names = [name, alias, short, kebab(payload.hvhdk.kind), name.replace(/^HvMessageType/, "")];
    return names.some((each) => each?.toLowerCase() === wanted);
  }).map((type) => type.code);
  if (codes.length > 0) return codes;
  if (wanted === "io") return codesOfGroup("io");
  const other = Object.entries(OTHER_NAMES).find(([each]) => each.toLowerCase() === wanted);
  return other && [other[1]];
}

/** Every name that `--type` takes, for suggestions and completion. */
export function typeNames(): string[] {
  const names = MESSAGE_TYPES.flatMap(({ name, alias, short, payload }) => [
    short,
    kebab(payload.hvhdk.kind),
    name,
    ...(alias ? [alias] : []),
  ]);
  return [...new Set([...GROUPS.map((group) => `%${group}`), "io", ...names, ...Object.keys(OTHER_NAMES)])];
}

function codesOfGroup(group: string): number[] | undefined {
  const codes = MESSAGE_TYPES.filter((type) => type.group === group).map((type) => type.code);
  return codes.length > 0 ? codes : undefined;
}

function kebab(kind: string): string {
  return kind.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
