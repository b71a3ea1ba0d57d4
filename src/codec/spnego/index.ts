export { oidOctets, oidText } from './der.js';
export { frameGss, type GssToken, unframeGss } from './gss.js';
export * from './neg-token.js';
export * from './oids.js';
