import stringWidth from 'string-width';
import { wrapBy } from './wrap-by.js';

/** Text of any script, by the columns that a terminal gives it. */
export const { wrap, wrapLines } = wrapBy(stringWidth);
