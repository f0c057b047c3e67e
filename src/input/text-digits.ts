/** Hexadecimal digits on a line that is too long to be looked at as a whole. */
import type { Dump } from "./text-dump.ts";
import type { Line } from "./text-line.ts";
import { digitValue } from "./text-row.ts";

/** Reads the hexadecimal digits of a line that is too long to be looked at as a whole, in their order. */
export class DigitReader {
  readonly #dump: Dump;
  #high = -1;
  #columns = new Int32Array(1024);

  constructor(dump: Dump) {
    this.#dump = dump;
  }

  /** Reads a piece; returns what is bad in it. */
  read({ bytes, from, to, offset }: Line, last: boolean): string | undefined {
    const dump = this.#dump;
    if (this.#columns.length < to - from) this.#columns = new Int32Array(to - from);
    const columns = this.#columns;
    let count = 0;
    let bad: string | undefined;
    for (let at = from; at < to && bad === undefined; at++) {
      const value = digitValue(bytes[at] as number);
      if (value > 15) bad = this.#badSeparator(bytes[at] as number);
      else if (this.#high < 0) {
        this.#high = value;
        columns[count] = at - from;
      } else {
        dump.records.bytes[dump.records.length + count++] = (this.#high << 4) | value;
        this.#high = -1;
      }
    }
    if (count > 0) dump.append(count, offset, columns);
    return bad ?? (last && this.#high >= 0 ? "odd number of hex digits" : undefined);
  }

  /** The line is over. */
  end(bad: string | undefined): void {
    if (bad !== undefined) this.#dump.damage(bad);
    this.#dump.finish();
  }

  #badSeparator(code: number): string | undefined {
    const character = String.fromCharCode(code);
    if (!" \t,:-\"'".includes(character))
      return `'${character.replace(/[^ -~]/, "?")}' is no hexadecimal digit`;
    return this.#high < 0 ? undefined : "odd number of hex digits";
  }
}
