import type { ChalkInstance } from "chalk";

const COLORS = ["bold", "dim", "red", "yellow", "green", "cyan", "blue", "magenta"] as const;

/** What paints text: a chalk, or `PLAIN`. */
export type Style = Pick<ChalkInstance, (typeof COLORS)[number]>;

/** Paints nothing; with it chalk need not be loaded, which is a twentieth of a start. */
export const PLAIN = Object.fromEntries(
  COLORS.map((color) => [color, (text: string) => text]),
) as unknown as Style;
