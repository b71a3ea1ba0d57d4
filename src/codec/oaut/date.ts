const DAY = 86_400_000;
/** 1899-12-30T00:00Z in milliseconds since 1970. */
const EPOCH = -25_569 * DAY;

/**
 * [MS-OAUT] 2.2.25: a DATE of milliseconds since 1970-01-01 UTC. A DATE names no time zone; UTC is meant here. Before
 * the epoch the fraction still counts forward from midnight: -1.25 is 06:00 of 1899-12-29.
 */
export function dateFromMilliseconds(milliseconds: number): number {
  const days = (milliseconds - EPOCH) / DAY;
  const day = Math.floor(days);
  return day < 0 ? day - (days - day) : days;
}

/** Milliseconds since 1970-01-01 UTC of a DATE, rounded to whole ones. */
export function dateToMilliseconds(date: number): number {
  const day = Math.trunc(date);
  return EPOCH + day * DAY + Math.round(Math.abs(date - day) * DAY);
}
