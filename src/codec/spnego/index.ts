export { oidOctets, oidText } from './der.js';
export * from './gss.js';
export * from './neg-token.js';
export * from './oids.js';
