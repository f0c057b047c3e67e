/** Symbols in a diff: B's code may lie elsewhere than A's, by the slide. */
import { type Capture, type Diff, type Slide, unsignedSlide } from "../analysis/index.ts";
import { isHvmsgError, usageError } from "../base/errors.ts";
import type { RipNames, Symbols } from "../code/index.ts";
import type { Select, Shapes } from "../record/index.ts";
import type { OptionValues } from "./command.ts";
import { selectOf } from "./selecting.ts";

/** Names the RIPs of one capture at a time. */
export class SideSymbols implements RipNames {
  readonly #a: Symbols;
  readonly #b: Symbols;
  readonly #captureB: Capture;
  #current: Symbols;

  /** `symbols` are where A has them. */
  constructor(symbols: Symbols, { b, slide }: Diff) {
    this.#a = symbols;
    this.#b = symbols.movedBy(unsignedSlide(slide));
    this.#captureB = b;
    this.#current = symbols;
  }

  /** The capture whose RIPs are named from here on. */
  use(capture: Capture): void {
    this.#current = capture === this.#captureB ? this.#b : this.#a;
  }

  textAt(low: number, high: number): string {
    return this.#current.textAt(low, high);
  }
}

/** What selects B's messages; throws a usage error where only the slide that is still to be found would tell. */
export function selectOfB(
  options: OptionValues,
  shapes: Shapes,
  symbols: Symbols | undefined,
  slide: Slide | "auto",
): { select?: Select } {
  if (symbols === undefined || slide !== "auto")
    return selectOf(options, shapes, slide === "auto" ? undefined : symbols?.movedBy(unsignedSlide(slide)));
  try {
    return selectOf(options, shapes);
  } catch (error) {
    if (!isHvmsgError(error)) throw error;
    throw usageError(
      "--slide auto finds where B's symbols lie only after its messages are selected, so no symbol can select them",
      "give the slide itself: a diff without the symbol in --rip or --where prints it",
    );
  }
}
