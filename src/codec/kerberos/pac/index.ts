export * from './buffers.js';
export * from './pac.js';
export { decodeSid, encodeSid, RPC_SID } from './sid.js';
export { RPC_UNICODE_STRING } from './text.js';
export * from './validation-info.js';
