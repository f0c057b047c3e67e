/** The columns of the table that are not plain fields, as phrases. */
import { type Part, type Phrase, when, wordsOf } from "../layout/index.ts";
import { accessNames } from "./words.ts";

/** The processor mode (Intel SDM vol. 3, 2.2): real, v8086, 16-bit, 32-bit, compat, 64-bit. */
export const MODE_PHRASE: Phrase = [
  when(
    "executionState.cr0Pe",
    0,
    ["real"],
    [
      when(
        "executionState.eferLma",
        1,
        [when("csSegment.long", 1, ["64-bit"], ["compat"])],
        [virtual8086([when("csSegment.default", 1, ["32-bit"], ["16-bit"])])],
      ),
    ],
  ),
];

/** `read`, `write`, `execute`; several under hvimapi by their letters: `r,w`. */
export const ACCESS_PHRASE: Phrase = [
  wordsOf("interceptAccessType", (raw, masked) => {
    const names = accessNames(raw, masked);
    return names.includes(",") ? names.split(",").map(letter).join(",") : names;
  }),
];

function letter(name: string): string {
  return name.startsWith("e") ? "x" : (name[0] as string);
}

function virtual8086(otherwise: Phrase): Part {
  return { part: "when", field: "rflags", shift: 17, width: 1, is: 1, then: ["v8086"], otherwise };
}
