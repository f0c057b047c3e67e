/**
 * The clock of a pcapng interface: what a 64-bit count of its units is in seconds and nanoseconds, exactly. A unit
 * is 10^-n or 2^-n of a second (`if_tsresol`), counted from 1970 and `if_tsoffset` seconds.
 */
export class Clock {
  /** The time that `read` was last given. */
  seconds = 0;
  nanoseconds = 0;
  readonly #perSecond: bigint;
  readonly #perSecondNumber: number;
  readonly #offset: number;

  /** `resolution` is the byte of if_tsresol: n, with bit 7 set for powers of 2. */
  constructor(resolution = 6, offsetSeconds = 0n) {
    const power = BigInt(resolution & 0x7f);
    this.#perSecond = resolution & 0x80 ? 2n ** power : 10n ** power;
    this.#perSecondNumber = this.#perSecond <= 1_000_000_000n ? Number(this.#perSecond) : 0;
    this.#offset = Number(offsetSeconds);
  }

  /** Sets the time from the upper and lower half of a count. */
  read(high: number, low: number): void {
    const divisor = this.#perSecondNumber;
    if (divisor === 0 || 1e9 % divisor !== 0) return this.#readLarge(high, low);
    // Long division in base 65536: no step exceeds 2^46, so no bit is lost.
    const first = Math.floor(high / divisor);
    const middle = (high - first * divisor) * 65536 + (low >>> 16);
    const second = Math.floor(middle / divisor);
    const last = (middle - second * divisor) * 65536 + (low & 0xffff);
    const third = Math.floor(last / divisor);
    this.seconds = (first * 65536 + second) * 65536 + third + this.#offset;
    this.nanoseconds = (last - third * divisor) * (1e9 / divisor);
  }

  /** Finer than nanoseconds, or binary: rare. What is finer than a nanosecond is cut off. */
  #readLarge(high: number, low: number): void {
    const count = (BigInt(high) << 32n) | BigInt(low);
    const seconds = count / this.#perSecond;
    this.seconds = Number(seconds) + this.#offset;
    this.nanoseconds = Number(((count - seconds * this.#perSecond) * 1_000_000_000n) / this.#perSecond);
  }
}
