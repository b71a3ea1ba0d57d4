export * from './der.js';
export * from './gss.js';
export * from './oids.js';
export * from './sequence.js';
export * from './type.js';
