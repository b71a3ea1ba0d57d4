export * from './neg-token.js';
export * from './oids.js';
