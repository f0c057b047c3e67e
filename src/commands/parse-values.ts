import { usageError } from "../base/errors.ts";

/** A parser of whole numbers, decimal or `0x`, within bounds; it throws a usage error that states them. */
export function parseCount(
  option: string,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): (text: string) => number {
  return (text) => {
    const value = /^(0x[0-9a-f]+|[0-9]+)$/i.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    const bounds = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `from ${least} to ${most}`;
    throw usageError(`${option} takes a whole number, ${bounds}; '${text}' is not one`);
  };
}
