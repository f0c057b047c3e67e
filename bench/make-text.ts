/** Bytes of a line of `xxd`: offset, eight groups of two bytes, the characters, the end of the line. */
export const XXD_LINE_BYTES = 68;

/** A capture as `xxd` prints it. */
export function toXxd(capture: Buffer): Buffer {
  const lines: string[] = [];
  for (let at = 0; at < capture.length; at += 16) {
    const row = capture.subarray(at, at + 16);
    const groups = row.toString("hex").replace(/..../g, "$& ");
    const characters = row.toString("latin1").replace(/[^ -~]/g, ".");
    lines.push(`${at.toString(16).padStart(8, "0")}: ${groups} ${characters}\n`);
  }
  return Buffer.from(lines.join(""));
}
