/** [draft-ietf-opsawg-pcapng 4.2] if_tsresol and if_tsoffset: turns a block's time into seconds and nanoseconds. */
export class TimestampUnit {
  seconds = 0;
  nanoseconds = 0;
  readonly #offset: number;
  readonly #units: bigint;
  /** Units a second where the arithmetic below stays exact in doubles, 0 where bigint has to do it. */
  readonly #divisor: number;

  /** `resolution` as the option holds it: a power of 10, or of 2 where the top bit is set. */
  constructor(resolution = 6, offset = 0) {
    const power = BigInt(resolution & 0x7f);
    this.#units = resolution & 0x80 ? 2n ** power : 10n ** power;
    this.#divisor = this.#units <= 1_000_000_000n ? Number(this.#units) : 0;
    this.#offset = offset;
  }

  /** Sets `seconds` and `nanoseconds`; nothing is allocated. */
  set(high: number, low: number): void {
    const divisor = this.#divisor;
    if (divisor === 0) {
      this.#setExactly(high, low);
      return;
    }
    // Long division in base 65536: each partial dividend is below 1e9 * 65536 and so exact.
    let rest = high % divisor;
    let quotient = Math.floor(high / divisor);
    const middle = rest * 65536 + (low >>> 16);
    const upper = Math.floor(middle / divisor);
    rest = middle - upper * divisor;
    const bottom = rest * 65536 + (low & 0xffff);
    const lower = Math.floor(bottom / divisor);
    rest = bottom - lower * divisor;
    quotient = quotient * 4294967296 + upper * 65536 + lower;
    this.seconds = quotient + this.#offset;
    this.nanoseconds = divisor === 1e6 ? rest * 1000 : divisor === 1e9 ? rest : Math.floor((rest * 1e9) / divisor);
  }

  #setExactly(high: number, low: number): void {
    const value = (BigInt(high) << 32n) | BigInt(low);
    this.seconds = Number(value / this.#units) + this.#offset;
    this.nanoseconds = Number(((value % this.#units) * 1_000_000_000n) / this.#units);
  }
}
