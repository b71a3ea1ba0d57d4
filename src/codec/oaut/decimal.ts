import type { DECIMAL } from './scalars.js';

const NEGATIVE = 0x80;
const MAX_SCALE = 28;
const CURRENCY_SCALE = 4;
const FORM = /^(-?)(\d+)(?:\.(\d+))?$/;

interface Scaled {
  readonly digits: bigint;
  readonly scale: number;
}

function parse(text: string): Scaled {
  const [, sign, whole = '', fraction = ''] = FORM.exec(text) ?? [];
  if (sign === undefined) throw new TypeError(`not a decimal number: ${JSON.stringify(text)}`);
  return { digits: BigInt(`${sign}${whole}${fraction}`), scale: fraction.length };
}

function print({ digits, scale }: Scaled): string {
  const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0');
  const at = text.length - scale;
  return `${digits < 0n ? '-' : ''}${text.slice(0, at)}${scale === 0 ? '' : `.${text.slice(at)}`}`;
}

/** [MS-OAUT] 2.2.24: the int64 of an amount such as `5.25`. */
export function currencyFromText(text: string): bigint {
  const { digits, scale } = parse(text);
  if (scale > CURRENCY_SCALE) throw new RangeError(`${text}: a CURRENCY has ${CURRENCY_SCALE} decimal places`);
  return digits * 10n ** BigInt(CURRENCY_SCALE - scale);
}

/** The amount in decimal, without zeros at the end. */
export const currencyToText = (int64: bigint): string =>
  print({ digits: int64, scale: CURRENCY_SCALE }).replace(/\.?0+$/, '');

/** [MS-OAUT] 2.2.26: as many decimal places as the text has. */
export function decimalFromText(text: string): DECIMAL {
  const { digits, scale } = parse(text);
  const magnitude = digits < 0n ? -digits : digits;
  if (scale > MAX_SCALE || magnitude >= 2n ** 96n) throw new RangeError(`${text} does not fit a DECIMAL`);
  return {
    scale,
    sign: text.startsWith('-') ? NEGATIVE : 0,
    Hi32: Number(magnitude >> 64n),
    Lo64: BigInt.asUintN(64, magnitude),
  };
}

/** A DECIMAL, [MS-OAUT] 2.2.26, in decimal digits. */
export function decimalToText({ scale, sign, Hi32, Lo64 }: DECIMAL): string {
  const text = print({ digits: (BigInt(Hi32) << 64n) + Lo64, scale });
  return sign & NEGATIVE ? `-${text}` : text;
}
