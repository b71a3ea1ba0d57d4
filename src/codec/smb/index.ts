export * from './constants.js';
export * from './headers.js';
export * from './smb1.js';
export * from './smb1-session.js';
export * from './smb2.js';
export * from './smb2-session.js';
