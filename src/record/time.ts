/** First and last second, counted from 1970, whose year has four digits: what `timeText` can write. */
export const FIRST_SECOND = -62167219200;
export const LAST_SECOND = 253402300799;

/**
 * ISO 8601 in UTC of whole seconds since 1970, `FIRST_SECOND` to `LAST_SECOND`, and whole nanoseconds:
 * `2026-01-02T03:04:05.000000006Z`. Throws a RangeError for what no calendar has.
 */
export function timeText(seconds: number, nanoseconds: number): string {
  return `${secondText(seconds)}${String(nanoseconds).padStart(9, "0")}Z`;
}

/** The part of `timeText` up to the point of the fraction: 20 characters, the same for a whole second. */
export function secondText(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.`;
}
