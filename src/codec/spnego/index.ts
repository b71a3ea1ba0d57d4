export * from '../asn1/oids.js';
export * from './neg-token.js';
