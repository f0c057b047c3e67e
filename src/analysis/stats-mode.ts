import type { Phrase } from "../layout/index.ts";
import { MODE_PHRASE } from "../messages/index.ts";

/** A bit of a field that tells the processor mode. */
interface ModeTest {
  path: string;
  shift: number;
  width: 1;
}

/** What the mode is told by, each test one bit of a number, the first the lowest. */
export const MODE_TESTS: readonly ModeTest[] = testsOf(MODE_PHRASE);

/** By that number: the mode, a place in `MODE_NAMES`. */
export const MODES: Uint32Array = new Uint32Array(1 << MODE_TESTS.length);

/** The modes as the table of `hvmsg decode` calls them. */
export const MODE_NAMES: readonly string[] = namesOf();

/** The tests of a phrase, each once. */
function testsOf(phrase: Phrase): ModeTest[] {
  const tests = new Map<string, ModeTest>();
  const visit = (parts: Phrase) => {
    for (const part of parts) {
      if (typeof part === "string" || part.part !== "when") continue;
      const test: ModeTest = { path: part.field, shift: part.shift, width: 1 };
      tests.set(keyOf(test), test);
      visit(part.then);
      visit(part.otherwise);
    }
  };
  visit(phrase);
  return [...tests.values()];
}

function keyOf({ path, shift }: ModeTest): string {
  return `${path} ${shift}`;
}

function namesOf(): string[] {
  const places = new Map(MODE_TESTS.map((test, place) => [keyOf(test), place]));
  const names: string[] = [];
  for (let bits = 0; bits < MODES.length; bits++) {
    const name = textOf(MODE_PHRASE, (test) => (bits >>> (places.get(keyOf(test)) as number)) & 1);
    if (!names.includes(name)) names.push(name);
    MODES[bits] = names.indexOf(name);
  }
  return names;
}

function textOf(phrase: Phrase, read: (test: ModeTest) => number): string {
  return phrase
    .map((part) => {
      if (typeof part === "string") return part;
      if (part.part !== "when") throw new Error(`the mode cannot be told by '${part.part}'`);
      const holds = read({ path: part.field, shift: part.shift, width: 1 }) === part.is;
      return textOf(holds ? part.then : part.otherwise, read);
    })
    .join("");
}
