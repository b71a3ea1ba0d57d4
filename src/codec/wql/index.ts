export { WqlError } from './error.js';
export { isPattern, likePattern } from './like.js';
export { type ObjectPath, objectPathText, parseNamespace, parseObjectPath } from './object-path.js';
export { parseWql } from './parse.js';
export * from './query.js';
