export { WqlError } from './error.js';
export { isPattern, likePattern } from './like.js';
export { type ObjectPath, parseNamespace, parseObjectPath } from './object-path.js';
export { parseWql } from './parse.js';
export * from './query.js';
